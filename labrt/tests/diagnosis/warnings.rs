//! What looks wrong and does not end the run: each such thing is told once, with its lines.

use super::assert_tells;
use labrt::channel::bounded;
use labrt::sync::{Condvar, Mutex};
use labrt::time::{Duration, Instant};
use labrt::{Node, Report, Simulation, harness, thread};

const MS: Duration = Duration::from_millis(1);

/// A line of this file, as reports name it.
fn place(line: u32) -> String {
    format!("labrt/tests/diagnosis/warnings.rs:{line}:")
}

/// The warnings of a run that succeeds.
#[track_caller]
fn warnings<R: Send + 'static>(test: impl FnOnce() -> R + Send + 'static) -> Vec<String> {
    let report: Report<R> = Simulation::new(1).run(test);
    match report.outcome {
        Ok(_) => report.warnings,
        Err(failure) => panic!("{failure}"),
    }
}

/// Told once for each pair of lines, however often it happens, and on however many servers.
#[test]
fn a_lock_held_across_what_blocks() {
    const LOCK: u32 = line!() + 8;
    let warnings = warnings(|| {
        let servers = ["n1", "n2", "n3"].map(|name| {
            Node::new(name).spawn("server", || {
                let (lock, (sender, receiver)) = (Mutex::new(()), bounded(1));
                for _ in 0..3 {
                    let (taker, next) = (receiver.clone(), sender.send(0));
                    let taker = thread::spawn(move || (thread::sleep(2 * MS), taker.recv()));
                    let _guard = lock.lock();
                    thread::sleep(MS);
                    sender.send(1).unwrap();
                    receiver.recv().unwrap();
                    taker.join().unwrap().1.unwrap();
                    harness::about_to_block("an RPC");
                    next.unwrap();
                }
            })
        });
        servers.map(|server| server.join().unwrap())
    });
    let whats = ["a sleep", "a send", "a receive", "a join", "an RPC"];
    assert_eq!(warnings.len(), whats.len(), "{warnings:#?}");
    for (n, what) in whats.iter().enumerate() {
        let parts = [
            format!("lock held across {what}: the lock taken at "),
            place(LOCK),
            format!("is still held in {what} at "),
            place(LOCK + 1 + n as u32),
        ];
        assert_tells(&warnings[n], &parts);
        assert!(
            !warnings[n].contains("n1"),
            "whose it was is no other warning"
        );
    }
}

/// A send that finds room keeps nobody waiting.
#[test]
fn a_lock_held_across_a_send_that_cannot_block() {
    let warnings = warnings(|| {
        let lock = Mutex::new(());
        let (once, many) = (bounded(1), bounded(2));
        let _guard = lock.lock();
        once.0.send(()).unwrap();
        for _ in 0..2 {
            many.0.send_timeout((), MS).unwrap();
        }
    });
    assert_eq!(warnings, [""; 0]);
}

/// A condition variable gives its own lock back while it waits; only others are held across it.
#[test]
fn a_wait_holds_its_own_lock_across_nothing() {
    let alone = warnings(|| {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        changed.wait_for(&mut lock.lock(), MS);
    });
    assert_eq!(alone, [""; 0]);
    const BESIDE: u32 = line!() + 3;
    let beside = warnings(|| {
        let (lock, changed, other) = (Mutex::new(()), Condvar::new(), Mutex::new(()));
        let _beside = other.lock();
        changed.wait_for(&mut lock.lock(), MS);
    });
    assert_eq!(
        beside.len(),
        1,
        "the wait's own lock is no second one: {beside:#?}"
    );
    let parts = [
        "a wait on a condition variable".to_string(),
        place(BESIDE),
        place(BESIDE + 1),
    ];
    assert_tells(&beside[0], &parts);
}

/// Waiting by running, alone or in company. Threads of one name are told once.
#[test]
fn a_thread_that_waits_by_running() {
    for names in [&["alone"][..], &["one", "other", "one"]] {
        let warnings = warnings(move || {
            let end = Instant::now() + 2500 * MS;
            let spin = move || {
                while Instant::now() < end {
                    thread::yield_now();
                }
            };
            let node = Node::new("n1");
            let spinners: Vec<_> = names.iter().map(|name| node.spawn(name, spin)).collect();
            spinners.into_iter().for_each(|one| one.join().unwrap());
        });
        let told = |name: &&str| {
            let begins = format!("busy-wait: thread {name} reached ");
            let all = warnings.iter();
            all.filter(|told| told.starts_with(&begins)).count() == 1
        };
        assert!(names.iter().all(told), "{warnings:?}");
    }
    let polite = warnings(|| (0..5000).for_each(|_| thread::sleep(MS)));
    assert_eq!(polite, [""; 0]);
}

/// A warning stands in the trace where it belongs: at its time, with its node and thread.
#[test]
fn a_warning_has_its_moment() {
    let report = Simulation::new(1).trace(true).run(|| {
        let polite = || thread::sleep(MS);
        let rude = || {
            let lock = Mutex::new(());
            let _guard = lock.lock();
            thread::sleep(MS);
        };
        let node = Node::new("n1");
        node.spawn("polite", polite).join().expect("it only sleeps");
        node.spawn("rude", rude).join().expect("it only sleeps");
        node.id()
    });
    let node = report.outcome.expect("nothing fails");
    let is_warning = |event: &labrt::trace::Event| event.body.kind() == "warning";
    let told: Vec<_> = report.events.filter(is_warning).collect();
    let [event] = &*told else {
        panic!("one warning is expected: {told:?}");
    };
    assert_eq!((event.node, &*event.thread), (Some(node), "rude"));
    assert!((MS..2 * MS).contains(&event.at), "{:?}", event.at);
    assert_eq!(
        event.body.to_string(),
        format!("warning: {}", report.warnings[0])
    );
}
