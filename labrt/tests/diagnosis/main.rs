//! What the simulated world says of a program that goes wrong, and that it points at the right
//! lines. Each test makes one mistake, and reads the report of it. (Mistakes outside the
//! scheduler's sight have a file of their own, `outside`.)

mod warnings;

use labrt::channel::bounded;
use labrt::sync::{Arc, Condvar, Mutex, RwLock};
use labrt::time::Duration;
use labrt::{Failure, FailureKind, Node, Simulation, harness, thread};

const MS: Duration = Duration::from_millis(1);

/// The failure of a run that must fail.
#[track_caller]
fn failure<R: Send + 'static>(
    simulation: Simulation,
    test: impl FnOnce() -> R + Send + 'static,
) -> Failure {
    match simulation.run(test).outcome {
        Ok(_) => panic!("the run did not fail"),
        Err(failure) => failure,
    }
}

/// A line of this file, as reports name it.
fn place(line: u32) -> String {
    format!("labrt/tests/diagnosis/main.rs:{line}:")
}

/// Checks that `text` contains all `parts`, in this order.
#[track_caller]
fn assert_tells<S: AsRef<str>>(text: &str, parts: &[S]) {
    let mut rest = text;
    for part in parts.iter().map(AsRef::as_ref) {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => panic!("`{part}` is not told, or not in its place:\n{text}"),
        }
    }
}

/// Two threads take two locks in opposite orders: who holds what since where, who waits where.
#[test]
fn two_threads_that_wait_for_each_other() {
    const TAKES_A: u32 = line!() + 6;
    const WANTS_B: u32 = TAKES_A + 2;
    let failure = failure(Simulation::new(7), || {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let locks2 = Arc::clone(&locks);
        let one = Node::new("n1").spawn("ab", move || {
            let _a = locks2.0.lock();
            thread::sleep(2 * MS);
            let _b = locks2.1.lock();
        });
        let two = Node::new("n2").spawn("ba", move || {
            let _b = locks.1.lock();
            thread::sleep(3 * MS);
            let _a = locks.0.lock();
        });
        (one.join(), two.join())
    });
    let (takes_b, wants_a) = (TAKES_A + 5, WANTS_B + 5);
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(failure.seed, 7);
    assert_eq!(failure.thread, "n2/ba", "the one that closes the circle");
    assert!((3 * MS..4 * MS).contains(&failure.at), "{:?}", failure.at);
    assert_tells(
        &failure.reason,
        &["deadlock: 2 threads wait for each other's locks\n"],
    );
    let ab = [
        "n1/ab holds the lock it took at ".to_string() + &place(TAKES_A),
        "and waits for the lock at ".to_string() + &place(WANTS_B),
    ];
    let ba = [
        "n2/ba holds the lock it took at ".to_string() + &place(takes_b),
        "and waits for the lock at ".to_string() + &place(wants_a),
    ];
    assert_tells(&failure.reason, &ab);
    assert_tells(&failure.reason, &ba);
    assert_tells(
        &failure.to_string(),
        &["in thread n2/ba at 0.003", "seed 7"],
    );
}

