//! What the threads of a node are at, as a harness asks for it.

use labrt::channel::unbounded;
use labrt::sync::{Arc, Condvar, Mutex};
use labrt::time::Duration;
use labrt::{Node, Simulation, harness, thread};

const MS: Duration = Duration::from_millis(1);

#[test]
fn each_thread_is_told_with_what_it_waits_for() {
    let report = Simulation::new(1).run(|| {
        let node = Node::new("n1");
        let (sender, receiver) = unbounded::<()>();
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone();
        node.spawn("sleeper", move || {
            let _held = held.lock();
            thread::sleep(100 * MS);
        });
        thread::sleep(MS);
        for _ in 0..2 {
            let receiver = receiver.clone();
            node.spawn("receiver", move || receiver.recv());
        }
        thread::sleep(MS);
        let standing = harness::standing(&node);
        drop(sender);
        standing
    });
    let [(receivers, wait), (sleeper, acts)] = &report.outcome.expect("nothing fails")[..] else {
        panic!("two lines are wanted");
    };
    assert!(receivers.starts_with("receiver waits for "), "{receivers}");
    assert!(
        receivers.contains("labrt/tests/standing.rs:"),
        "{receivers}"
    );
    assert!(
        receivers.ends_with(" since 0.001 s (2 of them)"),
        "{receivers}"
    );
    assert!(!wait, "nobody wakes them");
    assert!(sleeper.starts_with("sleeper waits for "), "{sleeper}");
    assert!(sleeper.contains(" since 0.000 s, until 0.100 s, and holds the lock it took at "));
    assert!(acts, "its deadline does");
}

/// Waits, in real time, until `is_so`.
fn until(is_so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        thread::sleep(10 * MS);
    }
    panic!("it never came about");
}

#[test]
fn real_threads_say_what_they_wait_for() {
    let node = Node::new("n1");
    let (sender, receiver) = unbounded::<()>();
    let (lock, changed) = (Arc::new(Mutex::new(())), Arc::new(Condvar::new()));
    let (held, wanted, own) = (lock.clone(), lock.clone(), changed.clone());
    let holder = node.spawn("holder", move || {
        let _held = held.lock();
        receiver.recv()
    });
    let lines = || -> Vec<String> {
        let lines = harness::standing(&node).into_iter();
        lines.map(|(line, _)| line).collect()
    };
    let says = |words: &str| lines().iter().any(|line| line.contains(words));
    until(|| says("holder waits for a message at labrt/tests/standing.rs:"));
    assert!(says(
        ", and holds the lock it took at labrt/tests/standing.rs:"
    ));
    assert_eq!(harness::hung(MS), None, "nobody waits for a lock");
    let waiter = node.spawn("waiter", move || {
        let mut guard = wanted.lock();
        own.wait(&mut guard);
    });
    until(|| says("waiter waits for a lock at labrt/tests/standing.rs:"));
    until(|| harness::hung(MS).is_some_and(|threads| threads[0].starts_with("n1/")));
    assert_eq!(harness::hung(3600 * 1000 * MS), None);

    let left = harness::left_over(&node);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left[0].started.starts_with("labrt/tests/standing.rs:"),
        "{left:?}"
    );
    assert_eq!(left[0].name, "holder");

    sender.send(()).expect("somebody waits");
    holder
        .join()
        .expect("it does not panic")
        .expect("it was sent");
    until(|| says("waiter waits for a notification at labrt/tests/standing.rs:"));
    assert!(!says("holds the lock"), "{:?}", lines());
    assert_eq!(harness::hung(MS), None);
    until(|| {
        let _guard = lock.lock();
        changed.notify_all() > 0
    });
    waiter.join().expect("it does not panic");
    assert_eq!(lines(), [""; 0]);
}

#[test]
fn a_real_lock_that_its_holder_wants_is_told_at_once() {
    let node = Node::new("n1");
    let relocks = node.spawn("relocks", || {
        let lock = Mutex::new(());
        let _held = lock.lock();
        drop(lock.lock());
    });
    let told = relocks.join().expect_err("it panics");
    let told = told.downcast_ref::<String>().expect("in words");
    assert!(
        told.starts_with("deadlock: a thread waits for a lock that it holds itself"),
        "{told}"
    );
}
