//! The scheduler against small models: whatever the program, the seed and the strategy, no wake-up
//! is lost, locks exclude, channels keep their order, time is exact, and a seed repeats.
//!
//! A lost wake-up shows as a deadlock: then all threads wait, and the run says so.

use labrt::channel::{TryRecvError, TrySendError, bounded, unbounded};
use labrt::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};
use labrt::sync::{Arc, Condvar, Mutex, RwLock};
use labrt::time::{Duration, since_start};
use labrt::{Report, Simulation, Strategy, harness, rand, thread, trace};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Strategy as Gen;
use std::collections::VecDeque;

const MS: Duration = Duration::from_millis(1);
const US: Duration = Duration::from_micros(1);

/// Any strategy, with settings from tame to wild.
fn strategies() -> impl Gen<Value = Strategy> {
    let random = (0.001..=1.0f64).prop_map(|preempt| Strategy::Random { preempt });
    let pct = (1..6u32, 1..200u32).prop_map(|(depth, interval)| Strategy::Pct { depth, interval });
    prop_oneof![random, pct, Just(Strategy::Fifo)]
}

/// Any simulation. A run that loses its way ends by its time limit.
fn simulations() -> impl Gen<Value = Simulation> {
    (any::<u64>(), strategies()).prop_map(|(seed, strategy)| {
        let simulation = Simulation::new(seed).strategy(strategy);
        simulation.time_limit(Duration::from_secs(60))
    })
}

/// The result of a run that must succeed.
fn run<R: Send + 'static>(
    simulation: &Simulation,
    test: impl FnOnce() -> R + Send + 'static,
) -> Result<R, TestCaseError> {
    let outcome = simulation.clone().run(test).outcome;
    outcome.map_err(|failure| TestCaseError::fail(failure.to_string()))
}

/// Threads started together, and joined.
fn together<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(
    works: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let threads: Vec<_> = works.into_iter().map(thread::spawn).collect();
    threads.into_iter().map(|one| one.join().unwrap()).collect()
}

/// Waits of some microseconds: `None` goes on at once.
fn pauses(most: usize) -> impl Gen<Value = Vec<Option<u64>>> {
    vec(proptest::option::of(0..20u64), 0..most)
}

fn pause(for_us: Option<u64>) {
    if let Some(us) = for_us {
        thread::sleep(Duration::from_micros(us));
    }
}

/// As many tickets as are given out are taken, by whoever waits for them; each is told by one
/// notification, to one or (now and then) to all.
fn tickets(givers: Vec<Vec<Option<u64>>>, takers: usize) {
    let booth = Arc::new((Mutex::new(0u32), Condvar::new()));
    let total: usize = givers.iter().map(Vec::len).sum();
    let left = Arc::new(AtomicI32::new(total as i32));
    let takers = (0..takers).map(|_| {
        let (booth, left) = (Arc::clone(&booth), Arc::clone(&left));
        thread::spawn(move || {
            while left.fetch_sub(1, SeqCst) > 0 {
                let mut tickets = booth.0.lock();
                while *tickets == 0 {
                    booth.1.wait(&mut tickets);
                }
                *tickets -= 1;
            }
        })
    });
    let takers: Vec<_> = takers.collect();
    together(givers.into_iter().map(|pauses| {
        let booth = Arc::clone(&booth);
        move || {
            for wait in pauses {
                pause(wait);
                *booth.0.lock() += 1;
                match wait {
                    Some(7) => drop(booth.1.notify_all()),
                    _ => drop(booth.1.notify_one()),
                }
            }
        }
    }));
    takers.into_iter().for_each(|taker| taker.join().unwrap());
    assert_eq!(*booth.0.lock(), 0);
}

/// Counts who is inside: below zero a writer, above zero readers.
#[derive(Default)]
struct Room(AtomicI32);

impl Room {
    fn write(&self, wait: Option<u64>) {
        assert_eq!(self.0.swap(-1, SeqCst), 0, "a writer is alone");
        pause(wait);
        assert_eq!(self.0.swap(0, SeqCst), -1);
    }

    fn read(&self, wait: Option<u64>) {
        assert!(
            self.0.fetch_add(1, SeqCst) >= 0,
            "no reader beside a writer"
        );
        pause(wait);
        assert!(self.0.fetch_sub(1, SeqCst) > 0);
    }
}

/// Threads that lock, wait inside, time out and try; all of them come to their end.
fn locks(visits: Vec<Vec<Option<u64>>>) {
    let locks = Arc::new((Mutex::new(Room::default()), RwLock::new(Room::default())));
    together(visits.into_iter().enumerate().map(|(number, pauses)| {
        let locks = Arc::clone(&locks);
        move || {
            for (visit, wait) in pauses.into_iter().enumerate() {
                match (number + visit) % 5 {
                    0 => locks.0.lock().write(wait),
                    1 => locks.1.read().read(wait),
                    2 => locks.1.write().write(wait),
                    3 => {
                        if let Some(room) = locks.0.try_lock() {
                            room.write(wait);
                        }
                    }
                    _ => {
                        if let Some(room) = locks.0.try_lock_for(5 * US) {
                            room.write(wait);
                        }
                    }
                }
            }
        }
    }));
    assert!(!locks.0.is_locked() && !locks.1.is_locked());
}

