//! What a simulation's program could learn of the machine it does not learn: hash maps, clocks and
//! randomness, also std's own, follow from the seed; and simulations side by side in one process
//! know nothing of each other.

#![cfg(target_os = "linux")] // elsewhere std's own clocks and hash maps are the machine's

mod common;

use common::{run, sim};
use labrt::channel::unbounded;
use labrt::rand::{self, RngExt, distr::Alphanumeric, seq::SliceRandom};
use labrt::time::{self, Duration, Instant};
use labrt::{Node, Report, Simulation, Strategy, harness, thread, trace};
use std::collections::{HashMap, HashSet};
use std::time::{Instant as StdInstant, SystemTime, UNIX_EPOCH};

const MS: Duration = Duration::from_millis(1);

/// The results of `test` under the same seed twice and under another one.
fn thrice<R: Send + 'static>(test: fn() -> R) -> [R; 3] {
    [1, 1, 2].map(|seed| run(Simulation::new(seed), test))
}

#[test]
fn hash_maps_follow_the_seed() {
    fn orders() -> Vec<Vec<u32>> {
        let fresh = || (0..50).collect::<HashSet<u32>>().into_iter().collect();
        let elsewhere = thread::spawn(move || {
            let map: HashMap<u32, ()> = (0..50).map(|n| (n, ())).collect();
            map.into_keys().collect()
        });
        vec![fresh(), fresh(), elsewhere.join().unwrap()]
    }
    let [one, same, other] = thrice(orders);
    assert_eq!(one, same);
    assert_ne!(one, other);
    let reseeded = std::thread::spawn(orders).join().unwrap();
    assert_ne!(one, reseeded, "outside, they are the machine's");
}

#[test]
fn randomness_follows_the_seed() {
    type Draws = (u64, Vec<u8>, bool, String, Vec<u32>, u32);
    fn draws() -> Draws {
        let mut rng = rand::rng();
        let mut bytes = [0; 5];
        rng.fill(&mut bytes);
        let name = rng
            .sample_iter(Alphanumeric)
            .take(9)
            .map(char::from)
            .collect();
        let mut order: Vec<u32> = (0..20).collect();
        order.shuffle(&mut rng);
        let below = thread::spawn(|| rand::random_range(0..1_000_000))
            .join()
            .unwrap();
        (
            rand::random(),
            bytes.to_vec(),
            rand::random_bool(0.5),
            name,
            order,
            below,
        )
    }
    let [one, same, other] = thrice(draws);
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_ne!(draws(), draws(), "outside, each draw is new");
}

/// Changing how threads are scheduled does not change what the program draws.
#[test]
fn the_programs_draws_do_not_hang_on_the_strategy() {
    let strategies = [Strategy::default(), Strategy::pct(3), Strategy::Fifo];
    let draws = strategies.map(|strategy| {
        run(Simulation::new(4).strategy(strategy), || {
            thread::spawn(|| (0..50).for_each(|_| thread::yield_now()));
            (0..20).map(|_| rand::random()).collect::<Vec<u64>>()
        })
    });
    assert!(draws.iter().all(|one| *one == draws[0]));
}

/// std's clocks show virtual time: all of an hour passes, and at once.
#[test]
fn stds_clocks_are_virtual() {
    let hour = Duration::from_secs(3600);
    let test = move || {
        let (monotonic, wall, own) = (StdInstant::now(), SystemTime::now(), Instant::now());
        thread::sleep(hour);
        let passed = own.elapsed();
        assert!(passed >= hour && passed < hour + MS);
        assert_eq!(monotonic.elapsed(), passed);
        assert_eq!(wall.elapsed().unwrap(), passed);
        wall.duration_since(UNIX_EPOCH).unwrap()
    };
    let began = StdInstant::now();
    let walls = [1, 1, 2].map(|seed| run(Simulation::new(seed), test));
    assert!(walls.iter().all(|wall| *wall == walls[0]), "{walls:?}");
    assert!(began.elapsed() < hour / 4);
}

/// std's clocks drift with their node.
#[test]
fn stds_clocks_are_their_nodes() {
    run(sim(0), || {
        let node = Node::new("n1");
        node.set_clock_rate(3.0);
        let fast = node.spawn("fast", || {
            let begin = StdInstant::now();
            thread::sleep(30 * MS);
            begin.elapsed()
        });
        let begin = time::since_start();
        assert!((30 * MS..31 * MS).contains(&fast.join().unwrap()));
        assert!(time::since_start() - begin < 11 * MS);
    });
}

/// What is event and what is order in `turmoil`.
struct Got(u64);

impl trace::Body for Got {
    fn kind(&self) -> &'static str {
        "got"
    }
}

impl std::fmt::Display for Got {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "got {}", self.0)
    }
}

