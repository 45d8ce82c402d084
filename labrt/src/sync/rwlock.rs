//! The reader-writer lock of both worlds.

use crate::base::NEVER;
use crate::kernel::{Blocked, Kernel, WaitList, Wake, world};
use std::panic::Location;
use std::ptr;

/// A reader-writer lock; see `parking_lot::RwLock`.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
/// Shared access to what an [`RwLock`] protects, until it is dropped.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
/// Exclusive access to what an [`RwLock`] protects, until it is dropped.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

type Real = parking_lot::RawRwLock;

/// The lock under [`RwLock`]; as with the mutex, only the waiting differs between the worlds.
pub struct RawRwLock {
    real: Real,
    waiters: WaitList,
}

/// Proof that the lock was taken for reading.
pub struct SharedGuard(<Real as lock_api::RawRwLock>::SharedGuard);
/// Proof that the lock was taken for writing.
pub struct ExclusiveGuard(<Real as lock_api::RawRwLock>::ExclusiveGuard);

impl RawRwLock {
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Tries until it succeeds, parked in between.
    fn acquire<G>(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        try_it: impl Fn(&Real) -> Option<G>,
    ) -> G {
        kernel.point();
        let blocked = Blocked {
            on: "a reader-writer lock",
            at,
            lock: self.address(),
        };
        loop {
            if let Some(guard) = try_it(&self.real) {
                kernel.took(self.address(), at);
                return guard;
            }
            kernel.check_deadlock(self.address(), at);
            match kernel.wait_on_even_dying(&self.waiters, blocked, NEVER) {
                Wake::Notified | Wake::TimedOut => {}
                Wake::Crashed { notified } => {
                    if notified {
                        kernel.notify_all(&self.waiters);
                    }
                    kernel.die();
                }
            }
        }
    }

    /// After a release: readers may enter together, so all waiters try.
    fn released(&self, kernel: &Kernel) {
        kernel.gave_back(self.address());
        kernel.notify_all(&self.waiters);
        kernel.point();
    }
}

// SAFETY: exclusion is `parking_lot`'s. An operation that unwinds (a crash) has no new acquisition:
// `acquire` unwinds only while it waits, and the unlocks only after they have released.
unsafe impl lock_api::RawRwLock for RawRwLock {
    const INIT: RawRwLock = RawRwLock {
        real: Real::INIT,
        waiters: WaitList::new(),
    };

    type SharedGuard = SharedGuard;
    type ExclusiveGuard = ExclusiveGuard;

    #[inline]
    #[track_caller]
    fn lock_shared(&self) -> SharedGuard {
        SharedGuard(match world::kernel() {
            None => self.real.lock_shared(),
            Some(kernel) => self.acquire(&kernel, Location::caller(), Real::try_lock_shared),
        })
    }

    #[track_caller]
    fn try_lock_shared(&self) -> Option<SharedGuard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock_shared().map(SharedGuard);
        };
        kernel.point();
        let guard = self.real.try_lock_shared()?;
        kernel.took(self.address(), Location::caller());
        Some(SharedGuard(guard))
    }

    #[inline]
    unsafe fn unlock_shared(&self, guard: SharedGuard) {
        // SAFETY: the guard proves that the lock is held for reading.
        unsafe { self.real.unlock_shared(guard.0) };
        if let Some(kernel) = world::kernel() {
            self.released(&kernel);
        }
    }

    #[inline]
    #[track_caller]
    fn lock_exclusive(&self) -> ExclusiveGuard {
        ExclusiveGuard(match world::kernel() {
            None => self.real.lock_exclusive(),
            Some(kernel) => self.acquire(&kernel, Location::caller(), Real::try_lock_exclusive),
        })
    }

    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<ExclusiveGuard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock_exclusive().map(ExclusiveGuard);
        };
        kernel.point();
        let guard = self.real.try_lock_exclusive()?;
        kernel.took(self.address(), Location::caller());
        Some(ExclusiveGuard(guard))
    }

    #[inline]
    unsafe fn unlock_exclusive(&self, guard: ExclusiveGuard) {
        // SAFETY: the guard proves that the lock is held for writing.
        unsafe { self.real.unlock_exclusive(guard.0) };
        if let Some(kernel) = world::kernel() {
            self.released(&kernel);
        }
    }

    fn is_locked(&self) -> bool {
        self.real.is_locked()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.real.is_locked_exclusive()
    }
}
