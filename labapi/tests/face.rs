//! What `labapi` names of `labrt` is what the simulation sees: each item has a test that runs in
//! both worlds, and one that shows where it lets others in, or a sentence that it does not.
//!
//! Whoever names a new item adds a line here, and the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// An item, with what cannot be had without it: guards, handles, errors.
struct Covered {
    items: &'static [&'static str],
    parts: &'static [&'static str],
    /// Where it is shown to be alike in both worlds: a file below `labrt/tests`, and a test in it.
    alike: (&'static str, &'static str),
    interleaves: Interleaves,
}

enum Interleaves {
    /// This test in `labrt/tests/interleaving.rs` shows it.
    In(&'static str),
    /// It does not, and its documentation says so, in these words.
    No(&'static str),
    /// There is nothing to run: a trait, a module of plain data, a constant.
    Passive,
}
use Interleaves::{In, No, Passive};

const fn covered(
    items: &'static [&'static str],
    parts: &'static [&'static str],
    alike: (&'static str, &'static str),
    interleaves: Interleaves,
) -> Covered {
    Covered {
        items,
        parts,
        alike,
        interleaves,
    }
}

const LOCKS: &str = "both_worlds/locks.rs";
const RWLOCKS: &str = "both_worlds/rwlocks.rs";
const ATOMICS: &str = "both_worlds/atomics.rs";
const ONCE: &str = "both_worlds/once.rs";
const THREADS: &str = "both_worlds/threads.rs";
const SCOPES: &str = "both_worlds/scopes.rs";
const CHANNELS: &str = "both_worlds/channels.rs";
const SELECT: &str = "both_worlds/select.rs";
const BY_HAND: &str = "both_worlds/select_by_hand.rs";
const RANDOM: &str = "both_worlds/random.rs";

