//! Real threads that wait for locks which nobody gives back: told while they can still be asked,
//! and long before a run is given up from outside.

use super::places::from_root;
use labrt::{harness, thread};
use std::process;
use std::sync::Once;
use std::time::Duration;
use suites::trace::{Failure, FailureKind, Text};

/// Nobody holds a lock for so long, not across an RPC to a server that is gone either.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often one looks.
const LOOK: Duration = Duration::from_millis(500);
/// Threads that a report has room for.
const THREADS: usize = 24;

/// From now on a thread that waits for a lock for ever ends this process, once `tell` has been told
/// why.
pub(super) fn watch(tell: fn(Failure)) {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        thread::spawn(move || {
            loop {
                thread::sleep(LOOK);
                if let Some(threads) = harness::hung(PATIENCE) {
                    tell(failure(&threads));
                    process::exit(1);
                }
            }
        });
    });
}

fn failure(threads: &[String]) -> Failure {
    let mut text = format!("hung: a thread has waited for a lock for {PATIENCE:?}");
    for thread in threads.iter().take(THREADS) {
        text = format!("{text}\n  {thread}");
    }
    if threads.len() > THREADS {
        text = format!("{text}\n  and {} threads more", threads.len() - THREADS);
    }
    Failure::new(
        FailureKind::Hung,
        Text::of_report(from_root(&text)).to_string(),
    )
}
