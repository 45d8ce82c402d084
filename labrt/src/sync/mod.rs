//! Locks with `parking_lot`'s face (no poisoning, guards straight from `lock()`), and of
//! `std::sync`, with its own face, what is done once, barriers and [`atomic`]s.
//!
//! In the real world they are those, behind one branch. In a simulation a thread that has to wait
//! parks in the scheduler; who goes on next is the scheduler's choice.
//!
//! # Statics
//!
//! A `static` outlives a run, and what one seed left in it would decide what the next one does.
//! So a `static` (on Linux, where it can be told from the rest) of type [`OnceLock`], [`LazyLock`],
//! [`Once`], [`Barrier`] or of one of the [`atomic`]s belongs to the run: each finds it as the
//! program text has it. What a run makes for a static is not freed at its end, as no static is;
//! atomics excepted.
//!
//! A `static` [`Mutex`] or [`RwLock`] cannot belong to the run: its first value is gone once it was
//! changed. The run's report warns of it. Make it the value of a [`LazyLock`], and each run gets
//! its own.
//!
//! [`Arc`] and [`Weak`] are std's: counting is no scheduling point. Whoever acts upon a count
//! (`Arc::strong_count`, `Weak::upgrade`) sees no other threads between one look and the next.

pub mod atomic;
mod barrier;
mod condvar;
mod mutex;
mod once;
mod once_lock;
mod place;
mod raw_rwlock;
mod rwlock;

pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{Mutex, MutexGuard, RawMutex};
pub use once::{Once, OnceState};
pub use once_lock::{LazyLock, OnceLock};
pub use raw_rwlock::RawRwLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, Weak};