const FACE: &[Covered] = &[
    covered(
        &["sync::Mutex"],
        &["sync::MutexGuard"],
        (LOCKS, "a_mutex_excludes"),
        In("locks"),
    ),
    covered(
        &["sync::RwLock"],
        &["sync::RwLockReadGuard", "sync::RwLockWriteGuard"],
        (RWLOCKS, "a_waiting_writer_holds_new_readers_back"),
        In("locks"),
    ),
    covered(
        &["sync::Condvar"],
        &["sync::WaitTimeoutResult"],
        (LOCKS, "waits_time_out"),
        In("locks"),
    ),
    covered(
        &["sync::Arc", "sync::Weak"],
        &[],
        (ONCE, "counts_are_kept"),
        No("counting is no scheduling point"),
    ),
    covered(
        &["sync::OnceLock"],
        &[],
        (ONCE, "a_cell_is_written_once"),
        In("what_is_done_once"),
    ),
    covered(
        &["sync::LazyLock"],
        &[],
        (ONCE, "a_lazy_value_is_made_once"),
        In("what_is_done_once"),
    ),
    covered(
        &["sync::Once"],
        &["sync::OnceState"],
        (ONCE, "once_is_once"),
        In("what_is_done_once"),
    ),
    covered(
        &["sync::Barrier"],
        &["sync::BarrierWaitResult"],
        (ONCE, "threads_meet_at_a_barrier"),
        In("what_is_done_once"),
    ),
    covered(
        &[
            "sync::atomic::AtomicU8",
            "sync::atomic::AtomicU16",
            "sync::atomic::AtomicU32",
            "sync::atomic::AtomicU64",
            "sync::atomic::AtomicUsize",
            "sync::atomic::AtomicI8",
            "sync::atomic::AtomicI16",
            "sync::atomic::AtomicI32",
            "sync::atomic::AtomicI64",
            "sync::atomic::AtomicIsize",
        ],
        &[],
        (ATOMICS, "integers_are_std_s"),
        In("atomic_integers"),
    ),
    covered(
        &["sync::atomic::AtomicBool"],
        &[],
        (ATOMICS, "truth_values_are_std_s"),
        In("atomics_of_other_kinds"),
    ),
    covered(
        &["sync::atomic::AtomicPtr"],
        &[],
        (ATOMICS, "pointers_are_std_s"),
        In("atomics_of_other_kinds"),
    ),
    covered(
        &["sync::atomic::fence"],
        &["sync::atomic::Ordering"],
        (ATOMICS, "nothing_is_lost_that_is_added_in_one_step"),
        In("atomics_of_other_kinds"),
    ),
    covered(
        &["thread::spawn", "thread::Builder"],
        &[
            "thread::JoinHandle",
            "thread::Thread",
            "thread::ThreadId",
            "thread::Result",
        ],
        (THREADS, "join_returns_the_result"),
        In("threads"),
    ),
    covered(
        &["thread::scope"],
        &["thread::Scope", "thread::ScopedJoinHandle"],
        (SCOPES, "scoped_threads_borrow"),
        In("threads"),
    ),
    covered(
        &["thread_local"],
        &["thread::LocalKey", "thread::AccessError"],
        (SCOPES, "each_thread_has_its_own"),
        No("looking at it is no scheduling point"),
    ),
    covered(
        &["thread::sleep"],
        &[],
        (THREADS, "a_sleep_takes_its_time"),
        In("threads"),
    ),
    covered(
        &["thread::yield_now"],
        &[],
        (LOCKS, "a_mutex_excludes"),
        In("threads"),
    ),
    covered(
        &["thread::park"],
        &[],
        (THREADS, "an_unpark_ends_a_park"),
        In("threads"),
    ),
    covered(
        &["thread::park_timeout"],
        &[],
        (THREADS, "an_unpark_is_kept"),
        In("threads"),
    ),
    covered(
        &["thread::current"],
        &[],
        (THREADS, "threads_have_names"),
        No("Asking is no scheduling point"),
    ),
    covered(
        &["thread::panicking"],
        &[],
        (THREADS, "only_who_panics_is_panicking"),
        No("Asking is no scheduling point"),
    ),
    covered(
        &["time::Instant", "time::since_start"],
        &["time::Duration"],
        (THREADS, "moments_can_be_reckoned_with"),
        No("Looking at it is no scheduling point"),
    ),
    covered(
        &["channel::unbounded"],
        &[
            "channel::Sender",
            "channel::Receiver",
            "channel::Iter",
            "channel::IntoIter",
            "channel::TryIter",
            "channel::SendError",
            "channel::RecvError",
            "channel::TryRecvError",
            "channel::RecvTimeoutError",
        ],
        (CHANNELS, "each_message_comes_once"),
        In("channels"),
    ),
    covered(
        &["channel::bounded"],
        &["channel::TrySendError", "channel::SendTimeoutError"],
        (CHANNELS, "a_full_channel_holds_its_sender_back"),
        In("channels"),
    ),
    covered(
        &["channel::after"],
        &[],
        (SELECT, "after_sends_once"),
        In("channels"),
    ),
    covered(
        &["channel::at"],
        &[],
        (SELECT, "after_sends_once"),
        In("channels"),
    ),
    covered(
        &["channel::tick"],
        &[],
        (SELECT, "ticks_keep_coming"),
        In("channels"),
    ),
    covered(
        &["channel::never"],
        &[],
        (SELECT, "a_select_of_many"),
        In("channels"),
    ),
    covered(
        &["channel::select"],
        &[],
        (SELECT, "the_arm_that_is_ready_runs"),
        In("channels"),
    ),
    covered(
        &["channel::Select"],
        &[
            "channel::SelectedOperation",
            "channel::TrySelectError",
            "channel::SelectTimeoutError",
        ],
        (BY_HAND, "a_select_may_outlive_what_it_borrows"),
        In("channels"),
    ),
    covered(
        &[
            "rand::rng",
            "rand::random",
            "rand::random_range",
            "rand::random_bool",
        ],
        &["rand::LabRng"],
        (RANDOM, "draws_are_of_their_kind"),
        No("A draw is no scheduling point"),
    ),
    covered(
        &[
            "rand::Rng",
            "rand::RngExt",
            "rand::SeedableRng",
            "rand::TryRng",
            "rand::distr",
            "rand::seq",
        ],
        &[],
        (RANDOM, "draws_are_of_their_kind"),
        Passive,
    ),
];

fn read(path: &str) -> String {
    let house = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = house.join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `a::b` for all that the face names, from the text of `labapi`.
fn named() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for file in ["labapi/src/face.rs", "labapi/src/lib.rs"] {
        let text = read(file);
        for (at, _) in text.match_indices("pub use labrt::") {
            let path = &text[at + "pub use labrt::".len()..];
            let path = &path[..path.find(';').expect("a use ends")];
            let (module, names) = match path.split_once('{') {
                Some((module, names)) => (module, names.trim_end_matches(['}', ' ', '\n'])),
                None => path.rsplit_once("::").map_or(("", path), |(module, _)| {
                    (&path[..module.len() + 2], &path[module.len() + 2..])
                }),
            };
            let names = names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty());
            named.extend(names.map(|name| format!("{module}{name}")));
        }
    }
    named
}

