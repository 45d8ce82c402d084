//! What the ground costs: switches, spawns, locks, channels. One body for both worlds, which is
//! the point of `labrt`; and beside it the same in `std`'s terms.

use crate::measure::{Work, resident};
use crate::table::{Figure, Goal, Row, Unit};
use crate::{Contest, goal, real, simulated, std_alone};
use labrt::channel::{bounded, unbounded};
use labrt::sync::Mutex;
use labrt::{Simulation, Strategy, thread};
use std::hint::black_box;
use std::time::Duration;

/// All rows of this file.
pub(crate) fn contests() -> Vec<Contest> {
    vec![
        Contest {
            what: "switch, each in turn",
            simulated: Some(switches(0, Strategy::Fifo)),
            goals: [goal(50.0, 30.0), None],
            ..Contest::default()
        },
        Contest {
            what: "decision and switch, at random",
            simulated: Some(switches(0, Strategy::default())),
            goals: [goal(50.0, 30.0), None],
            ..Contest::default()
        },
        Contest {
            what: "decision and switch, at random, 1000 asleep",
            simulated: Some(switches(1000, Strategy::default())),
            goals: [goal(50.0, 30.0), None],
            ..Contest::default()
        },
        Contest {
            what: "hand-over to a parked thread",
            simulated: Some(simulated(hand_over)),
            real: Some(real(hand_over)),
            std: Some(real(std_alone::hand_over)),
            ..Contest::default()
        },
        Contest {
            what: "spawn, run and end",
            simulated: Some(simulated(spawn)),
            goals: [goal(150.0, 80.0), None],
            ..Contest::default()
        },
        Contest {
            what: "spawn and join",
            simulated: Some(simulated(spawn_and_join)),
            real: Some(real(spawn_and_join)),
            std: Some(real(std_alone::spawn)),
            ..Contest::default()
        },
        Contest {
            what: "lock and unlock",
            simulated: Some(simulated(lock)),
            real: Some(real(lock)),
            std: Some(real(std_alone::lock)),
            ..Contest::default()
        },
        Contest {
            what: "send and receive, one thread",
            simulated: Some(simulated(send)),
            real: Some(real(send)),
            std: Some(real(std_alone::send)),
            ..Contest::default()
        },
        Contest {
            what: "send and receive, two threads, no buffer",
            simulated: Some(simulated(rendezvous)),
            real: Some(real(rendezvous)),
            std: Some(real(std_alone::rendezvous)),
            ..Contest::default()
        },
        Contest {
            what: "sleep of a millisecond",
            simulated: Some(simulated(sleep)),
            ..Contest::default()
        },
    ]
}

/// Two threads that only give way, while others sleep. Counts what the run says it switched.
fn switches(asleep: u64, strategy: Strategy) -> Work {
    Box::new(move |n| {
        let report = Simulation::new(1).strategy(strategy).run(move || {
            for _ in 0..asleep {
                thread::spawn(|| thread::sleep(Duration::from_secs(3600)));
            }
            let give_way = move || (0..n / 2).for_each(|_| thread::yield_now());
            let other = thread::spawn(give_way);
            give_way();
            let _ = other.join();
        });
        assert_eq!(report.outcome, Ok(()));
        report.switches
    })
}

fn hand_over(n: u64) {
    let first = thread::current();
    let second = thread::spawn(move || {
        for _ in 0..n / 2 {
            thread::park();
            first.unpark();
        }
    });
    for _ in 0..n / 2 {
        second.thread().unpark();
        thread::park();
    }
    second.join().expect("it only parks");
}

/// In batches: each thread has ended before the next batch begins, so that stacks are used again.
fn spawn(n: u64) {
    for _ in 0..n / BATCH {
        for i in 0..BATCH {
            drop(thread::spawn(move || black_box(i)));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

const BATCH: u64 = 10;

fn spawn_and_join(n: u64) {
    for i in 0..n {
        let thread = thread::spawn(move || black_box(i));
        thread.join().expect("it only returns");
    }
}

fn lock(n: u64) {
    let counter = Mutex::new(0);
    for _ in 0..n {
        *black_box(&counter).lock() += 1;
    }
}

fn send(n: u64) {
    let (sender, receiver) = unbounded();
    for i in 0..n {
        sender.send(i).expect("the receiver is here");
        black_box(receiver.recv().expect("it was sent"));
    }
}

fn rendezvous(n: u64) {
    let (sender, receiver) = bounded(0);
    let sending = thread::spawn(move || (0..n).try_for_each(|i| sender.send(i)));
    assert_eq!(receiver.iter().count() as u64, n);
    sending
        .join()
        .expect("it only sends")
        .expect("the receiver waited");
}

fn sleep(n: u64) {
    for _ in 0..n {
        thread::sleep(Duration::from_millis(1));
    }
}

/// The name of [`memory`]'s row.
pub(crate) const MEMORY: &str = "thread asleep, memory";

/// What a simulated thread that waits has touched of its stack, and all that is known of it. To be
/// asked before anything else: stacks are used again.
pub(crate) fn memory() -> Row {
    const THREADS: u64 = 4000;
    let report = Simulation::new(1).run(|| {
        let before = resident()?;
        for _ in 0..THREADS {
            thread::spawn(|| thread::sleep(Duration::from_secs(3600)));
        }
        thread::sleep(Duration::from_secs(1));
        Some((resident()? - before) as f64 / THREADS as f64)
    });
    Row {
        what: MEMORY,
        unit: Unit::Bytes,
        simulated: Figure {
            value: report.outcome.expect("they only sleep"),
            goal: Some(Goal {
                must: 16.0 * 1024.0,
                aim: 8.0 * 1024.0,
            }),
        },
        real: Figure::default(),
        std: None,
    }
}
