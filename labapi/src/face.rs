//! What an implementation may use of `labrt`, by name: what is here is what the simulation sees.
//! `tests/face` has for each name the tests that show it, or the sentence that excuses it.

/// Channels with `crossbeam_channel`'s face: bounded and unbounded, many senders and receivers,
/// timers as receivers, and [`select!`](channel::select).
///
/// Not offered, of crossbeam's: `Select::ready` and its kin, `Select::new_biased` and
/// `select_biased!`.
pub mod channel {
    #[doc(inline)]
    pub use labrt::channel::{
        IntoIter, Iter, Receiver, RecvError, RecvTimeoutError, Select, SelectTimeoutError,
        SelectedOperation, SendError, SendTimeoutError, Sender, TryIter, TryRecvError,
        TrySelectError, TrySendError, after, at, bounded, never, select, tick, unbounded,
    };
}

/// The `rand` crate's face over the run's seed: in a simulation every draw comes from it. A draw is
/// no scheduling point.
pub mod rand {
    #[doc(inline)]
    pub use labrt::rand::{
        LabRng, Rng, RngExt, SeedableRng, TryRng, distr, random, random_bool, random_range, rng,
        seq,
    };
}

/// Locks with `parking_lot`'s face (no poisoning, guards straight from `lock()`), and of
/// `std::sync`, with its own face, what is done once, barriers and [`atomic`](sync::atomic)s.
///
/// # Statics
///
/// A `static` outlives a run, and what one seed left in it would decide what the next one does. So
/// a `static` [`OnceLock`](sync::OnceLock), [`LazyLock`](sync::LazyLock), [`Once`](sync::Once),
/// [`Barrier`](sync::Barrier) or atomic belongs to the run (on Linux): each run finds it as the
/// program text has it. All servers of the run share it, as those of one process would.
///
/// A `static` [`Mutex`](sync::Mutex) or [`RwLock`](sync::RwLock) does not: its first value is gone
/// once it was changed, and a warning says so. Make it the value of a `static` `LazyLock`.
///
/// [`Arc`](sync::Arc) and [`Weak`](sync::Weak) are std's, and counting is no scheduling point:
/// between one look at a count and the next, nobody else comes in.
///
/// Not offered, of `parking_lot`: recursive and upgradable reads, `ReentrantMutex`, `FairMutex`,
/// fair unlocking; of std: `mpsc` (use [`channel`]), `LazyLock::get` and its kin.
pub mod sync {
    pub use labrt::sync::{Arc, Weak};
    #[doc(inline)]
    pub use labrt::sync::{
        Barrier, BarrierWaitResult, Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock,
        OnceState, RwLock, RwLockReadGuard, RwLockWriteGuard, WaitTimeoutResult,
    };

    /// Atomics with `std::sync::atomic`'s face.
    ///
    /// In a simulation each access is a scheduling point, so that an update which is lost between a
    /// load and a store is lost under some seed; and every ordering is `SeqCst`. What a weaker one
    /// lets a processor do shows on real threads only.
    ///
    /// Not offered: `compiler_fence`, and access through pointers (`as_ptr`, `from_ptr`).
    pub mod atomic {
        #[doc(inline)]
        pub use labrt::sync::atomic::{
            AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr,
            AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
        };
    }
}

/// Threads with `std::thread`'s face. [`thread_local!`](crate::thread_local) stands at the crate's
/// root.
///
/// Not offered, of std's: `sleep_until` and `available_parallelism`.
pub mod thread {
    #[doc(inline)]
    pub use labrt::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread,
        ThreadId, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
}

/// The clock of the current world, with `std::time`'s face. Looking at it is no scheduling point.
///
/// Not offered: `SystemTime`. A run's only clock is its own.
pub mod time {
    #[doc(inline)]
    pub use labrt::time::{Duration, Instant, since_start};
}
