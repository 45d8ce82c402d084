//! `Select` itself, as `crossbeam_channel`'s: what compiles there compiles here.

use crate::{LONG, MS, assert_passed, both_worlds, both_worlds_with_panics};
use labrt::channel::{Receiver, Select, Sender, after, bounded, unbounded};
use labrt::thread;
use labrt::time::Instant;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The ends are declared after the select that borrows them, so they are dropped before it.
#[test]
fn a_select_may_outlive_what_it_borrows() {
    both_worlds(|| {
        let mut select = Select::default();
        let (sender, receiver) = unbounded();
        let timer = after(LONG);
        let (from, late) = (select.recv(&receiver), select.recv(&timer));
        sender.send(1).unwrap();
        let operation = select.select();
        assert_eq!((operation.index(), late), (from, 1));
        assert_eq!(operation.recv(&receiver), Ok(1));
    });
}

/// A select kept beside its ends in one struct, as event loops have it.
#[test]
fn a_select_may_live_beside_what_it_borrows() {
    struct Loop<'a> {
        select: Select<'a>,
        ends: Vec<&'a Receiver<usize>>,
    }
    both_worlds(|| {
        let channels: Vec<(Sender<usize>, Receiver<usize>)> = (0..3).map(|_| bounded(1)).collect();
        let mut events = Loop {
            select: Select::new(),
            ends: Vec::new(),
        };
        for (_, receiver) in &channels {
            events.select.recv(receiver);
            events.ends.push(receiver);
        }
        for (number, (sender, _)) in channels.iter().enumerate() {
            sender.send(number).unwrap();
            let operation = events.select.select();
            let index = operation.index();
            assert_eq!(operation.recv(events.ends[index]), Ok(number));
        }
        drop(events.ends);
        assert!(events.select.try_select().is_err());
    });
}

#[test]
fn what_was_removed_is_not_waited_for() {
    both_worlds(|| {
        let ((full, first), (second_sender, second)) = (unbounded(), unbounded());
        let mut select = Select::new();
        let (gone, stays) = (select.recv(&first), select.recv(&second));
        full.send(1).unwrap();
        select.remove(gone);
        let begin = Instant::now();
        let waited = select.clone().select_deadline(begin + 5 * MS);
        assert!(waited.is_err());
        assert_passed(begin, 5 * MS);
        let sender = thread::spawn(move || second_sender.send(2).unwrap());
        let operation = select.select_timeout(LONG).unwrap();
        assert_eq!(operation.index(), stays);
        assert_eq!(operation.recv(&second), Ok(2));
        sender.join().unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| select.remove(gone))).is_err());
    });
}

/// A selected operation may hold a message that was handed over: it must not just disappear.
#[test]
fn an_operation_must_be_completed() {
    both_worlds_with_panics(|| {
        let (sender, receiver) = unbounded();
        sender.send(1).unwrap();
        let mut select = Select::new();
        select.recv(&receiver);
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(select.select())));
        assert!(dropped.is_err());
        let empty = catch_unwind(|| drop(Select::new().select()));
        assert!(empty.is_err(), "nothing to wait for");
    });
}
