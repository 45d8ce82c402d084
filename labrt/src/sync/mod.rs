//! Locks with `parking_lot`'s face: no poisoning, guards straight from `lock()`.
//!
//! In the real world they are `parking_lot`'s locks behind one branch. In a simulation a thread
//! that has to wait parks in the scheduler; who gets the lock next is the scheduler's choice.

mod condvar;
mod mutex;
mod raw_rwlock;
mod rwlock;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{Mutex, MutexGuard, RawMutex};
pub use raw_rwlock::RawRwLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, LazyLock, OnceLock, Weak, atomic};
