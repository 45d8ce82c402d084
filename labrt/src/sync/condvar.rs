//! The condition variable of both worlds.

use super::mutex::{Guard, MutexGuard, RawMutex};
use crate::base::NEVER;
use crate::kernel::{Blocked, Kernel, WaitList, Wake, world};
use crate::real_node;
use crate::time::Instant;
use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

pub use lock_api::WaitTimeoutResult;

/// What a thread waits for on a condition variable.
const NOTIFICATION: &str = "a notification";

thread_local! {
    /// Where the wait was called: `lock_api` does not hand the position through.
    static CALLED_AT: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
}

/// A condition variable; see `parking_lot::Condvar`. Never wakes without a notification.
pub struct Condvar {
    inner: lock_api::Condvar<RawCondvar>,
}

impl Condvar {
    /// A condition variable that nobody waits on.
    pub const fn new() -> Condvar {
        Condvar {
            inner: lock_api::Condvar::new(),
        }
    }

    /// Wakes one waiting thread; whether there was one.
    pub fn notify_one(&self) -> bool {
        self.inner.notify_one()
    }

    /// Wakes all waiting threads; how many there were.
    pub fn notify_all(&self) -> usize {
        self.inner.notify_all()
    }

    /// Releases the lock and waits for a notification; takes the lock again before it returns.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        CALLED_AT.set(Some(Location::caller()));
        self.inner.wait(guard);
    }

    /// Waits while `condition` holds.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) {
        let at = Location::caller();
        while condition(guard) {
            CALLED_AT.set(Some(at));
            self.inner.wait(guard);
        }
    }

    /// Like [`wait`](Self::wait), for at most `timeout`.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        CALLED_AT.set(Some(Location::caller()));
        self.inner.wait_for(guard, timeout)
    }

    /// Like [`wait`](Self::wait), until `end` at the latest.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        end: Instant,
    ) -> WaitTimeoutResult {
        CALLED_AT.set(Some(Location::caller()));
        self.inner.wait_until(guard, end)
    }

    /// Waits while `condition` holds, for at most `timeout`.
    #[track_caller]
    pub fn wait_while_for<T, F>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: F,
        timeout: Duration,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let end = Instant::after(timeout);
        self.inner.wait_while_for(
            guard,
            |value| {
                let again = condition(value);
                CALLED_AT.set(Some(at)); // only now: the condition may give way to other waits
                again
            },
            end.map_or(timeout, |end| end.saturating_duration_since(Instant::now())),
        )
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Condvar { .. }")
    }
}

/// What stands under [`Condvar`].
struct RawCondvar {
    real: parking_lot::RawCondvar,
    waiters: WaitList,
}

impl RawCondvar {
    /// Waits in the real world, where the lock is not held meanwhile.
    fn beside_real<T>(mutex: &RawMutex, wait: impl FnOnce(&'static Location<'static>) -> T) -> T {
        let at = CALLED_AT.take().unwrap_or(Location::caller());
        real_node::gave_back(mutex.address());
        let out = wait(at);
        real_node::took(mutex.address(), at);
        out
    }

    /// Whether the wait ended by its deadline. The lock is held again when this returns or unwinds.
    fn wait_simulated(
        &self,
        kernel: &Kernel,
        mutex: &RawMutex,
        guard: &mut Guard,
        deadline: u64,
    ) -> bool {
        let at = CALLED_AT.take().unwrap_or(Location::caller());
        if kernel.is_dying() {
            kernel.die();
            return true;
        }
        kernel.about_to_block_beside(mutex.address(), "a wait on a condition variable", at);
        // SAFETY: the guard is read, used up, and written anew before anybody can see it: `acquire`
        // below either returns or never comes back, since without a deadline it waits even dying.
        let held = unsafe { std::ptr::read(guard) };
        mutex.release(kernel, held);
        let blocked = Blocked::new(NOTIFICATION, at);
        let wake = kernel.wait_on(&self.waiters, blocked, deadline);
        if let Wake::Crashed { notified: true } = wake {
            kernel.notify_one(&self.waiters);
        }
        // SAFETY: writes over the used-up value.
        unsafe { std::ptr::write(guard, mutex.acquire_even_dying(kernel, at)) };
        if let Wake::Crashed { .. } = wake {
            kernel.die();
        }
        wake == Wake::TimedOut
    }
}

// SAFETY: every wait releases the mutex, parks, and holds the mutex again when it ends, whether by
// returning or by unwinding. No wake-up comes without a notification.
unsafe impl lock_api::RawCondvar for RawCondvar {
    const INIT: RawCondvar = RawCondvar {
        real: parking_lot::RawCondvar::INIT,
        waiters: WaitList::new(),
    };

    type RawMutex = RawMutex;

    unsafe fn wait(&self, mutex: &RawMutex, guard: &mut Guard) {
        match world::kernel() {
            None => RawCondvar::beside_real(mutex, |at| {
                let wait = || {
                    // SAFETY: the guard is of the real mutex, as the caller promises.
                    unsafe { self.real.wait(&mutex.real, &mut guard.0) }
                };
                real_node::waiting(NOTIFICATION, at, false, wait);
            }),
            Some(kernel) => {
                self.wait_simulated(&kernel, mutex, guard, NEVER);
            }
        }
    }

    fn notify_one(&self) -> bool {
        match world::kernel() {
            None => self.real.notify_one(),
            Some(kernel) => {
                let woke = kernel.notify_one(&self.waiters);
                kernel.point();
                woke
            }
        }
    }

    fn notify_all(&self) -> usize {
        match world::kernel() {
            None => self.real.notify_all(),
            Some(kernel) => {
                let woken = kernel.notify_all(&self.waiters);
                kernel.point();
                woken
            }
        }
    }
}

// SAFETY: as for `RawCondvar`.
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::after(*timeout)
    }

    unsafe fn wait_until(&self, mutex: &RawMutex, guard: &mut Guard, end: &Instant) -> bool {
        match world::kernel() {
            None => RawCondvar::beside_real(mutex, |at| {
                let wait = || {
                    // SAFETY: the guard is of the real mutex, as the caller promises.
                    unsafe {
                        self.real
                            .wait_until(&mutex.real, &mut guard.0, &end.to_std())
                    }
                };
                real_node::waiting(NOTIFICATION, at, true, wait)
            }),
            Some(kernel) => {
                let deadline = end.local_ns();
                self.wait_simulated(&kernel, mutex, guard, deadline)
            }
        }
    }
}
