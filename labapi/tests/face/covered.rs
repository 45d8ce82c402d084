//! The items of the face, and the tests that show each.

/// An item, with what cannot be had without it: guards, handles, errors.
pub(crate) struct Covered {
    pub(crate) items: &'static [&'static str],
    pub(crate) parts: &'static [&'static str],
    /// Where it is shown to be alike in both worlds: a file below `labrt/tests`, and a test in it.
    pub(crate) alike: (&'static str, &'static str),
    pub(crate) interleaves: Interleaves,
}

pub(crate) enum Interleaves {
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

pub(crate) const FACE: &[Covered] = &[
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
