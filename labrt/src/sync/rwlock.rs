//! The reader-writer lock of both worlds.

use super::raw_rwlock::RawRwLock;
use crate::time::Instant;
use std::fmt;
use std::time::Duration;

/// A lock for many readers or one writer; see `parking_lot::RwLock`.
///
/// A writer that waits holds new readers back, as `parking_lot`'s does. So a thread that holds a
/// read lock and asks for it once more waits for the writer that waits for it: a deadlock, in both
/// worlds. Recursive and upgradable reads are not offered.
///
/// ```
/// let terms = labrt::sync::RwLock::new(vec![1, 1, 2]);
/// assert_eq!(terms.read().last(), Some(&2));
/// terms.write().push(3);
/// assert_eq!(terms.into_inner(), [1, 1, 2, 3]);
/// ```
#[derive(Default)]
pub struct RwLock<T: ?Sized>(lock_api::RwLock<RawRwLock, T>);

/// Shared access to what an [`RwLock`] protects, until it is dropped.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
/// Exclusive access to what an [`RwLock`] protects, until it is dropped. `downgrade` makes it a
/// shared one, with no other writer in between.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

impl<T> RwLock<T> {
    /// An unlocked lock around `value`.
    pub const fn new(value: T) -> RwLock<T> {
        RwLock(lock_api::RwLock::new(value))
    }

    /// The value: nobody else can have the lock.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer has the lock or waits for it, then takes it for reading.
    #[inline]
    #[track_caller]
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read()
    }

    /// Takes the lock for reading, if that needs no waiting.
    #[track_caller]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        self.0.try_read()
    }

    /// Like [`read`](Self::read), but gives up after `timeout`.
    #[track_caller]
    pub fn try_read_for(&self, timeout: Duration) -> Option<RwLockReadGuard<'_, T>> {
        self.0.try_read_for(timeout)
    }

    /// Like [`read`](Self::read), but gives up at `end`.
    #[track_caller]
    pub fn try_read_until(&self, end: Instant) -> Option<RwLockReadGuard<'_, T>> {
        self.0.try_read_until(end)
    }

    /// Waits until nobody has the lock, then takes it for writing.
    #[inline]
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write()
    }

    /// Takes the lock for writing, if that needs no waiting.
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        self.0.try_write()
    }

    /// Like [`write`](Self::write), but gives up after `timeout`.
    #[track_caller]
    pub fn try_write_for(&self, timeout: Duration) -> Option<RwLockWriteGuard<'_, T>> {
        self.0.try_write_for(timeout)
    }

    /// Like [`write`](Self::write), but gives up at `end`.
    #[track_caller]
    pub fn try_write_until(&self, end: Instant) -> Option<RwLockWriteGuard<'_, T>> {
        self.0.try_write_until(end)
    }

    /// The value, without locking: the borrow excludes all others.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// Whether anybody has the lock. It may be another answer by the time it is used.
    pub fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    /// Whether a writer has the lock. It may be another answer by the time it is used.
    pub fn is_locked_exclusive(&self) -> bool {
        self.0.is_locked_exclusive()
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> RwLock<T> {
        RwLock::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
