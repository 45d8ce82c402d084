//! Code that catches panics: a caught panic is over, whatever other threads are in the middle of,
//! and no `catch_unwind` keeps a thread alive beyond its node.

use crate::common::{run, sim};
use crate::{LONG, MS, simulated};
use labrt::sync::Arc;
use labrt::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use labrt::{Node, thread};
use std::panic::{self, AssertUnwindSafe};

/// Keeps its thread in the middle of a panic for a long time.
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(LONG);
    }
}

/// Runs `test` beside a thread that is in the middle of a panic: sometimes before, sometimes only
/// after the test has begun.
fn beside_a_panic(test: impl Fn() + Send + Sync + 'static) {
    let test = Arc::new(test);
    for seed in 0..40 {
        let test = Arc::clone(&test);
        run(sim(seed).panics_end_run(false), move || {
            let other = thread::spawn(|| {
                let _slow = Slow;
                panic!("the other's");
            });
            test();
            let _ = other.join();
        });
    }
}

fn caught() {
    let ended = panic::catch_unwind(|| panic!("caught"));
    assert!(ended.is_err());
}

/// Asks, when a thread's stack is unwound, whether it is.
struct Asks(Arc<AtomicBool>);

impl Drop for Asks {
    fn drop(&mut self) {
        caught(); // within the other one, which is not over by that
        self.0.store(thread::panicking(), Ordering::SeqCst);
    }
}

#[test]
fn a_caught_panic_is_over() {
    beside_a_panic(|| {
        caught();
        assert!(!thread::panicking());
        thread::sleep(MS);
        assert!(!thread::panicking());
        caught(); // now beside the other's, for sure
        assert!(!thread::panicking());
        thread::sleep(MS);
        assert!(!thread::panicking());
        let seen = Arc::new(AtomicBool::new(false));
        let asks = Asks(seen.clone());
        let panics = thread::spawn(move || {
            let _asks = asks;
            panic!("its own");
        });
        assert!(panics.join().is_err());
        assert!(seen.load(Ordering::SeqCst), "a thread that unwinds says so");
    });
}

/// What was caught may be thrown on: then the thread unwinds again, and is no less crashed.
#[test]
fn a_panic_thrown_on_is_not_over() {
    beside_a_panic(|| {
        let seen = Arc::new(AtomicBool::new(false));
        let asks = Asks(seen.clone());
        let rethrows = thread::spawn(move || {
            let _asks = asks;
            let payload = panic::catch_unwind(|| panic!("first")).unwrap_err();
            thread::sleep(MS);
            panic::resume_unwind(payload);
        });
        assert!(rethrows.join().is_err());
        assert!(seen.load(Ordering::SeqCst));
    });
}

#[test]
fn a_crash_stops_a_thread_that_once_caught_a_panic() {
    beside_a_panic(|| {
        let (node, crashed) = (Node::new("n1"), Arc::new(AtomicBool::new(false)));
        let steps = Arc::new(AtomicUsize::new(0));
        let (crashed2, steps2) = (crashed.clone(), steps.clone());
        node.spawn("victim", move || {
            caught();
            thread::sleep(MS);
            caught();
            loop {
                thread::sleep(MS);
                if crashed2.load(Ordering::SeqCst) && steps2.fetch_add(1, Ordering::SeqCst) > 1000 {
                    return;
                }
            }
        });
        thread::sleep(100 * MS);
        crashed.store(true, Ordering::SeqCst);
        node.crash();
        assert_eq!(node.live_threads(), 0);
        thread::sleep(100 * MS);
        assert_eq!(steps.load(Ordering::SeqCst), 0, "steps after the crash");
    });
}

/// A server that guards its work: it catches its own crash as well, again and again.
#[test]
fn a_guarded_loop_can_crash() {
    simulated(|| {
        let node = Node::new("n1");
        let (work, guarded) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
        let work2 = work.clone();
        let server = node.spawn("guarded", move || {
            loop {
                guarded.fetch_add(1, Ordering::SeqCst);
                let _ = panic::catch_unwind(AssertUnwindSafe(|| {
                    thread::sleep(MS);
                    work2.fetch_add(1, Ordering::SeqCst);
                }));
            }
        });
        thread::sleep(50 * MS);
        let done = work.load(Ordering::SeqCst);
        assert!(done > 40);
        let joiner = thread::spawn(move || server.join().is_err());
        thread::sleep(MS);
        node.crash();
        assert_eq!(node.live_threads(), 0);
        assert_eq!(node.live_thread_names(), [""; 0]);
        assert!(joiner.join().unwrap(), "who joins it learns of its end");
        assert!(work.load(Ordering::SeqCst) <= done + 1);
        // The end of the run comes to such a thread as well.
        Node::new("n2").spawn("guarded", || {
            loop {
                let _ = panic::catch_unwind(thread::park);
            }
        });
        thread::sleep(MS);
    });
}
