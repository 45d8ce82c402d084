//! `select!` and the receivers of the clock, as `crossbeam_channel`'s.

use crate::{LONG, MS, assert_passed, both_worlds};
use labrt::channel::{
    Receiver, RecvError, RecvTimeoutError, Select, TryRecvError, after, at, bounded, never, select,
    tick, unbounded,
};
use labrt::harness::is_simulated;
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Instant;

#[test]
fn the_arm_that_is_ready_runs() {
    both_worlds(|| {
        let (sender, receiver) = unbounded();
        let (_idle, nothing) = unbounded::<u32>();
        sender.send(1).unwrap();
        let got = select! {
            recv(receiver) -> message => message,
            recv(nothing) -> _ => panic!("nobody sent that"),
        };
        assert_eq!(got, Ok(1));
        drop(sender);
        select! {
            recv(nothing) -> _ => panic!("nobody sent that"),
            recv(receiver) -> message => assert_eq!(message, Err(RecvError)),
        }
    });
}

/// Of several ready arms each gets its turn, and each message comes once.
#[test]
fn no_ready_arm_starves() {
    both_worlds(|| {
        let (sender, left) = unbounded();
        let (sender2, right) = unbounded();
        for n in 0..200 {
            sender.send(n).unwrap();
            sender2.send(n).unwrap();
        }
        let mut counts = [0; 2];
        for _ in 0..100 {
            select! {
                recv(left) -> message => {
                    assert_eq!(message, Ok(counts[0]));
                    counts[0] += 1;
                }
                recv(right) -> message => {
                    assert_eq!(message, Ok(counts[1]));
                    counts[1] += 1;
                }
            }
        }
        assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
    });
}

#[test]
fn default_runs_when_nothing_is_ready() {
    both_worlds(|| {
        let (sender, receiver) = bounded(1);
        let look = |receiver: &Receiver<u32>| {
            select! {
                recv(receiver) -> message => message.ok(),
                default => None,
            }
        };
        assert_eq!(look(&receiver), None);
        sender.send(1).unwrap();
        assert_eq!(look(&receiver), Some(1));
    });
}

#[test]
fn default_with_a_timeout_waits_first() {
    both_worlds(|| {
        let (sender, receiver) = bounded(0);
        let begin = Instant::now();
        let timed_out = select! {
            recv(receiver) -> _ => false,
            default(5 * MS) => true,
        };
        assert!(timed_out);
        assert_passed(begin, 5 * MS);
        thread::spawn(move || {
            thread::sleep(MS);
            sender.send(7).unwrap();
        });
        let got = select! {
            recv(receiver) -> message => message,
            default(LONG) => Err(RecvError),
        };
        assert_eq!(got, Ok(7));
    });
}

/// A receiver that the arm itself makes lives as long as the wait.
#[test]
fn after_is_a_timeout() {
    both_worlds(|| {
        let (_sender, receiver) = unbounded::<u32>();
        let begin = Instant::now();
        select! {
            recv(receiver) -> _ => panic!("nobody sent that"),
            recv(after(5 * MS)) -> moment => assert_eq!(moment.map(|at| at > begin), Ok(true)),
            recv(never::<u32>()) -> _ => panic!("never"),
        }
        assert_passed(begin, 5 * MS);
    });
}

