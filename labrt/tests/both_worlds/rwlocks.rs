//! Who goes first at a reader-writer lock, as at `parking_lot`'s.

use crate::{LONG, MS, assert_passed, both_worlds};
use labrt::sync::{Arc, RwLock, RwLockWriteGuard};
use labrt::thread::{self, JoinHandle};
use labrt::time::Instant;

/// A thread that writes 1 as soon as it may. Returns when it waits for the readers inside.
fn waiting_writer(lock: &Arc<RwLock<u32>>) -> JoinHandle<()> {
    let lock2 = Arc::clone(lock);
    let writer = thread::spawn(move || *lock2.write() = 1);
    let begin = Instant::now();
    while lock.try_read().is_some() {
        assert!(begin.elapsed() < LONG, "readers pass a waiting writer");
        thread::sleep(MS);
    }
    writer
}

#[test]
fn a_waiting_writer_holds_new_readers_back() {
    both_worlds(|| {
        let lock = Arc::new(RwLock::new(0));
        let inside = lock.read();
        let writer = waiting_writer(&lock);
        let lock2 = Arc::clone(&lock);
        let late = thread::spawn(move || *lock2.read());
        thread::sleep(5 * MS);
        assert!(!late.is_finished(), "it went past the writer");
        assert_eq!(*inside, 0);
        drop(inside);
        assert_eq!(late.join().unwrap(), 1);
        writer.join().unwrap();
    });
}

/// The writer waits for the first read, and the second read for the writer.
#[test]
fn a_recursive_read_waits_for_the_writer_between() {
    both_worlds(|| {
        let lock = Arc::new(RwLock::new(0));
        let inside = lock.read();
        let writer = waiting_writer(&lock);
        let begin = Instant::now();
        assert!(lock.try_read_for(5 * MS).is_none());
        assert_passed(begin, 5 * MS);
        assert!(lock.try_read_until(Instant::now()).is_none());
        drop(inside);
        writer.join().unwrap();
        assert_eq!(lock.try_read_for(LONG).map(|value| *value), Some(1));
    });
}

#[test]
fn a_writer_that_gives_up_lets_readers_in() {
    both_worlds(|| {
        let lock = Arc::new(RwLock::new(0));
        let inside = lock.read();
        let begin = Instant::now();
        assert!(lock.try_write_for(5 * MS).is_none());
        assert_passed(begin, 5 * MS);
        assert!(lock.try_write_until(Instant::now()).is_none());

        let lock2 = Arc::clone(&lock);
        let writer = thread::spawn(move || lock2.try_write_for(10 * MS).is_none());
        while lock.try_read().is_some() && !writer.is_finished() {
            thread::sleep(MS / 4);
        }
        let late = lock
            .try_read_for(LONG)
            .expect("the writer gave up long ago");
        assert!(writer.join().unwrap());
        drop((inside, late));
        assert_eq!(lock.try_write_for(LONG).map(|value| *value), Some(0));
    });
}

#[test]
fn a_writer_becomes_a_reader() {
    both_worlds(|| {
        let lock = Arc::new(RwLock::from(0));
        let mut guard = lock.write();
        *guard = 2;
        let lock2 = Arc::clone(&lock);
        let other = thread::spawn(move || *lock2.read());
        let guard = RwLockWriteGuard::downgrade(guard);
        assert!(lock.is_locked() && !lock.is_locked_exclusive());
        assert_eq!(other.join().unwrap(), 2);
        drop(guard);
        assert!(!lock.is_locked());
    });
}
