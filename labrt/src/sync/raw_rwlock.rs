//! What stands under [`RwLock`](super::RwLock).

use crate::base::{LOCKS, NEVER};
use crate::kernel::{Blocked, Kernel, WaitList, Wake, world};
use crate::real_node;
use crate::time::{Instant, deadline};
use lock_api::RawRwLock as _;
use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// What a thread waits for that wants a lock.
const LOCK: &str = LOCKS[1];

type Real = parking_lot::RawRwLock;

/// The lock under `RwLock`; as with the mutex, only the waiting differs between the worlds.
pub struct RawRwLock {
    real: Real,
    waiters: WaitList,
    /// The run in which a writer has shut the door behind the readers that are inside; 0 when
    /// none has.
    shut: AtomicU32,
}

/// Proof that the lock was taken for reading.
pub struct SharedGuard(<Real as lock_api::RawRwLock>::SharedGuard);
/// Proof that the lock was taken for writing.
pub struct ExclusiveGuard(<Real as lock_api::RawRwLock>::ExclusiveGuard);

impl RawRwLock {
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    fn is_shut(&self, kernel: &Kernel) -> bool {
        self.shut.load(Relaxed) == kernel.run
    }

    fn try_read(&self, kernel: &Kernel, at: &'static Location<'static>) -> Option<SharedGuard> {
        if self.is_shut(kernel) {
            return None;
        }
        self.waiters.used_by(kernel, at);
        let guard = self.real.try_lock_shared()?;
        kernel.took(self.address(), at);
        Some(SharedGuard(guard))
    }

    fn try_write(&self, kernel: &Kernel, at: &'static Location<'static>) -> Option<ExclusiveGuard> {
        if self.is_shut(kernel) {
            return None;
        }
        self.waiters.used_by(kernel, at);
        let guard = self.real.try_lock_exclusive()?;
        kernel.took(self.address(), at);
        Some(ExclusiveGuard(guard))
    }

    /// Waits for a release. False when the deadline came first.
    fn wait(&self, kernel: &Kernel, at: &'static Location<'static>, deadline: u64) -> bool {
        if kernel.waited_for_other_run(&self.waiters, self.address(), at) {
            return true;
        }
        let blocked = Blocked {
            on: LOCK,
            at,
            lock: self.address(),
        };
        if deadline == NEVER {
            kernel.check_deadlock(self.address(), at);
        }
        match kernel.wait_on_even_dying(&self.waiters, blocked, deadline) {
            Wake::Notified => true,
            Wake::TimedOut => false,
            Wake::Crashed { notified } => {
                if notified {
                    kernel.notify_all(&self.waiters);
                }
                kernel.die();
                true
            }
        }
    }

