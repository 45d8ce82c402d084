//! Crashes: a node's threads stop where they stand, and nothing of them reaches anybody.

use crate::{LONG, MS, simulated};
use labrt::channel::{Receiver, RecvError, after, bounded, never, select, unbounded};
use labrt::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use labrt::sync::{Arc, Condvar, Mutex, RwLock};
use labrt::time::{Duration, since_start};
use labrt::{Node, harness, thread};

/// Does something when a thread's stack is unwound.
struct LastWords<F: FnMut()>(F);

impl<F: FnMut()> Drop for LastWords<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// One step of a change is done, the other never will be; the lock comes free all the same.
#[test]
fn a_crash_strikes_inside_a_critical_section() {
    simulated(|| {
        let pair = Arc::new(Mutex::new((0, 0)));
        let (node, pair2) = (Node::new("n1"), Arc::clone(&pair));
        node.spawn("writer", move || {
            let mut pair = pair2.lock();
            pair.0 = 1;
            thread::sleep(10 * MS);
            pair.1 = 1;
        });
        thread::sleep(5 * MS);
        assert!(pair.is_locked());
        node.crash();
        assert_eq!(node.live_threads(), 0);
        assert_eq!(*pair.lock(), (1, 0));
        thread::sleep(10 * MS);
        assert_eq!(*pair.lock(), (1, 0), "nothing of it runs on");
    });
}

/// A thread for each way to wait, all of which end with the node.
fn waiters(node: &Node, dropped: &Arc<AtomicUsize>) -> usize {
    let (lock, rwlock, changed) = (Mutex::new(()), RwLock::new(()), Condvar::new());
    std::mem::forget((lock.lock(), rwlock.write())); // held for good
    let shared = Arc::new((lock, rwlock, changed, Mutex::new(())));
    let (full, room) = bounded(1);
    full.send(()).unwrap();
    let (meets, nobody) = bounded::<()>(0);
    let (idle, nothing) = bounded::<()>(0);
    let kept = (room, nobody, idle);
    let works: Vec<Box<dyn FnOnce() + Send>> = vec![
        Box::new({
            let shared = Arc::clone(&shared);
            move || drop(shared.0.lock())
        }),
        Box::new({
            let shared = Arc::clone(&shared);
            move || drop(shared.1.read())
        }),
        Box::new({
            let shared = Arc::clone(&shared);
            move || shared.2.wait(&mut shared.3.lock())
        }),
        Box::new(move || while !shared.2.wait_for(&mut shared.3.lock(), LONG).timed_out() {}),
        Box::new(move || full.send(()).unwrap()),
        Box::new(move || meets.send(()).unwrap()),
        Box::new(|| thread::sleep(LONG)),
        Box::new(thread::park),
        Box::new(|| thread::spawn(thread::park).join().unwrap()),
        Box::new(|| assert!(after(LONG).recv().is_err())),
        Box::new(|| assert!(never::<()>().recv().is_err())),
        Box::new(move || {
            let _kept = kept;
            select! { recv(nothing) -> _ => {}, recv(after(LONG)) -> _ => {} }
        }),
        Box::new(|| {
            loop {
                thread::yield_now();
            }
        }),
    ];
    let count = works.len();
    for work in works {
        let dropped = Arc::clone(dropped);
        node.spawn("waiter", move || {
            let _last = LastWords(|| {
                assert!(harness::is_crashed());
                dropped.fetch_add(1, Ordering::SeqCst);
            });
            work();
            unreachable!("no wait ends before the crash, and nothing runs after it");
        });
    }
    count
}

#[test]
fn a_crash_ends_every_wait() {
    simulated(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let node = Node::new("n1");
        let count = waiters(&node, &dropped);
        thread::sleep(5 * MS);
        assert_eq!(node.live_threads(), count + 1, "one has a child");
        node.crash();
        assert!(node.is_crashed() && !harness::is_crashed());
        assert_eq!(node.live_threads(), 0);
        assert_eq!(dropped.load(Ordering::SeqCst), count);
        thread::sleep(LONG + MS);
        node.crash(); // a second time changes nothing
    });
}

