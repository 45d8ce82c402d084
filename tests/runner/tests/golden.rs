//! What is said of mistakes that students make: each report is kept word for word, below
//! `golden/`, so that whoever changes what reports say sees what a student will read. The mistakes
//! are those of `fixtures/mistakes`.
//!
//! A report must let a person tell what is wrong. The words that do are demanded besides, so that
//! they cannot get lost when the reports are kept anew (`INSTA_UPDATE=always`).

#[path = "judging/runner.rs"]
#[expect(dead_code, reason = "`judging` needs all of it")]
mod runner;

use runner::{Answer, fixture, labs_where, root};
use std::path::Path;

/// A mistake, and a run in which it shows.
struct Golden {
    mistake: &'static str,
    case: &'static str,
    seed: u64,
    code: i32,
    /// The words by which a person can tell.
    tells: &'static [&'static str],
}

impl Golden {
    #[track_caller]
    fn check(&self) {
        let answer = judge(self.mistake, &[self.case, "--seed", &self.seed.to_string()]);
        answer.ends_with(self.code).says(self.tells);
        assert_eq!(answer.stderr, "", "{answer}");
        keep(self.mistake, &answer);
    }
}

/// Compares a report with the one that is kept.
#[track_caller]
fn keep(name: &str, answer: &Answer) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file("tests/fixtures/mistakes");
    settings.bind(|| insta::assert_snapshot!(name, everywhere_the_same(answer)));
}

/// Judges the fixture's Raft, which makes this mistake.
fn judge(mistake: &str, arguments: &[&str]) -> Answer {
    let path = fixture("mistakes");
    let fixed = ["--raft", &path, "--steady", "--jobs", "1"];
    labs_where(&[arguments, &fixed].concat(), ("RAFTLAB_MISTAKE", mistake))
}

/// The report without what differs between machines, and without the lines of the harness's own
/// files, which every edit would move.
fn everywhere_the_same(answer: &Answer) -> String {
    let text = answer.stdout.replace(&root().display().to_string(), "…");
    let words = text.split_inclusive([' ', '\n']);
    words.map(without_line_of_ours).collect()
}

/// `tests/suites/src/cases/log.rs:17:5` is `tests/suites/src/cases/log.rs:_`.
fn without_line_of_ours(word: &str) -> String {
    let ours = [
        "labapi",
        "labcodec",
        "labrpc",
        "labrt",
        "persister",
        "tests/suites",
        "tests/runner",
    ];
    let path = word.trim_start_matches("./");
    let is_ours = ours
        .iter()
        .any(|name| path.starts_with(&format!("{name}/src/")));
    match word.split_once(".rs:") {
        Some((file, place)) if is_ours => {
            let rest = place.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
            format!("{file}.rs:_{rest}")
        }
        _ => word.to_string(),
    }
}

#[test]
fn without_a_mistake_all_is_well() {
    judge("", &["3", "--seeds", "3"])
        .ends_with(0)
        .says(&["100 of 100 points, 84 runs", "28 passed, 0 failed"]);
}

/// What is measured follows from the seed as all else does.
#[test]
fn figures() {
    let cases = ["basic_agree", "fail_no_agree", "unreliable_agree"];
    let answer = judge("", &[&cases[..], &["--figures", "--seeds", "2"]].concat());
    answer.ends_with(0).says(&["commit ms", "leaderless s"]);
    keep("figures", &answer);
}

#[test]
fn relock() {
    Golden {
        mistake: "relock",
        case: "basic_agree",
        seed: 1,
        code: 1,
        tells: &[
            "deadlock: a thread waits for a lock that it holds itself",
            "n0/start holds the lock it took at tests/fixtures/mistakes/src/peer.rs:",
        ],
    }
    .check();
}