#[test]
fn each_item_is_covered() {
    let all = FACE
        .iter()
        .flat_map(|covered| covered.items.iter().chain(covered.parts));
    let listed: BTreeSet<String> = all.clone().map(|item| item.to_string()).collect();
    assert_eq!(all.count(), listed.len(), "an item is listed twice");
    let named = named();
    let untested: Vec<_> = named.difference(&listed).collect();
    assert!(untested.is_empty(), "no tests are named for {untested:?}");
    let gone: Vec<_> = listed.difference(&named).collect();
    assert!(gone.is_empty(), "labapi does not name {gone:?}");
}

/// No glob and no whole module of `labrt`, which would bring names unseen.
#[test]
fn the_face_is_named_item_by_item() {
    let text = read("labapi/src/face.rs") + &read("labapi/src/lib.rs");
    assert!(
        !text.contains("labrt::*") && !text.contains("::*"),
        "a glob"
    );
    let modules = ["channel", "rand", "sync", "sync::atomic", "thread", "time"];
    for name in named() {
        assert!(!modules.contains(&name.as_str()), "all of {name}");
    }
}

/// The compiler's own eyes: a student's lints name std's counterpart of each item that has one.
#[test]
fn std_s_counterparts_are_linted() {
    let lints = read("raftlab/skeleton/clippy.toml");
    let unseen = ["Arc", "Weak", "Ordering"];
    for item in FACE.iter().flat_map(|covered| covered.items) {
        let name = item.rsplit("::").next().unwrap_or(item);
        let is_std_s = item.starts_with("sync::") || item.starts_with("thread");
        if is_std_s && !unseen.contains(&name) {
            let path = format!("\"std::{item}");
            assert!(
                lints.contains(&path),
                "{path} is not in the skeleton's clippy.toml"
            );
        }
    }
    // The references are held to the same.
    let rules = |file| {
        let text = read(file);
        let begin = text.find("disallowed-types").expect("a list of types");
        text[begin..].to_string()
    };
    assert_eq!(
        rules("raft/clippy.toml"),
        rules("raftlab/skeleton/clippy.toml")
    );
    assert_eq!(
        rules("kvraft/clippy.toml"),
        rules("raftlab/skeleton/clippy.toml")
    );
}

/// The body of a test, to its closing brace at the beginning of a line (or of a macro's arm).
fn body<'a>(text: &'a str, test: &str) -> Option<&'a str> {
    let at = text.find(&format!("fn {test}("))?;
    let before = &text[..at];
    before.trim_end().ends_with("#[test]").then_some(())?;
    let rest = &text[at..];
    Some(&rest[..rest.find("\n}").unwrap_or(rest.len())])
}

#[test]
fn each_test_is_there_and_names_its_item() {
    let interleaving = read("labrt/tests/interleaving.rs");
    for Covered {
        items,
        alike: (file, test),
        interleaves,
        ..
    } in FACE
    {
        let text = read(&format!("labrt/tests/{file}"));
        assert!(
            body(&text, test).is_some(),
            "there is no test {test} in {file}"
        );
        for item in *items {
            let name = item.rsplit("::").next().unwrap_or(item);
            assert!(text.contains(name), "{file} does not speak of {item}");
            let In(test) = interleaves else { continue };
            assert!(body(&interleaving, test).is_some(), "no test {test}");
            // The macro's list of integers stands below the test.
            assert!(
                interleaving.contains(name),
                "{test} does not speak of {item}"
            );
        }
    }
}

/// Where no test can show that others come in, a sentence of the documentation says that none do.
#[test]
fn exceptions_are_documented() {
    let documented = [
        "labapi/src/face.rs",
        "labrt/src/thread.rs",
        "labrt/src/thread/local.rs",
    ];
    let documented: String = documented.iter().map(|file| read(file)).collect();
    let lines = documented
        .lines()
        .map(|line| line.trim().trim_start_matches("///").trim());
    let words = lines.collect::<Vec<_>>().join(" ");
    for covered in FACE {
        if let No(sentence) = covered.interleaves {
            assert!(words.contains(sentence), "nobody says: {sentence}");
        }
    }
}