/// A crash at any moment, with threads in whatever they do then.
#[test]
fn a_crash_at_any_moment() {
    simulated(|| {
        let seed = harness::seed().unwrap();
        let dropped = Arc::new(AtomicUsize::new(0));
        let node = Node::new("n1");
        waiters(&node, &dropped);
        thread::sleep(Duration::from_nanos(500 * seed));
        node.crash();
        assert_eq!(node.live_threads(), 0);
        thread::sleep(MS);
    });
}

/// What destructors do while a crash runs them stays without effect.
#[test]
fn the_dying_reach_nobody() {
    simulated(|| {
        let (sender, receiver) = unbounded();
        let (node, ran) = (Node::new("n1"), Arc::new(AtomicBool::new(false)));
        let ran2 = Arc::clone(&ran);
        node.spawn("victim", move || {
            let _last = LastWords(move || {
                assert!(harness::is_crashed());
                assert!(sender.send(1).is_err() && sender.try_send(2).is_err());
                let ran = Arc::clone(&ran2);
                thread::spawn(move || ran.store(true, Ordering::SeqCst));
                let begin = since_start();
                thread::sleep(LONG); // nor does it keep anybody waiting
                assert!(since_start() - begin < MS);
            });
            thread::sleep(LONG);
        });
        thread::sleep(MS);
        node.crash();
        thread::sleep(MS);
        assert_eq!(receiver.recv(), Err(RecvError), "its end is dropped");
        assert!(!ran.load(Ordering::SeqCst));
    });
}

/// A destructor may need a lock that a living thread holds. It gets it in time.
#[test]
fn the_dying_wait_for_locks() {
    simulated(|| {
        let (lock, node) = (Arc::new(Mutex::new(0)), Node::new("n1"));
        let lock2 = Arc::clone(&lock);
        node.spawn("victim", move || {
            let _last = LastWords(move || *lock2.lock() += 1);
            thread::sleep(LONG);
        });
        thread::sleep(MS);
        let guard = lock.lock();
        node.crash();
        thread::sleep(MS);
        assert_eq!((node.live_threads(), *guard), (1, 0));
        drop(guard);
        thread::sleep(MS);
        assert_eq!((node.live_threads(), *lock.lock()), (0, 1));
    });
}

/// Whoever joins a thread learns of its end, also if it crashed before it ever ran.
#[test]
fn joiners_learn_of_a_crash() {
    simulated(|| {
        let node = Node::new("n1");
        let running = node.spawn("running", || thread::sleep(LONG));
        thread::sleep(MS);
        let (node2, early) = (node.clone(), AtomicBool::new(false));
        let never_ran = node.spawn("never ran", move || {
            early.store(true, Ordering::SeqCst);
            thread::sleep(LONG);
        });
        let joiner = thread::spawn(move || running.join().is_err());
        node2.crash();
        assert!(joiner.join().unwrap());
        assert!(never_ran.is_finished());
        assert!(never_ran.join().is_err());
        let too_late = node2.spawn("too late", || unreachable!("its node has crashed"));
        assert!(too_late.is_finished() && too_late.join().is_err());
        assert!(!harness::spawn_on(
            &node2,
            "too late",
            (MS, "a moment"),
            Box::new(|| unreachable!())
        ));
    });
}

#[test]
fn a_thread_may_crash_its_own_node() {
    simulated(|| {
        let node = Node::new("n1");
        let (node2, other) = (node.clone(), node.spawn("other", thread::park));
        let suicide = node.spawn("suicide", move || {
            node2.crash();
            unreachable!("it does not come back");
        });
        assert!(suicide.join().is_err() && other.join().is_err());
        assert_eq!(node.live_threads(), 0);
    });
}

/// A wake-up that has reached a thread which crashes before it runs goes to the next one.
#[test]
fn a_crash_loses_no_wake_up() {
    simulated(|| {
        let booth = Arc::new((Mutex::new(0), Condvar::new()));
        let (sender, receiver) = unbounded();
        let (doomed, well) = (Node::new("doomed"), Node::new("well"));
        let take = |receiver: Receiver<()>| move || receiver.recv().is_ok();
        let wait = |booth: &Arc<(Mutex<u32>, Condvar)>| {
            let booth = Arc::clone(booth);
            move || {
                let mut tickets = booth.0.lock();
                booth.1.wait_while(&mut tickets, |tickets| *tickets == 0);
                *tickets -= 1;
            }
        };
        doomed.spawn("wait", wait(&booth));
        doomed.spawn("take", take(receiver.clone()));
        thread::sleep(MS);
        well.spawn("wait", wait(&booth));
        well.spawn("take", take(receiver));
        thread::sleep(MS);
        *booth.0.lock() = 1;
        booth.1.notify_one();
        sender.send(()).unwrap();
        doomed.crash();
        // Whoever took them, nobody waits beside a ticket or a message.
        thread::sleep(MS);
        assert_eq!(*booth.0.lock(), 0);
        assert!(sender.is_empty());
        well.crash();
    });
}

