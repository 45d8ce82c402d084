//! The mutex of both worlds.

use crate::base::NEVER;
use crate::kernel::{Blocked, Kernel, WaitList, Wake, world};
use crate::time::Instant;
use lock_api::RawMutex as _;
use std::panic::Location;
use std::ptr;
use std::time::Duration;

/// A mutual exclusion lock; see `parking_lot::Mutex`.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// Access to what a [`Mutex`] protects, until it is dropped.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// The lock under [`Mutex`]. Also in a simulation the lock itself is `parking_lot`'s, so that
/// even a mutex which is shared between worlds excludes; only the waiting differs.
pub struct RawMutex {
    pub(super) real: parking_lot::RawMutex,
    pub(super) waiters: WaitList,
}

/// Proof that the lock was taken.
pub struct Guard(pub(super) <parking_lot::RawMutex as lock_api::RawMutex>::Guard);

impl RawMutex {
    pub(super) fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    fn lock_simulated(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<Guard> {
        kernel.point();
        self.acquire(kernel, at, deadline)
    }

    /// Takes the lock without a scheduling point before it.
    #[inline]
    pub(super) fn acquire(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<Guard> {
        match self.real.try_lock() {
            Some(guard) => {
                kernel.took(self.address(), at);
                Some(Guard(guard))
            }
            None => self.acquire_slowly(kernel, at, deadline),
        }
    }

    #[cold]
    fn acquire_slowly(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<Guard> {
        let blocked = Blocked {
            on: "a lock",
            at,
            lock: self.address(),
        };
        loop {
            if let Some(guard) = self.real.try_lock() {
                kernel.took(self.address(), at);
                return Some(Guard(guard));
            }
            if deadline == NEVER {
                kernel.check_deadlock(self.address(), at);
            }
            match kernel.wait_on_even_dying(&self.waiters, blocked, deadline) {
                Wake::Notified => {}
                Wake::TimedOut => return None,
                Wake::Crashed { notified } => {
                    if notified {
                        kernel.notify_one(&self.waiters);
                    }
                    kernel.die();
                }
            }
        }
    }

    /// Takes the lock however long it takes, and without unwinding: for a thread that must hold it
    /// again before its destructors run.
    pub(super) fn acquire_even_dying(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
    ) -> Guard {
        let blocked = Blocked {
            on: "a lock",
            at,
            lock: self.address(),
        };
        loop {
            if let Some(guard) = self.real.try_lock() {
                kernel.took(self.address(), at);
                return Guard(guard);
            }
            kernel.wait_on_even_dying(&self.waiters, blocked, NEVER);
        }
    }

    #[inline]
    pub(super) fn release(&self, kernel: &Kernel, guard: Guard) {
        kernel.gave_back(self.address());
        // SAFETY: the guard proves that the lock is held.
        unsafe { self.real.unlock(guard.0) };
        kernel.notify_one(&self.waiters);
    }
}

// SAFETY: exclusion is `parking_lot`'s. An operation that unwinds (a crash) has no new acquisition:
// `acquire` unwinds only while it waits, and `unlock` only after it has released.
unsafe impl lock_api::RawMutex for RawMutex {
    const INIT: RawMutex = RawMutex {
        real: parking_lot::RawMutex::INIT,
        waiters: WaitList::new(),
    };

    type Guard = Guard;

    #[inline]
    #[track_caller]
    fn lock(&self) -> Guard {
        match world::kernel() {
            None => Guard(self.real.lock()),
            Some(kernel) => match self.lock_simulated(&kernel, Location::caller(), NEVER) {
                Some(guard) => guard,
                None => unreachable!("a wait without a deadline cannot time out"),
            },
        }
    }

    #[inline]
    #[track_caller]
    fn try_lock(&self) -> Option<Guard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock().map(Guard);
        };
        kernel.point();
        let guard = self.real.try_lock()?;
        kernel.took(self.address(), Location::caller());
        Some(Guard(guard))
    }

    #[inline]
    unsafe fn unlock(&self, guard: Guard) {
        match world::kernel() {
            // SAFETY: the guard proves that the lock is held.
            None => unsafe { self.real.unlock(guard.0) },
            Some(kernel) => {
                self.release(&kernel, guard);
                kernel.point();
            }
        }
    }

    fn is_locked(&self) -> bool {
        self.real.is_locked()
    }
}

// SAFETY: as for `RawMutex`.
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Guard> {
        match (world::kernel(), Instant::after(timeout)) {
            (None, _) => lock_api::RawMutexTimed::try_lock_for(&self.real, timeout).map(Guard),
            (Some(kernel), end) => {
                let end = end.map_or(NEVER, |end| kernel.deadline(end.local_ns()));
                self.lock_simulated(&kernel, Location::caller(), end)
            }
        }
    }

    #[track_caller]
    fn try_lock_until(&self, end: Instant) -> Option<Guard> {
        match world::kernel() {
            None => lock_api::RawMutexTimed::try_lock_until(&self.real, end.to_std()).map(Guard),
            Some(kernel) => {
                let end = kernel.deadline(end.local_ns());
                self.lock_simulated(&kernel, Location::caller(), end)
            }
        }
    }
}
