//! A run as a whole: what it may be asked for, and that runs of one process keep out of each
//! other's way.

mod common;

use common::{run, sim};
use labrt::channel::{Receiver, Sender, unbounded};
use labrt::sync::{Arc, Condvar, Mutex, RwLock};
use labrt::time::Duration;
use labrt::{FailureKind, Node, Simulation, Strategy, thread};
use std::sync::OnceLock;

const MS: Duration = Duration::from_millis(1);

/// Runs `test` in four simulations at a time, several times.
fn side_by_side(test: fn()) {
    let one = |number: u64| move || (0..4).for_each(|again| run(sim(4 * again + number), test));
    let runs: Vec<_> = (0..4)
        .map(|number| std::thread::spawn(one(number)))
        .collect();
    for run in runs {
        if let Err(payload) = run.join() {
            std::panic::resume_unwind(payload);
        }
    }
}

fn all(count: usize, work: fn()) {
    let threads: Vec<_> = (0..count).map(|_| thread::spawn(work)).collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}

/// A lock that stands outside of every run excludes all of them, and each run's own threads wait
/// for it in their own line.
#[test]
fn runs_share_a_static_lock() {
    static LOCK: Mutex<u64> = Mutex::new(0);
    static BUSY: OnceLock<std::sync::Mutex<()>> = OnceLock::new();
    side_by_side(|| {
        all(4, || {
            for _ in 0..500 {
                let mut count = LOCK.lock();
                let alone = BUSY.get_or_init(Default::default).try_lock();
                assert!(alone.is_ok(), "two runs hold one lock");
                thread::yield_now();
                *count += 1;
            }
        });
    });
    assert_eq!(*LOCK.lock(), 4 * 4 * 4 * 500);
}

#[test]
fn runs_share_a_static_reader_writer_lock() {
    static LOCK: RwLock<u64> = RwLock::new(0);
    side_by_side(|| {
        all(4, || {
            for _ in 0..200 {
                let before = *LOCK.read();
                thread::yield_now();
                let mut count = LOCK.write();
                assert!(*count >= before);
                thread::yield_now();
                *count += 1;
            }
        });
    });
    assert_eq!(*LOCK.read(), 4 * 4 * 4 * 200);
}

/// A notification stays within its run: each one's waiters are woken by their own.
#[test]
fn runs_share_a_static_condition_variable() {
    static PAIR: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
    side_by_side(|| {
        for _ in 0..50 {
            let waiter = thread::spawn(|| PAIR.1.wait(&mut PAIR.0.lock()));
            thread::sleep(MS);
            while !waiter.is_finished() {
                PAIR.1.notify_one();
                thread::sleep(MS);
            }
        }
    });
}

/// No time of the run waits for another run's lock: where a run cannot have it, it says so.
#[test]
fn a_lock_that_another_run_keeps() {
    static LOCK: Mutex<()> = Mutex::new(());
    let (taken, is_taken) = std::sync::mpsc::channel();
    let (done, is_done) = std::sync::mpsc::channel();
    let keeper = std::thread::spawn(move || {
        let patient = Simulation::new(1).patience(Duration::from_secs(600));
        run(patient, move || {
            let _kept = LOCK.lock();
            taken.send(()).unwrap();
            is_done.recv().unwrap();
        });
    });
    is_taken.recv().unwrap();
    let report = Simulation::new(2)
        .patience(200 * MS)
        .run(|| drop(LOCK.lock()));
    let failure = report.outcome.unwrap_err();
    done.send(()).unwrap();
    keeper.join().unwrap();
    assert_eq!(failure.kind, FailureKind::Stuck);
    assert!(
        failure.reason.contains("shared between simulations"),
        "{failure}"
    );
    assert!(failure.reason.contains("runs.rs"), "{failure}");
}

/// A channel belongs to the run that made it.
#[test]
fn a_channel_of_another_run_is_refused() {
    type Ends = (Sender<u32>, Receiver<u32>);
    static ENDS: OnceLock<Ends> = OnceLock::new();
    run(sim(0), || {
        let (sender, receiver) = ENDS.get_or_init(unbounded);
        let waits = thread::spawn(|| ENDS.get().map(|(_, receiver)| receiver.recv()));
        thread::sleep(MS);
        sender.send(1).unwrap();
        assert_eq!(waits.join().unwrap(), Some(Ok(1)));
        thread::spawn(|| receiver.recv()); // stands in line until the end of the run
        thread::sleep(MS);
    });
    let uses: [fn(&Ends); 4] = [
        |(sender, _)| assert!(sender.send(2).is_err()),
        |(sender, _)| assert!(sender.try_send(2).is_err()),
        |(_, receiver)| assert!(receiver.recv().is_err()),
        |(_, receiver)| assert!(receiver.try_recv().is_err()),
    ];
    for used in uses {
        let report = sim(1).run(move || ENDS.get().map(used));
        let failure = report.outcome.unwrap_err();
        assert!(
            failure.reason.contains("of another simulation"),
            "{failure}"
        );
    }
}

#[test]
fn a_simulation_inside_another_is_refused() {
    let report = Simulation::new(1).run(|| Simulation::new(2).run(|| 42).outcome.ok());
    let failure = report.outcome.unwrap_err();
    assert!(failure.reason.contains("inside another"), "{failure}");
    assert!(failure.reason.contains("runs.rs"), "{failure}");
}

/// Whatever number a strategy is given, it picks threads.
#[test]
fn strategies_of_odd_numbers() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        -0.0,
        1e-300,
        2.0,
        1e300,
    ];
    let random = odd.map(|preempt| Strategy::Random { preempt });
    let numbers = [0, 1, 2, u32::MAX / 2, u32::MAX / 2 + 1, u32::MAX];
    let pct = numbers.map(|depth| numbers.map(|interval| Strategy::Pct { depth, interval }));
    for strategy in random.into_iter().chain(pct.into_iter().flatten()) {
        let count = run(Simulation::new(3).strategy(strategy), || {
            let count = Arc::new(Mutex::new(0));
            let workers = [(); 3].map(|()| {
                let count = Arc::clone(&count);
                thread::spawn(move || (0..3000).for_each(|_| *count.lock() += 1))
            });
            workers
                .into_iter()
                .for_each(|worker| worker.join().unwrap());
            *count.lock()
        });
        assert_eq!(count, 9000, "{strategy:?}");
    }
}

/// A time that no clock can count to never comes; it does not come early.
#[test]
fn times_beyond_all_clocks() {
    let wraps = Duration::from_secs(18_446_744_074); // a little more than 2^64 ns
    for long in [wraps, Duration::MAX, Duration::from_nanos(u64::MAX)] {
        let limited = Simulation::new(1).time_limit(long);
        run(limited, || thread::sleep(Duration::from_secs(3600)));
        let beats = run(Simulation::new(1), move || {
            let node = Node::new("n1");
            let beat = node.spawn("beat", || {
                thread::sleep(MS);
                thread::sleep(MS);
            });
            thread::sleep(MS / 2);
            node.pause(long);
            thread::sleep(Duration::from_secs(3600));
            beat.is_finished()
        });
        assert!(!beats, "a pause of {long:?} ended");
    }
}

/// Nobody is left but a node that stands still for ever.
#[test]
fn a_pause_for_ever_is_a_deadlock() {
    let report = Simulation::new(1).run(|| {
        let node = Node::new("n1");
        let paused = node.spawn("paused", || thread::sleep(MS));
        node.pause(Duration::MAX);
        let _ = paused.join();
    });
    let failure = report.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(
        failure.reason.contains("n1 is paused for ever"),
        "{failure}"
    );
}
