//! How far a run has come, for a reader on another OS thread.

use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering::Relaxed};

/// What a run shows of itself to its watchdog.
#[derive(Default)]
pub(crate) struct Progress {
    switches: AtomicU64,
    /// Where the last thread parked.
    last: AtomicPtr<Location<'static>>,
    /// The run's OS thread.
    thread: AtomicI32,
    /// It waits for somebody outside, as it should.
    is_outside: AtomicBool,
}

impl Progress {
    /// Counts a switch. One thread writes, so a load and a store will do.
    #[inline]
    pub(crate) fn tick(&self) {
        self.switches
            .store(self.switches.load(Relaxed) + 1, Relaxed);
    }

    #[inline]
    pub(crate) fn last_seen(&self, at: &'static Location<'static>) {
        self.last.store(ptr::from_ref(at).cast_mut(), Relaxed);
    }

    /// Says which of the system's threads runs the simulation.
    pub(crate) fn set_thread(&self, thread: i32) {
        self.thread.store(thread, Relaxed);
    }

    pub(crate) fn thread(&self) -> i32 {
        self.thread.load(Relaxed)
    }

    /// Says whether the run waits for somebody outside, who answers for the time that it takes.
    pub(crate) fn set_outside(&self, yes: bool) {
        self.is_outside.store(yes, Relaxed);
    }

    pub(crate) fn is_outside(&self) -> bool {
        self.is_outside.load(Relaxed)
    }

    pub(crate) fn switches(&self) -> u64 {
        self.switches.load(Relaxed)
    }

    pub(crate) fn last(&self) -> Option<&'static Location<'static>> {
        let last = self.last.load(Relaxed);
        // SAFETY: null, or made from a `&'static Location` in `last_seen`.
        unsafe { last.as_ref() }
    }
}
