//! The runs that are going on in this process, side by side.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A run's number, which no other of this process has, for as long as the run goes on. Never 0.
pub(crate) struct Live(u32);

impl Live {
    pub(crate) fn begin() -> Live {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        let number = RUNS.fetch_add(1, Ordering::Relaxed).max(1);
        LIVE.lock().push(number);
        Live(number)
    }

    pub(crate) fn number(&self) -> u32 {
        self.0
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.lock().retain(|live| *live != self.0);
    }
}

/// Whether the run of that number goes on.
pub(crate) fn is_live(number: u32) -> bool {
    LIVE.lock().contains(&number)
}

/// Whether no other run goes on.
pub(crate) fn is_alone() -> bool {
    LIVE.lock().len() <= 1
}

/// Lets some real time pass, whatever world the calling OS thread is in: about as long as another
/// run may need for a few steps.
#[cfg(target_os = "linux")]
pub(crate) fn nap() {
    let span = libc::timespec {
        tv_sec: 0,
        tv_nsec: NAP.as_nanos() as _,
    };
    let nothing: *mut libc::timespec = std::ptr::null_mut();
    // SAFETY: the span is read, and nothing written. The system call itself, since the C library's
    // function is refused in a simulation.
    unsafe { libc::syscall(libc::SYS_nanosleep, &raw const span, nothing) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn nap() {
    std::thread::sleep(NAP);
}

/// How long a [`nap`] takes, at least.
pub(crate) const NAP: std::time::Duration = std::time::Duration::from_micros(50);
