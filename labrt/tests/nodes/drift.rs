//! Nodes that stand still for a while, and nodes whose clocks are wrong.

use crate::common::sim;
use crate::{MS, simulated};
use labrt::channel::{after, never, select, tick};
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::sync::{Arc, Condvar, Mutex};
use labrt::time::{Duration, Instant, since_start};
use labrt::{Node, harness, thread};

#[test]
fn a_pause_stops_a_node_and_nobody_else() {
    simulated(|| {
        let (node, other) = (Node::new("n1"), Node::new("n2"));
        let beats = [&node, &other].map(|node| {
            let beats = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&beats);
            node.spawn("beat", move || {
                for beat in 1.. {
                    thread::sleep(MS);
                    count.store(beat, Ordering::SeqCst);
                }
            });
            beats
        });
        let seen = || [0, 1].map(|n| beats[n].load(Ordering::SeqCst));
        thread::sleep(10 * MS + MS / 2);
        let before = seen();
        node.pause(20 * MS);
        node.pause(5 * MS); // a shorter one changes nothing
        thread::sleep(19 * MS);
        assert_eq!(seen()[0], before[0], "it stands still");
        assert!(seen()[1] >= before[1] + 17);
        thread::sleep(2 * MS);
        assert!(
            seen()[0] > before[0],
            "it goes on, and its missed sleep is over"
        );

        // A paused node can crash.
        node.pause(100 * MS);
        thread::sleep(2 * MS);
        node.crash();
        assert_eq!(node.live_threads(), 0);
        let last = seen()[0];
        thread::sleep(101 * MS);
        assert_eq!(seen()[0], last);
    });
}

#[test]
fn a_thread_may_pause_its_own_node() {
    simulated(|| {
        let node = Node::new("n1");
        let node2 = node.clone();
        let paused = node.spawn("pauses", move || {
            let begin = Instant::now();
            node2.pause(20 * MS);
            begin.elapsed()
        });
        assert!((20 * MS..21 * MS).contains(&paused.join().unwrap()));
    });
}

/// All that a node's threads do by the clock follows its clock: sleeps, timeouts, timers.
#[test]
fn clocks_run_fast_and_slow() {
    fn waits() -> [Duration; 4] {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        let spent = |wait: &dyn Fn()| {
            let (begin, local) = (since_start(), Instant::now());
            wait();
            let passed = local.elapsed();
            assert!(
                (10 * MS..10 * MS + MS / 2).contains(&passed),
                "{passed:?} on its own clock"
            );
            since_start() - begin
        };
        [
            spent(&|| thread::sleep(10 * MS)),
            spent(&|| assert!(changed.wait_for(&mut lock.lock(), 10 * MS).timed_out())),
            spent(&|| assert!(never::<()>().recv_timeout(10 * MS).is_err())),
            spent(&|| assert!(after(10 * MS).recv().is_ok())),
        ]
    }
    simulated(|| {
        for (rate, truly) in [(1.0, 10 * MS), (2.0, 5 * MS), (0.5, 20 * MS)] {
            let node = Node::new("n1");
            thread::sleep(3 * MS);
            node.set_clock_rate(rate);
            for spent in node.spawn("waits", waits).join().unwrap() {
                let right = truly..truly + MS / 2;
                assert!(right.contains(&spent), "{spent:?} at rate {rate}");
            }
            assert_eq!(
                waits().map(|spent| spent.as_millis()),
                [10; 4],
                "others' clocks are true"
            );
        }
    });
}

/// A clock that leaps shows more from then on, and who waits by it waits less; others' stay true.
#[test]
fn a_clock_may_leap() {
    simulated(|| {
        let node = Node::new("n1");
        node.set_clock_rate(2.0);
        let own = Instant::now();
        let waiting = node.spawn("waits", || thread::sleep(100 * MS));
        thread::sleep(MS);
        let leaping = node.spawn("leaps", || {
            let shown = Instant::now();
            harness::leap(90 * MS);
            shown.elapsed()
        });
        let leapt = leaping.join().unwrap();
        assert!((90 * MS..91 * MS).contains(&leapt), "{leapt:?}");
        waiting.join().unwrap();
        let waited = own.elapsed();
        assert!((5 * MS..6 * MS).contains(&waited), "{waited:?}");
        harness::leap(90 * MS); // of no node
        assert_eq!(own.elapsed().as_millis(), waited.as_millis());
    });
}

#[test]
fn a_clock_rate_above_zero_only() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let report = sim(0).run(move || Node::new("n1").set_clock_rate(rate));
        let failure = report.outcome.unwrap_err();
        assert!(
            failure.reason.contains("a clock rate must be above 0"),
            "{failure}"
        );
    }
}

/// Who waits when the rate changes waits on: for the rest of the time, at the new rate.
#[test]
fn sleepers_follow_their_clock() {
    let waits: [fn(); 8] = [
        || thread::sleep(10 * MS),
        || thread::park_timeout(10 * MS),
        || {
            let (lock, changed) = (Mutex::new(()), Condvar::new());
            assert!(changed.wait_for(&mut lock.lock(), 10 * MS).timed_out());
        },
        || {
            let lock = Mutex::new(());
            std::mem::forget(lock.lock());
            assert!(lock.try_lock_for(10 * MS).is_none());
        },
        || assert!(never::<()>().recv_timeout(10 * MS).is_err()),
        || assert!(after(10 * MS).recv().is_ok()),
        || assert!(tick(10 * MS).recv().is_ok()),
        || {
            select! {
                recv(never::<()>()) -> _ => unreachable!(),
                default(10 * MS) => {}
            }
        },
    ];
    simulated(move || {
        // 4 ms pass, then 6 ms remain: 3 at twice the rate, 12 at half of it.
        for (first, then, truly) in [(1.0, 2.0, 7 * MS), (1.0, 0.5, 16 * MS), (2.0, 1.0, 8 * MS)] {
            for wait in waits {
                let node = Node::new("n1");
                node.set_clock_rate(first);
                let sleeper = node.spawn("sleeper", move || {
                    let (begin, local) = (since_start(), Instant::now());
                    wait();
                    (since_start() - begin, local.elapsed())
                });
                thread::sleep(if first == 2.0 { 2 * MS } else { 4 * MS });
                node.set_clock_rate(then);
                let (spent, local) = sleeper.join().unwrap();
                let right = |passed, asked| (asked..asked + MS / 2).contains(&passed);
                assert!(right(local, 10 * MS), "{local:?} by its own clock");
                assert!(right(spent + MS / 10, truly), "{spent:?} in truth");
            }
        }
    });
}

/// A machine that stands still answers nobody, and neither does its state.
#[test]
fn a_visitor_waits_for_the_end_of_a_pause() {
    simulated(|| {
        let node = Node::new("n1");
        let begin = since_start();
        node.pause(20 * MS);
        assert_eq!(harness::visit(&node, "asked", || 7), Some(7));
        assert!((20 * MS..21 * MS).contains(&(since_start() - begin)));
        // One that crashes while it stands still never answers.
        node.pause(20 * MS);
        let visited = node.clone();
        let visitor = thread::spawn(move || harness::visit(&visited, "asked", || 7));
        thread::sleep(MS);
        node.crash();
        assert_eq!(visitor.join().unwrap(), None);
    });
}
