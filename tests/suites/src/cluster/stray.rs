//! Panics of real threads: whichever thread panics, the case fails. One case at a time runs in a
//! process.

use crate::trace::{Failure, FailureKind, Text};
use labrt::Panicked;
use labrt::harness::Mutex;
use std::panic::{self, Location};

/// The first panic of any thread since the case began.
static STRAY: Mutex<Option<Failure>> = Mutex::new(None);

/// From now on a panic of any thread is noted, with its thread's node: it fails the case.
///
/// `is_verdict` tells whether a panic at that place is how the harness ends a case that failed: the
/// place, which is in the harness's code, then helps nobody.
pub fn watch_panics(is_verdict: fn(&Location<'_>) -> bool) {
    panic::set_hook(Box::new(move |info| {
        if STRAY.lock().is_some() {
            return;
        }
        let panic = Panicked::of(info);
        let thread = labrt::thread::current();
        let thread = thread.name().unwrap_or("a thread");
        let node = labrt::node::current_name();
        let is_verdict = info.location().is_some_and(is_verdict);
        let failure = Failure {
            kind: match is_verdict {
                true => FailureKind::Fault,
                false => FailureKind::Panic,
            },
            message: Text::of_report(&panic.message),
            place: panic
                .place
                .as_ref()
                .filter(|_| !is_verdict)
                .map(Text::of_report),
            todo: panic.todo().map(Text::of_report),
            thread: Some(match &node {
                Some(node) => Text::of_report(format_args!("{node}/{thread}")),
                None => Text::of_report(thread),
            }),
            at: Some(labrt::time::since_start()),
            seed: None,
            // A thread of no server is ours, down to `main`.
            backtrace: match &node {
                Some(_) => Text::of_report(labrt::harness::backtrace()),
                None => Text::default(),
            },
            node: node.map(Text::of_report),
            violation: None,
        };
        STRAY.lock().get_or_insert(failure);
    }));
}

/// What was noted, if anything.
pub fn stray_panic() -> Option<Failure> {
    STRAY.lock().clone()
}

/// Forgets what was noted, before the next case.
pub fn forget_panics() {
    *STRAY.lock() = None;
}
