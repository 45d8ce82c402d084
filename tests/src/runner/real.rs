//! The real world: one case at a time in a worker process, on real threads.

use labrt::harness::Mutex;
use std::panic::{self, Location};

/// The first panic of any thread since the case began.
static STRAY: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic of any thread is noted, with its thread's node: it fails the case.
pub(crate) fn watch_panics() {
    panic::set_hook(Box::new(|info| {
        if STRAY.lock().is_some() {
            return;
        }
        let thread = labrt::thread::current();
        let thread = thread.name().unwrap_or("a thread").to_string();
        let node = labrt::node::current_name()
            .map(|node| format!("{node}/"))
            .unwrap_or_default();
        // What the harness found wrong is told as in a simulation; where it stands in our code
        // helps nobody.
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

/// Whether a panic here is how the harness ends a case that failed. An assertion of a case is none:
/// the place says more than its words.
fn is_verdict(at: &Location<'_>) -> bool {
    let file = super::workspace().join(at.file());
    let cases = super::workspace().join("tests/src/cases");
    !file.starts_with(cases) && super::own_sources().iter().any(|own| file.starts_with(own))
}

/// What was noted, if anything.
pub(crate) fn stray_panic() -> Option<String> {
    STRAY.lock().clone()
}

/// Forgets what was noted, before the next case.
pub(super) fn forget_panics() {
    *STRAY.lock() = None;
}