/// A visit runs as a thread of the node, and gives its result.
#[test]
fn a_visitor_is_of_the_node() {
    simulated(|| {
        let node = Node::new("n1");
        let seen = harness::visit(&node, "asked", || {
            let name = thread::current().name().map(str::to_string);
            (labrt::node::current_id(), name, node.live_threads())
        });
        assert_eq!(seen, Some((Some(node.id()), Some("asked".into()), 1)));
        assert_eq!((labrt::node::current_id(), node.live_threads()), (None, 0));
    });
}

/// A crash ends the visit, and nothing else of the visitor.
#[test]
fn a_visitor_outlives_the_node() {
    simulated(|| {
        let node = Node::new("n1");
        let (reached, entered) = bounded(1);
        let visited = node.clone();
        let visitor = thread::spawn(move || {
            let seen = harness::visit(&visited, "asked", || {
                let _ = reached.send(());
                thread::sleep(LONG);
            });
            assert_eq!(seen, None);
            assert!(!harness::is_crashed());
            thread::sleep(MS);
            harness::visit(&visited, "asked again", || ())
        });
        entered.recv().unwrap();
        node.crash();
        assert_eq!(visitor.join().unwrap(), None, "the node stays down");
    });
}

/// Whoever crashes the node that it visits leaves it by that.
#[test]
fn a_visitor_may_crash_the_node() {
    simulated(|| {
        let node = Node::new("n1");
        let lock = Arc::new(Mutex::new(()));
        let seen = harness::visit(&node, "asked", || {
            let _held = lock.lock();
            node.crash();
        });
        assert_eq!(seen, None);
        let _free = lock.lock();
    });
}

/// A node can be crashed at each of its scheduling points in turn; each leaves one more step done.
#[test]
fn a_crash_strikes_at_any_counted_point() {
    simulated(|| {
        let mut lefts = Vec::new();
        for points in 1..=12 {
            let (node, steps) = (Node::new("n1"), Arc::new(Mutex::new(0)));
            let (victim, counted) = (node.clone(), Arc::clone(&steps));
            node.spawn("worker", move || {
                thread::sleep(MS);
                for _ in 0..3 {
                    *counted.lock() += 1;
                    thread::yield_now();
                }
                thread::sleep(LONG);
            });
            harness::after_points(&node, points, Box::new(move || victim.crash()));
            thread::sleep(10 * MS);
            let left = *steps.lock();
            assert!(node.live_threads() == 0 || left == 3, "{points}: {left}");
            lefts.push(left);
        }
        assert!(lefts.is_sorted(), "{lefts:?}");
        assert_eq!((lefts[0], lefts[11]), (0, 3));
        assert!(lefts.contains(&1) && lefts.contains(&2), "{lefts:?}");
    });
}

/// The order goes with the node, and only the last one counts.
#[test]
fn an_order_for_a_point_may_be_replaced_or_lost() {
    simulated(|| {
        let (node, heard) = (Node::new("n1"), Arc::new(Mutex::new(Vec::new())));
        let order = |points, word| {
            let heard = Arc::clone(&heard);
            harness::after_points(&node, points, Box::new(move || heard.lock().push(word)));
        };
        order(1, "replaced");
        order(2, "heard");
        node.spawn("worker", || (0..9).for_each(|_| thread::yield_now()));
        thread::sleep(MS);
        order(100, "lost");
        node.crash();
        thread::sleep(MS);
        assert_eq!(*heard.lock(), ["heard"]);
    });
}

/// Slow hardware is nobody's mistake.
#[test]
fn a_stall_with_a_lock_held_is_no_suspicion() {
    let report = labrt::Simulation::new(1).run(|| {
        let lock = Mutex::new(());
        let _held = lock.lock();
        harness::stall(MS);
        since_start()
    });
    assert!(report.outcome.is_ok_and(|at| at >= MS));
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}