/// Nodes that crash, pause and talk, in an order that also std's hash maps decide.
fn turmoil() -> u64 {
    let (sender, receiver) = unbounded();
    let names: HashSet<u64> = (0..8).collect();
    let start = |name: u64| {
        let (node, sender) = (Node::new(&format!("n{name}")), sender.clone());
        node.spawn("talker", move || {
            for n in 0.. {
                thread::sleep(rand::random_range(Duration::ZERO..MS));
                sender.send(1000 * name + n).unwrap();
            }
        });
        node
    };
    let nodes: Vec<Node> = names.into_iter().map(start).collect();
    for (number, node) in nodes.iter().enumerate() {
        thread::sleep(rand::random_range(Duration::ZERO..3 * MS));
        match number % 3 {
            0 => node.crash(),
            1 => node.pause(2 * MS),
            _ => node.set_clock_rate(rand::random_range(0.5..2.0)),
        }
    }
    let mut sum = 0u64;
    for message in receiver.try_iter() {
        trace::record(|| Got(message));
        trace::fold(&message.to_le_bytes());
        sum = sum.wrapping_mul(31).wrapping_add(message);
    }
    sum
}

type Summary = (u64, Duration, u64, u64, Vec<trace::Event>);

fn summary(report: Report<u64>) -> Summary {
    let sum = report.outcome.unwrap();
    (
        report.trace_hash,
        report.virtual_time,
        report.switches,
        sum,
        report.events.collect(),
    )
}

#[test]
fn a_run_repeats() {
    for seed in 0..12 {
        let once = || summary(sim(seed).trace(true).run(turmoil));
        let (one, other) = (once(), once());
        assert!(!one.4.is_empty());
        assert_eq!(one, other, "seed {seed}");
        let (again, next) = (sim(seed).run(turmoil), sim(seed + 1).run(turmoil));
        assert_eq!(
            one.0, again.trace_hash,
            "whether events are kept changes nothing"
        );
        assert_ne!(one.0, next.trace_hash);
    }
}

/// Eight at a time, with different seeds, strategies and failures among them.
#[test]
fn simulations_side_by_side_do_not_disturb_each_other() {
    let alone: Vec<Summary> = (0..8).map(|seed| summary(sim(seed).run(turmoil))).collect();
    let threads: Vec<_> = (0..8)
        .map(|seed| {
            std::thread::spawn(move || {
                (0..5)
                    .map(|_| summary(sim(seed).run(turmoil)))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let failing = std::thread::spawn(|| {
        for seed in 0..20 {
            let report = sim(seed).run(|| {
                thread::spawn(|| panic!("on purpose"));
                turmoil()
            });
            let failure = report.outcome.unwrap_err();
            assert!(failure.reason.contains("on purpose"), "{failure}");
            assert_eq!(failure.seed, seed);
        }
    });
    for (thread, alone) in threads.into_iter().zip(&alone) {
        for beside in thread.join().unwrap() {
            assert_eq!(beside, *alone);
        }
    }
    failing.join().unwrap();
}

/// Before and after a simulation the caller is in the real world, and stays there meanwhile.
#[test]
fn the_caller_stays_in_the_real_world() {
    assert!(!harness::is_simulated());
    assert_eq!(harness::seed(), None);
    let (sender, receiver) = unbounded(); // a real channel: it may lead out of a simulation
    let inside = run(sim(9), move || {
        sender.send(harness::seed()).unwrap();
        harness::is_simulated()
    });
    assert!(inside);
    assert_eq!(receiver.recv(), Ok(Some(9)));
    assert!(!harness::is_simulated());
    let (wall, begin) = (SystemTime::now(), StdInstant::now());
    thread::sleep(MS);
    assert!(begin.elapsed() >= MS);
    let years = wall.duration_since(UNIX_EPOCH).unwrap().as_secs() / 3600 / 24 / 365;
    assert!(years >= 54, "the machine's own clock again");
}

/// A loop that never stops telling must not take all memory along: the last events are kept, as
/// many as the trace has room for in bytes.
#[test]
fn a_trace_has_an_end() {
    const TOLD: usize = 1_000_005;
    let report = Simulation::new(1).trace(true).run(|| {
        for n in 0..TOLD as u64 {
            trace::record(|| Got(n));
        }
    });
    let events: Vec<_> = report.events.collect();
    let lines = |at: usize| events[at].body.to_string();
    let kept = events.len() - 1;
    assert!((100_000..TOLD).contains(&kept), "{kept} events are kept");
    let lost = TOLD - kept;
    assert_eq!(lines(0), format!("({lost} earlier events are not kept)"));
    assert_eq!(
        (lines(1), lines(kept)),
        (format!("got {lost}"), format!("got {}", TOLD - 1))
    );
}