/// The circle may have more than two threads, and reader-writer locks in it.
#[test]
fn three_threads_that_wait_in_a_circle() {
    let failure = failure(Simulation::new(1), || {
        let locks: Arc<[RwLock<()>; 3]> = Arc::default();
        let threads = [0, 1, 2].map(|number| {
            let locks = Arc::clone(&locks);
            let builder = thread::Builder::new().name(format!("t{number}"));
            let take_two = move || {
                let _own = locks[number].read();
                thread::sleep(MS);
                drop(locks[(number + 1) % 3].write());
            };
            builder.spawn(take_two).unwrap()
        });
        threads.map(thread::JoinHandle::join)
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_tells(&failure.reason, &["deadlock: 3 threads"]);
    for number in 0..3 {
        assert_tells(
            &failure.reason,
            &[format!("\n  t{number} holds the lock it took at")],
        );
    }
}

#[test]
fn a_thread_that_waits_for_itself() {
    const FIRST: u32 = line!() + 3;
    let failure = failure(Simulation::new(1), || {
        let lock = Mutex::new(());
        let _first = lock.lock();
        let _second = lock.lock();
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let parts = [
        "a thread waits for a lock that it holds itself".to_string(),
        "main holds the lock it took at ".to_string() + &place(FIRST),
        "and waits for the lock at ".to_string() + &place(FIRST + 1),
    ];
    assert_tells(&failure.reason, &parts);
}

/// No circle of locks, but nobody is left who could wake anybody.
#[test]
fn everybody_waits() {
    const WAITS: u32 = line!() + 7;
    let failure = failure(Simulation::new(1), || {
        let pair = Arc::new((Mutex::new(()), Condvar::new(), Mutex::new(())));
        let pair2 = Arc::clone(&pair);
        let waiter = Node::new("n1").spawn("waiter", move || {
            let _beside = pair2.2.lock();
            let mut guard = pair2.0.lock();
            pair2.1.wait(&mut guard);
        });
        thread::sleep(MS);
        let _ = waiter.join();
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(failure.thread, "the scheduler");
    let parts = [
        "every thread waits, and no timer is left".to_string(),
        "main waits for a thread's end at ".to_string() + &place(WAITS + 3),
    ];
    assert_tells(&failure.reason, &parts);
    let parts = [
        "n1/waiter waits for a notification at ".to_string() + &place(WAITS),
        "and holds the lock it took at ".to_string() + &place(WAITS - 2),
    ];
    assert_tells(&failure.reason, &parts);
}

#[test]
fn a_panic_in_a_nodes_thread() {
    const PANICS: u32 = line!() + 4;
    let failure = failure(Simulation::new(11), || {
        let ticker = Node::new("n3").spawn("ticker", || {
            thread::sleep(250 * MS);
            panic!("term {} went back", 7);
        });
        let _ = ticker.join();
        thread::sleep(1000 * MS);
    });
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.thread, "n3/ticker");
    assert_eq!(failure.seed, 11);
    let parts = [
        "panic at ".to_string() + &place(PANICS),
        "term 7 went back".into(),
    ];
    assert_tells(&failure.reason, &parts);
    let parts = [
        "n3/ticker at 0.250",
        "seed 11",
        "a_panic_in_a_nodes_thread",
        "main.rs",
    ];
    assert_tells(&failure.to_string(), &parts);
}

/// Of several failures the first one counts.
#[test]
fn the_first_failure_is_told() {
    struct PanicsToo;
    impl Drop for PanicsToo {
        fn drop(&mut self) {
            if !thread::panicking() {
                panic!("the second");
            }
        }
    }
    let failure = failure(Simulation::new(1), || {
        let _later = PanicsToo;
        thread::spawn(|| panic!("the first"));
        thread::sleep(MS);
    });
    assert_tells(&failure.reason, &["the first"]);
}

#[test]
fn too_much_virtual_time() {
    let limited = Simulation::new(1).time_limit(20 * MS);
    let failure = failure(limited.clone(), || {
        loop {
            thread::sleep(3 * MS);
        }
    });
    assert_eq!(failure.kind, FailureKind::TimeLimit);
    assert_tells(
        &failure.reason,
        &["more than its limit of 20ms of virtual time"],
    );
    assert!((20 * MS..21 * MS).contains(&failure.at), "{:?}", failure.at);
    let in_time = limited.run(|| thread::sleep(19 * MS));
    assert_eq!(in_time.outcome, Ok(()));
}

/// Who waits for a lock when time is up has waited in vain: the report says for whom.
#[test]
fn too_much_virtual_time_with_a_lock_held() {
    const HOLDS: u32 = line!() + 6;
    let failure = failure(Simulation::new(1).time_limit(20 * MS), || {
        let lock = Arc::new(Mutex::new(()));
        let (held, node) = (lock.clone(), Node::new("n1"));
        let (_sender, receiver) = bounded::<()>(1);
        node.spawn("ticker", move || {
            let _held = held.lock();
            let _ = receiver.recv();
        });
        thread::spawn(|| thread::sleep(1000 * MS)); // else nothing would ever happen
        thread::sleep(MS);
        drop(lock.lock());
    });
    assert_eq!(failure.kind, FailureKind::TimeLimit);
    let parts = [
        "n1/ticker holds the lock it took at ".to_string(),
        place(HOLDS),
        "and waits for a message at ".to_string(),
        place(HOLDS + 1),
        "while 1 thread waits for that lock\n      main at ".to_string(),
        place(HOLDS + 5),
    ];
    assert_tells(&failure.reason, &parts);
}

/// What the harness finds out ends the run where it is told.
#[test]
fn a_fault_of_the_code_under_test() {
    let report = Simulation::new(1).run(|| {
        harness::warn("look here".into());
        if thread::spawn(|| ()).join().is_ok() {
            harness::fail("two leaders in term 3".into());
        }
    });
    let failure = report.outcome.unwrap_err();
    assert_eq!(
        (failure.kind, failure.reason.as_str()),
        (FailureKind::Fault, "two leaders in term 3")
    );
    assert_eq!(report.warnings, ["look here"]);
}
