//! The bodies of `ground` in `std`'s terms: what `labrt`'s real world is measured by.
#![expect(clippy::disallowed_methods, clippy::disallowed_types)]

use std::hint::black_box;
use std::sync::{Mutex, mpsc};
use std::thread;

pub(crate) fn hand_over(n: u64) {
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

pub(crate) fn spawn(n: u64) {
    for i in 0..n {
        let thread = thread::spawn(move || black_box(i));
        thread.join().expect("it only returns");
    }
}

pub(crate) fn lock(n: u64) {
    let counter = Mutex::new(0);
    for _ in 0..n {
        *black_box(&counter).lock().expect("nobody panics") += 1;
    }
}

pub(crate) fn send(n: u64) {
    let (sender, receiver) = mpsc::channel();
    for i in 0..n {
        sender.send(i).expect("the receiver is here");
        black_box(receiver.recv().expect("it was sent"));
    }
}

pub(crate) fn rendezvous(n: u64) {
    let (sender, receiver) = mpsc::sync_channel(0);
    let sending = thread::spawn(move || (0..n).try_for_each(|i| sender.send(i)));
    assert_eq!(receiver.iter().count() as u64, n);
    sending
        .join()
        .expect("it only sends")
        .expect("the receiver waited");
}