#[test]
fn lock_over_call() {
    Golden {
        mistake: "lock-over-call",
        case: "re_election",
        seed: 2,
        code: 1,
        tells: &[
            "lock held across an RPC: the lock taken at tests/fixtures/mistakes",
            "n0/ticker waits for an RPC's answer at tests/fixtures/mistakes/src/threads.rs:",
            "and holds the lock it took at tests/fixtures/mistakes/src/threads.rs:",
            "n0/applier waits for a lock at tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

#[test]
fn timer_on_every_rpc() {
    Golden {
        mistake: "timer-on-every-rpc",
        case: "fail_agree",
        seed: 5,
        code: 1,
        tells: &[
            "nobody leads for 5.0s, though a majority can talk to each other",
            // The same one stands again and again, and is refused; nobody else ever stands.
            "@18 → n1 RequestVote last=1@1 ✓",
            "→ n0 RequestVote no @18 ✓",
        ],
    }
    .check();
}

#[test]
fn votes_not_reset() {
    Golden {
        mistake: "votes-not-reset",
        case: "persist2",
        seed: 1,
        code: 1,
        tells: &["n1 acted as the leader of term 4 with the votes of n0 and n1 only, 2 of 5"],
    }
    .check();
}

#[test]
fn no_step_down() {
    Golden {
        mistake: "no-step-down",
        case: "rejoin",
        seed: 1,
        code: 1,
        tells: &[
            "n1 acted as the leader of term 2 with the votes of n1 only, 1 of 3",
            "n1 and n2 have acted as the leader of term 2: only one may",
        ],
    }
    .check();
}

#[test]
fn applier_blocked() {
    Golden {
        mistake: "applier-blocked",
        case: "count",
        seed: 1,
        code: 1,
        tells: &[
            "n1/start holds the lock it took at tests/fixtures/mistakes/src/peer.rs:",
            "and waits for room in a channel at tests/fixtures/mistakes/src/peer.rs:",
            "n1/applier at tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

#[test]
fn off_by_one() {
    Golden {
        mistake: "off-by-one",
        case: "snapshot_basic",
        seed: 2,
        code: 1,
        tells: &[
            "index out of bounds: the len is 5 but the index is 5",
            "\n      applicable\n          at ./tests/fixtures/mistakes/src/state.rs:",
            "takes a snapshot up to 9",
        ],
    }
    .check();
}

#[test]
fn spin() {
    Golden {
        mistake: "spin",
        case: "initial_election",
        seed: 1,
        code: 0, // It costs processor time, not points.
        tells: &["busy-wait: thread applier reached", "it waits by running"],
    }
    .check();
}

#[test]
fn no_persist() {
    Golden {
        mistake: "no-persist",
        case: "persist1",
        seed: 1,
        code: 1,
        tells: &[
            "OneVotePerTerm",
            "n2  connected  term 1   candidate  applied 0     never saved anything",
        ],
    }
    .check();
}

#[test]
fn closed_channel() {
    Golden {
        mistake: "closed-channel",
        case: "basic_agree",
        seed: 1,
        code: 1,
        tells: &[
            "called `Result::unwrap()` on an `Err` value: \"SendError(..)\"",
            "in thread n0/ticker",
            "test: the case is over: kill() for every server",
        ],
    }
    .check();
}

#[test]
fn std_spawn() {
    Golden {
        mistake: "std-spawn",
        case: "initial_election",
        seed: 1,
        code: 1,
        tells: &[
            "a thread of std::thread inside a simulation",
            "use labapi's thread::spawn instead",
            "at ./tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

#[test]
fn std_sleep() {
    Golden {
        mistake: "std-sleep",
        case: "initial_election",
        seed: 1,
        code: 1,
        tells: &[
            "std::thread::sleep inside a simulation",
            "use labapi's thread::sleep instead",
            "\n      tick\n          at ./tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

#[test]
fn lost_snapshot() {
    Golden {
        mistake: "lost-snapshot",
        case: "snapshot_basic",
        seed: 1,
        code: 1,
        tells: &["SnapshotKept", "without a snapshot"],
    }
    .check();
}

#[test]
fn serial_votes() {
    Golden {
        mistake: "serial-votes",
        case: "many_elections",
        seed: 1,
        code: 1,
        tells: &[
            "expected one leader among the connected servers, got none in 5 s",
            "ticker waits for an RPC's answer at tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

#[test]
fn outlives_kill() {
    Golden {
        mistake: "outlives-kill",
        case: "basic_agree",
        seed: 1,
        code: 0, // It costs memory, not points.
        tells: &[
            "outlived kill: threads that were started at tests/fixtures/mistakes/src/threads.rs:",
            "(ticker) still run two seconds after kill(); they wait for a sleep's end at \
             tests/fixtures/mistakes/src/threads.rs:",
        ],
    }
    .check();
}

/// On real threads the same is told, and a lock that is waited for by its own holder at once.
#[test]
fn real_threads_are_asked() {
    let real = |case: &str| [case.to_string(), "--mode".into(), "real".into()];
    let words = real("basic_agree");
    let words = words.each_ref().map(String::as_str);
    judge("outlives-kill", &words).ends_with(0).says(&[
        "outlived kill: threads that were started at tests/fixtures/mistakes/src/threads.rs:",
        "(ticker) still run two seconds after kill(); they wait for ",
    ]);
    let well = judge("", &words);
    assert!(!well.stdout.contains("warnings"), "{well}");
    judge("relock", &words).ends_with(1).says(&[
        "deadlock: a thread waits for a lock that it holds itself: it took it at \
         tests/fixtures/mistakes/src/peer.rs:",
    ]);
}

#[cfg(target_os = "linux")]
#[test]
fn prints() {
    Golden {
        mistake: "prints",
        case: "initial_election",
        seed: 1,
        code: 0,
        tells: &["n1 INFO (message) to 0: Append("],
    }
    .check();
}

/// No mistake here: on Linux the keys of std's hash maps follow from the seed, and so does their
/// order.
#[cfg(target_os = "linux")]
#[test]
fn hash_order() {
    let checked = ["3B", "--check-determinism", "--seeds", "2"];
    judge("hash-order", &checked).ends_with(0);
    Golden {
        mistake: "hash-order",
        case: "basic_agree",
        seed: 1,
        code: 0,
        tells: &["1 passed, 0 failed"],
    }
    .check();
}

#[test]
fn lines_of_ours_are_left_out() {
    let kept = "at ./tests/fixtures/mistakes/src/peer.rs:17:5\n";
    for (word, shown) in [
        (
            "tests/suites/src/cases/log.rs:17:5\n",
            "tests/suites/src/cases/log.rs:_\n",
        ),
        ("./labrpc/src/call.rs:9:10; ", "./labrpc/src/call.rs:_; "),
        (kept, kept),
    ] {
        assert_eq!(without_line_of_ours(word), shown);
    }
}
