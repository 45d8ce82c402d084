//! `select!` against a small model, in simulations: threads that send and receive through several
//! channels at once, give up after a while, and crash. What was sent is what was received.
//!
//! A lost wake-up shows as a deadlock: then all threads wait, and the run says so.

mod common;

use common::{run, sim};
use labrt::channel::{Receiver, Sender, bounded, select, unbounded};
use labrt::time::Duration;
use labrt::{Node, thread};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::Range;

const US: Duration = Duration::from_micros(1);
const MS: Duration = Duration::from_millis(1);

type Ends = (Sender<u32>, Receiver<u32>);

/// The two channels of a test: without capacity, with room for some, or for all.
fn channels(capacities: [Option<usize>; 2]) -> [Ends; 2] {
    capacities.map(|capacity| capacity.map_or_else(unbounded, bounded))
}

/// How long a thread waits, in microseconds. A receiver must wait long enough to be found: a send
/// arm of a select, at a channel without capacity, has to run before it can give its message.
const IMPATIENT: Range<u32> = 0..8;
const PATIENT: Range<u32> = 20..40;

/// How a thread works: through which channels, and for how long it waits, if not forever.
#[derive(Clone, Copy, Debug)]
struct Manner {
    plain: Option<bool>,
    patience_us: Option<u32>,
}

fn manners(patience_us: Range<u32>) -> impl Strategy<Value = Manner> {
    let both = (
        proptest::option::weighted(0.3, any::<bool>()),
        proptest::option::of(patience_us),
    );
    both.prop_map(|(plain, patience_us)| Manner { plain, patience_us })
}

/// Sends `message` in the given manner; whether it was sent.
fn send(ends: &[Sender<u32>; 2], manner: Manner, message: u32) -> bool {
    let [left, right] = ends;
    let patience = manner.patience_us.map(|us| us * US);
    match (manner.plain, patience) {
        (Some(first), None) => ends[usize::from(first)].send(message).is_ok(),
        (Some(first), Some(wait)) => {
            let end = &ends[usize::from(first)];
            end.send_timeout(message, wait).is_ok()
        }
        (None, None) => select! {
            send(left, message) -> sent => sent.is_ok(),
            send(right, message) -> sent => sent.is_ok(),
        },
        (None, Some(wait)) => select! {
            send(left, message) -> sent => { sent.unwrap(); true }
            send(right, message) -> sent => { sent.unwrap(); true }
            default(wait) => false,
        },
    }
}

/// All that comes until both channels end; with little patience, again and again.
fn receive(ends: &[Receiver<u32>; 2], manner: Manner) -> Vec<u32> {
    let mut got = Vec::new();
    let patience = manner.patience_us.map_or(Duration::MAX, |us| us * US);
    let (mut left, mut right) = (Some(&ends[0]), Some(&ends[1]));
    let never = labrt::channel::never();
    while left.is_some() || right.is_some() {
        select! {
            recv(left.unwrap_or(&never)) -> message => match message {
                Ok(message) => got.push(message),
                Err(_) => left = None,
            },
            recv(right.unwrap_or(&never)) -> message => match message {
                Ok(message) => got.push(message),
                Err(_) => right = None,
            },
            default(patience) => thread::sleep(US),
        }
    }
    got
}

/// Starts a thread for each manner: senders of `count` messages each, and receivers.
fn exchange(capacities: [Option<usize>; 2], senders: Vec<Manner>, receivers: Vec<Manner>) {
    let [left, right] = channels(capacities);
    let receivers: Vec<_> = receivers
        .into_iter()
        .map(|manner| {
            let ends = [left.1.clone(), right.1.clone()];
            thread::spawn(move || receive(&ends, manner))
        })
        .collect();
    let senders: Vec<_> = senders
        .into_iter()
        .zip(0..)
        .map(|(manner, number)| {
            let ends = [left.0.clone(), right.0.clone()];
            let mine = (0..6).map(move |n| 100 * number + n);
            let send = move |message: &u32| send(&ends, manner, *message);
            thread::spawn(move || mine.filter(send).collect::<Vec<u32>>())
        })
        .collect();
    drop((left, right));
    let all = |threads: Vec<thread::JoinHandle<Vec<u32>>>| {
        let parts = threads.into_iter().map(|one| one.join().unwrap());
        let mut all: Vec<u32> = parts.flatten().collect();
        all.sort();
        all
    };
    assert_eq!(all(senders), all(receivers));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_sent_is_received(
        seed in any::<u64>(),
        capacities in proptest::array::uniform2(proptest::option::of(0..3usize)),
        senders in vec(manners(IMPATIENT), 1..5),
        receivers in vec(manners(PATIENT), 1..4)
    ) {
        let simulation = sim(seed).time_limit(1000 * MS);
        run(simulation, move || exchange(capacities, senders, receivers));
    }

    /// Some of the threads crash at any moment. Nothing comes twice, and of what was sent nothing
    /// is lost except what had reached a thread that crashed; the others are not held up.
    #[test]
    fn crashes_hold_nobody_up(
        seed in any::<u64>(),
        at in 0..40u32,
        capacities in proptest::array::uniform2(proptest::option::of(0..3usize)),
        doomed in vec(manners(PATIENT), 1..4),
        senders in vec(manners(IMPATIENT), 1..4),
        receivers in vec(manners(PATIENT), 1..3)
    ) {
        let simulation = sim(seed).time_limit(1000 * MS);
        run(simulation, move || {
            let node = Node::new("doomed");
            let [left, right] = channels(capacities);
            for (number, manner) in doomed.into_iter().enumerate() {
                let senders = [left.0.clone(), right.0.clone()];
                let receivers = [left.1.clone(), right.1.clone()];
                node.spawn("doomed", move || match number % 2 {
                    0 => drop(receive(&receivers, manner)),
                    _ => while send(&senders, manner, 7) {},
                });
            }
            let crash = thread::spawn(move || {
                thread::sleep(at * US / 2);
                node.crash();
                assert_eq!(node.live_threads(), 0);
            });
            let receivers: Vec<_> = receivers.into_iter().map(|manner| {
                let ends = [left.1.clone(), right.1.clone()];
                thread::spawn(move || receive(&ends, manner))
            }).collect();
            let senders: Vec<_> = senders.into_iter().zip(1..).map(|(manner, number)| {
                let ends = [left.0.clone(), right.0.clone()];
                let mine = (0..6).map(move |n| 100 * number + n);
                thread::spawn(move || mine.filter(|n| send(&ends, manner, *n)).count())
            }).collect();
            drop((left, right));
            crash.join().unwrap();
            let sent: usize = senders.into_iter().map(|one| one.join().unwrap()).sum();
            let mut got = Vec::new();
            receivers.into_iter().for_each(|one| got.extend(one.join().unwrap()));
            got.retain(|message| *message != 7);
            got.sort();
            let count = got.len();
            got.dedup();
            assert!(got.len() == count && count <= sent, "{got:?}");
        });
    }
}
