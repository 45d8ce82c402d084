//! What the threads of a node are at, as a harness asks for it.

use labrt::channel::unbounded;
use labrt::sync::{Arc, Mutex};
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