/// Something of everything, for comparing runs.
fn turmoil() -> u64 {
    tickets(vec![vec![None, Some(3), Some(7)]; 3], 4);
    locks(vec![vec![Some(1), None, Some(2), None]; 4]);
    let (sender, receiver) = bounded(1);
    let senders = (0..3).map(|number: u64| {
        let sender = sender.clone();
        thread::spawn(move || (0..5).for_each(|n| sender.send(10 * number + n).unwrap()))
    });
    let senders: Vec<_> = senders.collect();
    drop(sender);
    let folded = receiver
        .iter()
        .fold(0, |sum: u64, n| sum.wrapping_mul(31) + n);
    senders.into_iter().for_each(|one| one.join().unwrap());
    folded ^ rand::random::<u64>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_wake_up_is_lost(
        simulation in simulations(), givers in vec(pauses(8), 1..4), takers in 1..5usize
    ) {
        run(&simulation, move || tickets(givers, takers))?;
    }

    #[test]
    fn locks_exclude(simulation in simulations(), visits in vec(pauses(10), 1..6)) {
        run(&simulation, move || locks(visits))?;
    }

    /// Deadlines in any order, some of them equal: everybody wakes at its own, to the small cost
    /// of the threads that run before it.
    #[test]
    fn timers_fire_in_their_order(simulation in simulations(), waits in vec(0..50u32, 1..20)) {
        let count = waits.len() as u32;
        let woken = run(&simulation, move || {
            let woken = Arc::new(harness::Mutex::new(Vec::new()));
            together(waits.into_iter().map(|wait| {
                let woken = Arc::clone(&woken);
                move || {
                    let end = since_start() + wait * MS;
                    thread::sleep(wait * MS);
                    woken.lock().push((end, since_start()));
                }
            }));
            woken.lock().clone()
        })?;
        for (end, at) in &woken {
            prop_assert!(end <= at && *at <= *end + count * 2 * US, "{at:?} instead of {end:?}");
        }
        let far_apart = |pair: &[(Duration, Duration)]| pair[0].0 > pair[1].0 + count * 2 * US;
        prop_assert!(!woken.windows(2).any(far_apart), "{woken:?}");
    }

    /// One thread alone: time passes by its sleeps, and next to nothing else.
    #[test]
    fn virtual_time_is_exact(simulation in simulations(), waits in vec(0..10_000u64, 0..20)) {
        let sum: u64 = waits.iter().sum();
        let steps = waits.len() as u32 + 1;
        let report = simulation.run(move || waits.iter().for_each(|us| pause(Some(*us))));
        prop_assert!(report.outcome.is_ok());
        let extra = report.virtual_time - Duration::from_micros(sum);
        prop_assert!(extra <= steps * US, "{extra:?} more");
    }

    /// What one thread sends and receives without waiting is what a plain queue would do.
    #[test]
    fn a_channel_is_a_queue(
        simulation in simulations(),
        capacity in proptest::option::of(1..4usize),
        operations in vec(any::<bool>(), 0..60)
    ) {
        run(&simulation, move || {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            let mut model = VecDeque::new();
            for (number, sends) in operations.into_iter().enumerate() {
                let full = Some(model.len()) == capacity;
                match sends {
                    true if full => {
                        let error = Err(TrySendError::Full(number));
                        assert_eq!(sender.try_send(number), error);
                    }
                    true => {
                        assert_eq!(sender.try_send(number), Ok(()));
                        model.push_back(number);
                    }
                    false => {
                        let right = model.pop_front().ok_or(TryRecvError::Empty);
                        assert_eq!(receiver.try_recv(), right);
                    }
                }
                assert_eq!(receiver.len(), model.len());
            }
        })?;
    }

    /// Senders and receivers that wait: each sender's messages arrive once and in its order, as
    /// every single receiver sees them.
    #[test]
    fn channels_keep_the_order(
        simulation in simulations(),
        capacity in proptest::option::of(0..4usize),
        senders in vec(pauses(10), 1..5),
        receivers in 1..4usize
    ) {
        let sent: Vec<usize> = senders.iter().map(Vec::len).collect();
        let received = run(&simulation, move || {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            let receivers: Vec<_> = (0..receivers)
                .map(|_| {
                    let receiver = receiver.clone();
                    thread::spawn(move || receiver.iter().collect::<Vec<(usize, usize)>>())
                })
                .collect();
            for (number, pauses) in senders.into_iter().enumerate() {
                let sender = sender.clone();
                thread::spawn(move || {
                    for (n, wait) in pauses.into_iter().enumerate() {
                        pause(wait);
                        sender.send((number, n)).unwrap();
                    }
                });
            }
            drop((sender, receiver));
            receivers.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        })?;
        for (number, count) in sent.into_iter().enumerate() {
            let its = |all: &Vec<(usize, usize)>| -> Vec<usize> {
                all.iter().filter(|(from, _)| *from == number).map(|(_, n)| *n).collect()
            };
            let parts: Vec<Vec<usize>> = received.iter().map(its).collect();
            prop_assert!(parts.iter().all(|part| part.is_sorted()), "{parts:?}");
            let mut all = parts.concat();
            all.sort();
            prop_assert!(all.into_iter().eq(0..count), "{number} lost or repeated a message");
        }
    }

    /// The same seed and strategy: the same run, to the last switch. What is kept changes nothing.
    #[test]
    fn a_seed_repeats(simulation in simulations()) {
        let summary = |report: Report<u64>| {
            let result = report.outcome.map_err(|failure| failure.to_string());
            (report.trace_hash, report.virtual_time, report.switches, report.spawned, result)
        };
        let first = summary(simulation.clone().run(turmoil));
        prop_assert!(first.4.is_ok(), "{:?}", first.4);
        prop_assert_eq!(&first, &summary(simulation.clone().run(turmoil)));
        prop_assert_eq!(&first, &summary(simulation.trace(true).run(turmoil)));
    }
}

