//! Panics of real threads: whichever thread panics, the case fails. One case at a time runs in a
//! process.

use labrt::harness::Mutex;
use std::panic::{self, Location};

/// The first panic of any thread since the case began.
static STRAY: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic of any thread is noted, with its thread's node: it fails the case.
///
/// `is_verdict` tells whether a panic at that place is how the harness ends a case that failed: the
/// place, which is in the harness's code, then helps nobody.
pub fn watch_panics(is_verdict: fn(&Location<'_>) -> bool) {
    panic::set_hook(Box::new(move |info| {
        if STRAY.lock().is_some() {
            return;
        }
        let thread = labrt::thread::current();
        let thread = thread.name().unwrap_or("a thread").to_string();
        let node = labrt::node::current_name()
            .map(|node| format!("{node}/"))
            .unwrap_or_default();
        let place = match info.location() {
            Some(at) if is_verdict(at) => String::new(),
            Some(at) => format!("panic at {at}: "),
            None => "panic: ".into(),
        };
        let text = info.payload_as_str().unwrap_or("(no message)");
        let at = labrt::time::since_start().as_secs_f64();
        let mut told = format!("{place}{text}\n  in thread {node}{thread} at {at:.3} s");
        let backtrace = labrt::harness::backtrace();
        // A thread of no server is ours, down to `main`.
        if !node.is_empty() && !backtrace.is_empty() {
            told.push('\n');
            told.push_str(&backtrace);
        }
        STRAY.lock().get_or_insert(told);
    }));
}

/// What was noted, if anything.
pub fn stray_panic() -> Option<String> {
    STRAY.lock().clone()
}

/// Forgets what was noted, before the next case.
pub fn forget_panics() {
    *STRAY.lock() = None;
}
