//! Channels, as `crossbeam_channel`'s.

use crate::{LONG, MS, assert_passed, both_worlds};
use labrt::channel::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError, bounded,
    never, unbounded,
};
use labrt::thread;
use labrt::time::Instant;

/// Whatever the capacity: what each sender sends comes once, and in its order.
#[test]
fn each_senders_messages_keep_their_order() {
    both_worlds(|| {
        for capacity in [None, Some(0), Some(1), Some(3)] {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            for number in 0..3 {
                let sender = sender.clone();
                thread::spawn(move || (0..20).for_each(|n| sender.send((number, n)).unwrap()));
            }
            drop(sender);
            let mut next = [0; 3];
            for (number, n) in &receiver {
                assert_eq!(n, next[number], "sender {number}, capacity {capacity:?}");
                next[number] += 1;
            }
            assert_eq!(next, [20; 3]);
        }
    });
}

/// Several receivers share the messages: each goes to one.
#[test]
fn each_message_comes_once() {
    both_worlds(|| {
        for capacity in [None, Some(0), Some(2)] {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            let takers: Vec<_> = (0..3)
                .map(|_| {
                    let receiver = receiver.clone();
                    thread::spawn(move || receiver.iter().collect::<Vec<u32>>())
                })
                .collect();
            (0..30).for_each(|n| sender.send(n).unwrap());
            drop(sender);
            let parts = takers.into_iter().map(|taker| taker.join().unwrap());
            let mut all: Vec<u32> = parts.flatten().collect();
            all.sort();
            assert!(all.into_iter().eq(0..30), "capacity {capacity:?}");
        }
    });
}

#[test]
fn nothing_waits_that_need_not() {
    both_worlds(|| {
        let (sender, receiver) = bounded(2);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(sender.try_send(1), Ok(()));
        assert_eq!(sender.try_send(2), Ok(()));
        assert!(sender.is_full() && receiver.is_full());
        assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
        assert_eq!((sender.len(), sender.capacity()), (2, Some(2)));
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
        assert!(sender.is_empty() && receiver.is_empty());

        let (sender, receiver) = bounded(0);
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));

        let (one, _receiver) = unbounded::<u32>();
        let (other, _receiver) = unbounded();
        assert!(one.same_channel(&one.clone()) && !one.same_channel(&other));
        assert_eq!(one.capacity(), None);
    });
}

/// The messages of senders that are gone still come; then the channel says that no more will.
#[test]
fn receivers_learn_that_all_senders_are_gone() {
    both_worlds(|| {
        let (sender, receiver) = unbounded();
        let second = sender.clone();
        sender.send(1).unwrap();
        drop(sender);
        second.send(2).unwrap();
        drop(second);
        assert_eq!(receiver.recv(), Ok(1));
        assert_eq!(receiver.try_recv(), Ok(2));
        assert_eq!(receiver.recv(), Err(RecvError));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        let error = receiver.recv_timeout(LONG);
        assert_eq!(error, Err(RecvTimeoutError::Disconnected));

        // Also those that wait already.
        let (sender, receiver) = bounded::<u32>(0);
        let waiters = [receiver.clone(), receiver]
            .map(|receiver| thread::spawn(move || (receiver.recv(), receiver.recv_timeout(LONG))));
        thread::sleep(MS);
        drop(sender);
        for waiter in waiters {
            let ends = (Err(RecvError), Err(RecvTimeoutError::Disconnected));
            assert_eq!(waiter.join().unwrap(), ends);
        }
    });
}

/// A message that nobody can receive any more comes back to its sender.
#[test]
fn senders_learn_that_all_receivers_are_gone() {
    both_worlds(|| {
        for capacity in [None, Some(0), Some(1)] {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            drop(receiver);
            assert_eq!(sender.send(1), Err(SendError(1)));
            assert_eq!(sender.try_send(2), Err(TrySendError::Disconnected(2)));
            let error = sender.send_timeout(3, LONG);
            assert_eq!(error, Err(SendTimeoutError::Disconnected(3)));
        }

        // Also those that wait already, for room or for a partner.
        for capacity in [0, 1] {
            let (sender, receiver) = bounded(capacity);
            (0..capacity).for_each(|n| sender.send(n).unwrap());
            let waiters =
                [sender.clone(), sender].map(|sender| thread::spawn(move || sender.send(7)));
            thread::sleep(MS);
            drop(receiver);
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), Err(SendError(7)));
            }
        }
    });
}

#[test]
fn waits_time_out() {
    both_worlds(|| {
        let (sender, receiver) = bounded(1);
        let begin = Instant::now();
        assert_eq!(
            receiver.recv_timeout(5 * MS),
            Err(RecvTimeoutError::Timeout)
        );
        assert_passed(begin, 5 * MS);
        let error = receiver.recv_deadline(begin + 10 * MS);
        assert_eq!(error, Err(RecvTimeoutError::Timeout));
        assert_passed(begin, 10 * MS);

        sender.send(1).unwrap();
        let begin = Instant::now();
        let error = sender.send_timeout(2, 5 * MS);
        assert_eq!(error, Err(SendTimeoutError::Timeout(2)));
        assert_passed(begin, 5 * MS);
        let error = sender.send_deadline(2, begin + 10 * MS);
        assert_eq!(error, Err(SendTimeoutError::Timeout(2)));
        assert_passed(begin, 10 * MS);
        assert_eq!(receiver.len(), 1, "what timed out was not sent");

        let begin = Instant::now();
        let nothing = never::<u32>().recv_timeout(5 * MS);
        assert_eq!(nothing, Err(RecvTimeoutError::Timeout));
        assert_passed(begin, 5 * MS);
    });
}

#[test]
fn a_full_channel_holds_its_sender_back() {
    both_worlds(|| {
        let (sender, receiver) = bounded(1);
        sender.send(0).unwrap();
        let held_back = thread::spawn(move || sender.send_timeout(1, LONG));
        thread::sleep(5 * MS);
        assert!(!held_back.is_finished());
        assert_eq!(receiver.recv(), Ok(0));
        assert_eq!(receiver.recv(), Ok(1));
        held_back.join().unwrap().unwrap();
    });
}

/// Senders and receivers without capacity that give up at about the moment in which they would
/// meet: what was sent is what was received, none lost and none twice.
#[test]
fn a_timeout_loses_no_message() {
    both_worlds(|| {
        let (sender, receiver) = bounded(0);
        let senders: Vec<_> = (0..3u32)
            .map(|number| {
                let sender = sender.clone();
                thread::spawn(move || {
                    let mine = (0..10).map(|n| 10 * number + n);
                    mine.filter(|message| sender.send_timeout(*message, MS).is_ok())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        drop(sender);
        let mut received = Vec::new();
        loop {
            thread::sleep(MS);
            match receiver.recv_timeout(MS) {
                Ok(message) => received.push(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let mut sent: Vec<u32> = senders
            .into_iter()
            .flat_map(|sender| sender.join().unwrap())
            .collect();
        sent.sort();
        received.sort();
        assert_eq!(sent, received);
    });
}

/// An end that is itself a message takes part in the counting.
#[test]
fn an_end_may_travel() {
    both_worlds(|| {
        let (sender, receiver) = unbounded::<labrt::channel::Sender<u32>>();
        let server = thread::spawn(move || {
            for reply in receiver {
                reply.send(7).unwrap();
            }
        });
        let (reply, answer) = bounded(1);
        sender.send(reply).unwrap();
        assert_eq!(answer.recv(), Ok(7));
        assert_eq!(answer.recv(), Err(RecvError));
        drop(sender);
        server.join().unwrap();
    });
}