/// Each seed is a run of its own, in what the scheduler and in what the program draws; and the
/// hash covers what is folded into it.
#[test]
fn seeds_differ() {
    let hashes = |run: fn() -> u64, strategy| {
        let of = |seed| Simulation::new(seed).strategy(strategy).run(run).trace_hash;
        let mut all: Vec<u64> = (0..20).map(of).collect();
        all.sort();
        all.dedup();
        all.len()
    };
    // The hash is of what happened, not of the seed: in turn, only what the program draws differs.
    let draw = || {
        let drawn: u64 = labrt::rand::random();
        trace::fold(&drawn.to_le_bytes());
        drawn
    };
    for strategy in [Strategy::default(), Strategy::pct(3)] {
        assert_eq!(hashes(turmoil, strategy), 20, "{strategy:?}");
    }
    assert_eq!(hashes(draw, Strategy::Fifo), 20);
    assert_eq!(hashes(|| 1, Strategy::Fifo), 1);
    let folded = |bytes: &'static [u8]| Simulation::new(1).run(|| trace::fold(bytes)).trace_hash;
    assert_eq!(folded(b"saved"), folded(b"saved"));
    assert_ne!(folded(b"saved"), folded(b"saver"));
    assert_ne!(folded(b"saved"), folded(b"saved\0"));
}

/// Whoever spins for what another thread does gets it, under every strategy.
#[test]
fn nobody_starves() {
    let strategies = [
        Strategy::default(),
        Strategy::pct(1),
        Strategy::pct(3),
        Strategy::Fifo,
    ];
    for (strategy, seed) in strategies.into_iter().zip(0..) {
        let limited = Simulation::new(seed)
            .strategy(strategy)
            .time_limit(1000 * MS);
        let report = limited.run(|| {
            let done = Arc::new(AtomicBool::new(false));
            let done2 = Arc::clone(&done);
            let other = thread::spawn(move || done2.store(true, SeqCst));
            while !done.load(SeqCst) {
                thread::yield_now();
            }
            other.join().unwrap();
        });
        assert_eq!(report.outcome, Ok(()), "{strategy:?}");
    }
}

/// A lost update shows under the strategies that look for it, in some of the seeds.
#[test]
fn races_are_found() {
    let update = || {
        let sum = Arc::new(AtomicU32::new(0));
        together([0, 1].map(|_| {
            let sum = Arc::clone(&sum);
            move || {
                let before = sum.load(SeqCst);
                harness::about_to_block("nothing"); // a scheduling point
                sum.store(before + 1, SeqCst);
            }
        }));
        sum.load(SeqCst)
    };
    let lost = |strategy| {
        let runs = (0..200).map(|seed| Simulation::new(seed).strategy(strategy).run(update));
        runs.filter(|report| report.outcome == Ok(1)).count()
    };
    let pct = Strategy::Pct {
        depth: 3,
        interval: 20,
    };
    for strategy in [Strategy::Random { preempt: 0.5 }, pct] {
        let found = lost(strategy);
        assert!(
            (5..195).contains(&found),
            "{found} of 200 under {strategy:?}"
        );
    }
    assert_eq!(lost(Strategy::Fifo), 0, "the least surprising schedule");
}