#[test]
fn after_sends_once() {
    both_worlds(|| {
        let begin = Instant::now();
        let timer = at(begin + 5 * MS);
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(timer.recv(), Ok(begin + 5 * MS));
        assert_passed(begin, 5 * MS);
        assert_eq!(timer.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    });
}

/// A tick comes a period after the last one was taken; of those missed one is kept.
#[test]
fn ticks_keep_coming() {
    both_worlds(|| {
        let begin = Instant::now();
        let ticks = tick(10 * MS);
        for number in 1..=3 {
            assert!(ticks.recv().unwrap() >= begin + number * 10 * MS);
        }
        thread::sleep(35 * MS);
        assert!(ticks.try_recv().is_ok(), "one is kept");
        let taken = Instant::now();
        // A real thread may rest long enough for the next one to come.
        if is_simulated() {
            assert_passed(begin, 65 * MS);
            assert_eq!(ticks.try_recv(), Err(TryRecvError::Empty));
            ticks.recv().unwrap();
            assert_passed(taken, 10 * MS - MS / 100);
        }
    });
}

#[test]
fn a_send_arm_waits_for_room() {
    both_worlds(|| {
        for capacity in [0, 1] {
            let (sender, receiver) = bounded(capacity);
            (0..capacity).for_each(|n| sender.send(n).unwrap());
            select! {
                send(sender, 7) -> _ => panic!("there is no room"),
                default(MS) => {}
            }
            let receiver = thread::spawn(move || receiver.iter().collect::<Vec<_>>());
            select! {
                send(sender, 8) -> sent => sent.unwrap(),
                default(LONG) => panic!("there is room now"),
            }
            drop(sender);
            assert_eq!(receiver.join().unwrap().last(), Some(&8));
        }
        let (sender, receiver) = bounded(1);
        drop(receiver);
        select! {
            send(sender, 7) -> sent => assert!(sent.is_err(), "nobody will receive it"),
        }
    });
}

/// A sender and a receiver that both select find each other, without capacity too.
#[test]
fn selects_meet() {
    both_worlds(|| {
        let (sender, receiver) = bounded(0);
        let (sender2, receiver2) = bounded(0);
        let giver = thread::spawn(move || {
            let mut sent = [0, 0];
            for n in 0..20 {
                select! {
                    send(sender, n) -> done => { done.unwrap(); sent[0] += 1 }
                    send(sender2, n) -> done => { done.unwrap(); sent[1] += 1 }
                }
            }
            sent
        });
        let mut got = [0, 0];
        for next in 0..20 {
            select! {
                recv(receiver) -> n => { assert_eq!(n, Ok(next)); got[0] += 1 }
                recv(receiver2) -> n => { assert_eq!(n, Ok(next)); got[1] += 1 }
            }
        }
        assert_eq!(giver.join().unwrap(), got);
    });
}

/// The message of a send arm is made after its arm was picked; whoever takes the room meanwhile
/// does not turn that into an error.
#[test]
fn a_selected_send_is_not_lost() {
    both_worlds(|| {
        for capacity in [0, 1] {
            let (sender, receiver) = bounded(capacity);
            let pause = Mutex::new(());
            let rival = {
                let sender = sender.clone();
                thread::spawn(move || (0..10).for_each(|n| sender.send(n).unwrap()))
            };
            let taker = thread::spawn(move || receiver.iter().count());
            for n in 10..20 {
                let message = || {
                    drop(pause.lock());
                    n
                };
                select! {
                    send(sender, message()) -> sent => sent.unwrap(),
                }
            }
            drop(sender);
            rival.join().unwrap();
            assert_eq!(taker.join().unwrap(), 20);
        }
    });
}

/// Receivers that give up at about the moment in which a send arm would meet them.
#[test]
fn a_select_that_times_out_misleads_nobody() {
    both_worlds(|| {
        let (sender, receiver) = bounded(0);
        let giver = thread::spawn(move || {
            let mut sent = Vec::new();
            for n in 0..20u32 {
                select! {
                    send(sender, n) -> done => { done.unwrap(); sent.push(n) }
                    default(MS) => {}
                }
            }
            sent
        });
        let mut got = Vec::new();
        loop {
            select! {
                recv(receiver) -> message => match message {
                    Ok(n) => got.push(n),
                    Err(RecvError) => break,
                },
                default(MS) => {}
            }
        }
        assert_eq!(giver.join().unwrap(), got);
    });
}

/// The object behind the macro, for a number of channels that only the run knows.
#[test]
fn a_select_of_many() {
    both_worlds(|| {
        let channels: Vec<_> = (0..5).map(|_| unbounded()).collect();
        channels[3].0.send(30).unwrap();
        let mut select = Select::new();
        for (_, receiver) in &channels {
            select.recv(receiver);
        }
        let ready = select.select();
        assert_eq!(ready.index(), 3);
        assert_eq!(ready.recv(&channels[3].1), Ok(30));
        assert!(select.try_select().is_err());
        let begin = Instant::now();
        assert!(select.select_timeout(5 * MS).is_err());
        assert_passed(begin, 5 * MS);
    });
}
