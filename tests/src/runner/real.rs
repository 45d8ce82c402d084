//! The real world: one case at a time in a worker process, on real threads.

use labrt::harness::Mutex;
use std::panic;

/// The first panic of any thread since the case began.
static STRAY: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic of any thread is noted, with its thread's node: it fails the case.
pub(crate) fn watch_panics() {
    panic::set_hook(Box::new(|info| {
        let thread = labrt::thread::current();
        let thread = thread.name().unwrap_or("a thread").to_string();
        let node = labrt::node::current_name()
            .map(|node| format!("{node}/"))
            .unwrap_or_default();
        let place = info
            .location()
            .map(|at| format!(" at {at}"))
            .unwrap_or_default();
        let text = info.payload_as_str().unwrap_or("(no message)");
        let at = labrt::time::since_start().as_secs_f64();
        let mut told = format!("panic{place}: {text}\n  in thread {node}{thread} at {at:.3} s");
        let backtrace = labrt::harness::backtrace();
        if !backtrace.is_empty() {
            told.push('\n');
            told.push_str(&backtrace);
        }
        STRAY.lock().get_or_insert(told);
    }));
}

/// What was noted, if anything.
pub(crate) fn stray_panic() -> Option<String> {
    STRAY.lock().clone()
}

/// Forgets what was noted, before the next case.
pub(super) fn forget_panics() {
    *STRAY.lock() = None;
}