    fn read_simulated(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<SharedGuard> {
        kernel.point();
        loop {
            if let Some(guard) = self.try_read(kernel, at) {
                return Some(guard);
            }
            if !self.wait(kernel, at, deadline) {
                return None;
            }
        }
    }

    fn write_simulated(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<ExclusiveGuard> {
        kernel.point();
        loop {
            if let Some(guard) = self.try_write(kernel, at) {
                return Some(guard);
            }
            if !self.is_shut(kernel) && !self.real.is_locked_exclusive() {
                return self.wait_for_readers(kernel, at, deadline);
            }
            if !self.wait(kernel, at, deadline) {
                return None;
            }
        }
    }

    /// Lets no new reader in, and waits for those inside.
    #[cold]
    fn wait_for_readers(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
    ) -> Option<ExclusiveGuard> {
        let door = Shut::behind_readers(self, kernel);
        loop {
            if let Some(guard) = self.real.try_lock_exclusive() {
                kernel.took(self.address(), at);
                door.open();
                return Some(ExclusiveGuard(guard));
            }
            if !self.wait(kernel, at, deadline) {
                return None;
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

/// The door that a waiting writer shut. If it gives up, or crashes, whom it kept out may enter.
struct Shut<'a> {
    lock: &'a RawRwLock,
    kernel: &'a Kernel,
}

impl<'a> Shut<'a> {
    fn behind_readers(lock: &'a RawRwLock, kernel: &'a Kernel) -> Shut<'a> {
        lock.shut.store(kernel.run, Relaxed);
        Shut { lock, kernel }
    }

    /// The writer is inside: whoever waits is woken when it leaves.
    fn open(self) {
        self.lock.shut.store(0, Relaxed);
        std::mem::forget(self);
    }
}

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        self.lock.shut.store(0, Relaxed);
        self.kernel.notify_all(&self.lock.waiters);
    }
}

// SAFETY: exclusion is `parking_lot`'s. An operation that unwinds (a crash) has no new acquisition:
// the acquiring ones unwind only while they wait, and the unlocks only after they have released.
unsafe impl lock_api::RawRwLock for RawRwLock {
    const INIT: RawRwLock = RawRwLock {
        real: Real::INIT,
        waiters: WaitList::new(),
        shut: AtomicU32::new(0),
    };

    type SharedGuard = SharedGuard;
    type ExclusiveGuard = ExclusiveGuard;

    #[inline]
    #[track_caller]
    fn lock_shared(&self) -> SharedGuard {
        match world::kernel() {
            None => SharedGuard(real_node::waiting(LOCK, Location::caller(), false, || {
                self.real.lock_shared()
            })),
            Some(kernel) => match self.read_simulated(&kernel, Location::caller(), NEVER) {
                Some(guard) => guard,
                None => unreachable!("a wait without a deadline cannot time out"),
            },
        }
    }

    #[track_caller]
    fn try_lock_shared(&self) -> Option<SharedGuard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock_shared().map(SharedGuard);
        };
        kernel.point();
        self.try_read(&kernel, Location::caller())
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
        match world::kernel() {
            None => ExclusiveGuard(real_node::waiting(LOCK, Location::caller(), false, || {
                self.real.lock_exclusive()
            })),
            Some(kernel) => match self.write_simulated(&kernel, Location::caller(), NEVER) {
                Some(guard) => guard,
                None => unreachable!("a wait without a deadline cannot time out"),
            },
        }
    }

    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<ExclusiveGuard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock_exclusive().map(ExclusiveGuard);
        };
        kernel.point();
        self.try_write(&kernel, Location::caller())
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

// SAFETY: as for `RawRwLock`. The lock goes from exclusive to shared in `parking_lot`'s own step;
// nothing here unwinds before or after it.
unsafe impl lock_api::RawRwLockDowngrade for RawRwLock {
    unsafe fn downgrade(&self, guard: ExclusiveGuard) -> SharedGuard {
        // SAFETY: the guard proves that the lock is held for writing.
        let guard = SharedGuard(unsafe { self.real.downgrade(guard.0) });
        if let Some(kernel) = world::kernel() {
            kernel.notify_all(&self.waiters);
        }
        guard
    }
}

// SAFETY: as for `RawRwLock`.
unsafe impl lock_api::RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<SharedGuard> {
        let Some(kernel) = world::kernel() else {
            return self.real.try_lock_shared_for(timeout).map(SharedGuard);
        };
        let end = deadline(Instant::after(timeout));
        self.read_simulated(&kernel, Location::caller(), end)
    }

    #[track_caller]
    fn try_lock_shared_until(&self, end: Instant) -> Option<SharedGuard> {
        let Some(kernel) = world::kernel() else {
            let end = end.to_std();
            return self.real.try_lock_shared_until(end).map(SharedGuard);
        };
        let end = deadline(Some(end));
        self.read_simulated(&kernel, Location::caller(), end)
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<ExclusiveGuard> {
        let Some(kernel) = world::kernel() else {
            return self
                .real
                .try_lock_exclusive_for(timeout)
                .map(ExclusiveGuard);
        };
        let end = deadline(Instant::after(timeout));
        self.write_simulated(&kernel, Location::caller(), end)
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, end: Instant) -> Option<ExclusiveGuard> {
        let Some(kernel) = world::kernel() else {
            let end = end.to_std();
            return self.real.try_lock_exclusive_until(end).map(ExclusiveGuard);
        };
        let end = deadline(Some(end));
        self.write_simulated(&kernel, Location::caller(), end)
    }
}
