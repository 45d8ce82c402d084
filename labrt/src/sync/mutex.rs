//! The mutex of both worlds.

use crate::base::{LOCKS, NEVER};
use crate::kernel::{Blocked, Kernel, WaitList, Wake, world};
use crate::real_node;
use crate::time::{Instant, deadline};
use lock_api::RawMutex as _;
use std::fmt;
use std::panic::Location;
use std::ptr;
use std::time::Duration;

/// A mutual exclusion lock; see `parking_lot::Mutex`. No poisoning: a thread that panics lets the
/// lock go, and nobody else hears of it.
///
/// ```
/// let votes = labrt::sync::Mutex::new(0);
/// *votes.lock() += 1;
/// assert_eq!(votes.into_inner(), 1);
/// ```
#[derive(Default)]
pub struct Mutex<T: ?Sized>(lock_api::Mutex<RawMutex, T>);

/// Access to what a [`Mutex`] protects, until it is dropped.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

impl<T> Mutex<T> {
    /// An unlocked lock around `value`.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(lock_api::Mutex::new(value))
    }

    /// The value: nobody else can have the lock.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until nobody has the lock, then takes it.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock()
    }

    /// Takes the lock, if that needs no waiting.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock()
    }

    /// Like [`lock`](Self::lock), but gives up after `timeout`.
    #[track_caller]
    pub fn try_lock_for(&self, timeout: Duration) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock_for(timeout)
    }

    /// Like [`lock`](Self::lock), but gives up at `end`.
    #[track_caller]
    pub fn try_lock_until(&self, end: Instant) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock_until(end)
    }

    /// The value, without locking: the borrow excludes all others.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// Whether anybody has the lock. It may be another answer by the time it is used.
    pub fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a thread waits for that wants a lock.
const LOCK: &str = LOCKS[0];

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

    /// Takes the lock in the real world. Whoever waits for a lock of its own waits for ever.
    fn lock_real(&self, at: &'static Location<'static>) -> Guard {
        let guard = self.real.try_lock().unwrap_or_else(|| {
            if let Some(held) = real_node::holds(self.address()) {
                panic!(
                    "deadlock: a thread waits for a lock that it holds itself: it took it at \
                     {held}, and wants it again at {at}"
                );
            }
            real_node::waiting(LOCK, at, false, || self.real.lock())
        });
        real_node::took(self.address(), at);
        Guard(guard)
    }

    /// Takes the lock in the real world, or gives up.
    fn wait_real(
        &self,
        at: &'static Location<'static>,
        take: impl FnOnce() -> Option<<parking_lot::RawMutex as lock_api::RawMutex>::Guard>,
    ) -> Option<Guard> {
        let guard = real_node::waiting(LOCK, at, true, take)?;
        real_node::took(self.address(), at);
        Some(Guard(guard))
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
        match self.take(kernel, at) {
            None => self.acquire_slowly(kernel, at, deadline, true),
            taken => taken,
        }
    }

    /// Takes the lock however long it takes, and without unwinding: for a thread that must hold it
    /// again before its destructors run.
    pub(super) fn acquire_even_dying(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
    ) -> Guard {
        loop {
            let taken = self.take(kernel, at);
            if let Some(guard) = taken.or_else(|| self.acquire_slowly(kernel, at, NEVER, false)) {
                return guard;
            }
        }
    }

    /// Takes the lock, unless somebody has it.
    #[inline]
    fn take(&self, kernel: &Kernel, at: &'static Location<'static>) -> Option<Guard> {
        self.waiters.used_by(kernel, at);
        let guard = self.real.try_lock()?;
        kernel.took(self.address(), at);
        Some(Guard(guard))
    }

    /// Tries until it succeeds, or the deadline comes, parked in between. If `may_unwind`, a thread
    /// that crashes, or stands in a deadlock, is unwound from here.
    #[cold]
    fn acquire_slowly(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        deadline: u64,
        may_unwind: bool,
    ) -> Option<Guard> {
        let blocked = Blocked {
            on: LOCK,
            at,
            lock: self.address(),
        };
        loop {
            if let Some(guard) = self.take(kernel, at) {
                return Some(guard);
            }
            if kernel.waited_for_other_run(&self.waiters, self.address(), at) {
                continue;
            }
            if may_unwind && deadline == NEVER {
                kernel.check_deadlock(self.address(), at);
            }
            match kernel.wait_on_even_dying(&self.waiters, blocked, deadline) {
                Wake::TimedOut => return None,
                Wake::Crashed { notified } if may_unwind => {
                    if notified {
                        kernel.notify_one(&self.waiters);
                    }
                    kernel.die();
                }
                Wake::Notified | Wake::Crashed { .. } => {}
            }
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
            None => self.lock_real(Location::caller()),
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
            let guard = self.real.try_lock()?;
            real_node::took(self.address(), Location::caller());
            return Some(Guard(guard));
        };
        kernel.point();
        self.take(&kernel, Location::caller())
    }

    #[inline]
    unsafe fn unlock(&self, guard: Guard) {
        match world::kernel() {
            None => {
                real_node::gave_back(self.address());
                // SAFETY: the guard proves that the lock is held.
                unsafe { self.real.unlock(guard.0) }
            }
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
        let Some(kernel) = world::kernel() else {
            let try_it = || lock_api::RawMutexTimed::try_lock_for(&self.real, timeout);
            return self.wait_real(Location::caller(), try_it);
        };
        let end = deadline(Instant::after(timeout));
        self.lock_simulated(&kernel, Location::caller(), end)
    }

    #[track_caller]
    fn try_lock_until(&self, end: Instant) -> Option<Guard> {
        let Some(kernel) = world::kernel() else {
            let end = end.to_std();
            let try_it = || lock_api::RawMutexTimed::try_lock_until(&self.real, end);
            return self.wait_real(Location::caller(), try_it);
        };
        let end = deadline(Some(end));
        self.lock_simulated(&kernel, Location::caller(), end)
    }
}
