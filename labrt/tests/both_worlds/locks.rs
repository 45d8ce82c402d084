//! Locks and condition variables, as `parking_lot`'s.

use crate::{LONG, MS, assert_passed, both_worlds, both_worlds_with_panics};
use labrt::sync::{Arc, Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::Instant;

/// Reading, letting others run, and writing back: only exclusion makes the sum come out.
#[test]
fn a_mutex_excludes() {
    both_worlds(|| {
        let sum = Arc::new(Mutex::new(0));
        let adders: Vec<_> = (0..4)
            .map(|_| {
                let sum = Arc::clone(&sum);
                thread::spawn(move || {
                    for _ in 0..25 {
                        let mut sum = sum.lock();
                        let before = *sum;
                        thread::yield_now();
                        *sum = before + 1;
                    }
                })
            })
            .collect();
        adders.into_iter().for_each(|adder| adder.join().unwrap());
        assert_eq!(*sum.lock(), 100);
        assert_eq!(Arc::into_inner(sum).unwrap().into_inner(), 100);
    });
}

#[test]
fn try_lock_does_not_wait() {
    both_worlds(|| {
        let lock = Arc::new(Mutex::new(1));
        let attempt = {
            let lock = Arc::clone(&lock);
            move || lock.try_lock().map(|value| *value)
        };
        let guard = lock.lock();
        assert!(lock.is_locked());
        let meanwhile = thread::spawn(attempt.clone()).join().unwrap();
        assert_eq!(meanwhile, None);
        drop(guard);
        assert!(!lock.is_locked());
        assert_eq!(thread::spawn(attempt).join().unwrap(), Some(1));
    });
}

#[test]
fn try_lock_for_waits_so_long() {
    both_worlds(|| {
        let lock = Arc::new(Mutex::new(()));
        let wait = |timeout| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let begin = Instant::now();
                let locked = lock.try_lock_for(timeout).is_some();
                (begin, locked)
            })
        };
        let guard = lock.lock();
        let (begin, locked) = wait(5 * MS).join().unwrap();
        assert!(!locked);
        assert_passed(begin, 5 * MS);

        let patient = wait(LONG);
        thread::sleep(5 * MS);
        drop(guard);
        assert!(patient.join().unwrap().1);
        assert!(lock.try_lock_until(Instant::now()).is_some());
    });
}

/// Whoever panics lets the lock go, and nobody else hears of it.
#[test]
fn a_panic_poisons_no_lock() {
    both_worlds_with_panics(|| {
        let lock = Arc::new(Mutex::new(0));
        let rwlock = Arc::new(RwLock::new(0));
        let (lock2, rwlock2) = (Arc::clone(&lock), Arc::clone(&rwlock));
        let victim = thread::spawn(move || {
            *lock2.lock() = 1;
            let mut guard = lock2.lock();
            let mut rwguard = rwlock2.write();
            (*guard, *rwguard) = (2, 2);
            panic!("on purpose");
        });
        assert!(victim.join().is_err());
        assert_eq!((*lock.lock(), *rwlock.read()), (2, 2));
    });
}

#[test]
fn readers_share() {
    both_worlds(|| {
        let lock = Arc::new(RwLock::new(1));
        let guard = lock.read();
        let lock2 = Arc::clone(&lock);
        let other = thread::spawn(move || {
            assert!(lock2.try_write().is_none(), "a reader is inside");
            let value = *lock2.read();
            assert_eq!(lock2.try_read().map(|value| *value), Some(1));
            value
        });
        assert_eq!(other.join().unwrap(), 1);
        drop(guard);
        let lock2 = Arc::clone(&lock);
        let guard = lock.write();
        let other = thread::spawn(move || lock2.try_read().is_none());
        assert!(other.join().unwrap(), "a writer is inside");
        drop(guard);
    });
}

/// Writers change two numbers in two steps; no reader ever sees them differ.
#[test]
fn writers_exclude() {
    both_worlds(|| {
        let pair = Arc::new(RwLock::new((0, 0)));
        let spawn = |work: fn(&RwLock<(u32, u32)>)| {
            let pair = Arc::clone(&pair);
            thread::spawn(move || (0..20).for_each(|_| work(&pair)))
        };
        let threads = [0, 1, 0, 1].map(|writes| match writes {
            0 => spawn(|pair| {
                let mut pair = pair.write();
                pair.0 += 1;
                thread::yield_now();
                pair.1 += 1;
            }),
            _ => spawn(|pair| {
                let pair = pair.read();
                let first = pair.0;
                thread::yield_now();
                assert_eq!(first, pair.1);
            }),
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(*pair.read(), (40, 40));
    });
}

/// A lock, how many wait for it, and how many tickets to take there are.
#[derive(Default)]
struct Booth {
    state: Mutex<(usize, usize)>,
    changed: Condvar,
}

impl Booth {
    /// A thread that waits for a ticket.
    fn customer(self: &Arc<Booth>) -> thread::JoinHandle<()> {
        let booth = Arc::clone(self);
        thread::spawn(move || {
            let mut state = booth.state.lock();
            state.0 += 1;
            booth.changed.wait_while(&mut state, |state| state.1 == 0);
            state.1 -= 1;
        })
    }

    /// Returns when `count` threads are inside their wait.
    fn await_customers(&self, count: usize) {
        while self.state.lock().0 < count {
            thread::sleep(MS);
        }
    }
}

#[test]
fn notify_one_wakes_one() {
    both_worlds(|| {
        let booth = Arc::new(Booth::default());
        let customers: Vec<_> = (0..3).map(|_| booth.customer()).collect();
        booth.await_customers(3);
        for served in 1..=3 {
            booth.state.lock().1 += 1;
            assert!(booth.changed.notify_one(), "{} still wait", 4 - served);
            while booth.state.lock().1 > 0 {
                thread::sleep(MS);
            }
        }
        customers.into_iter().for_each(|one| one.join().unwrap());
        assert!(!booth.changed.notify_one(), "nobody waits any more");
        assert_eq!(booth.changed.notify_all(), 0);
    });
}

#[test]
fn notify_all_wakes_all() {
    both_worlds(|| {
        let booth = Arc::new(Booth::default());
        let customers: Vec<_> = (0..5).map(|_| booth.customer()).collect();
        booth.await_customers(5);
        booth.state.lock().1 = 5;
        assert_eq!(booth.changed.notify_all(), 5);
        customers.into_iter().for_each(|one| one.join().unwrap());
    });
}

/// Nobody notifies: each wait ends by its time, with the lock held again.
#[test]
fn waits_time_out() {
    both_worlds(|| {
        let booth = Booth::default();
        let mut state = booth.state.lock();

        let begin = Instant::now();
        assert!(booth.changed.wait_for(&mut state, 5 * MS).timed_out());
        assert_passed(begin, 5 * MS);
        assert!(booth.state.is_locked());

        let begin = Instant::now();
        let end = begin + 5 * MS;
        assert!(booth.changed.wait_until(&mut state, end).timed_out());
        assert_passed(begin, 5 * MS);
        assert!(
            booth.changed.wait_until(&mut state, end).timed_out(),
            "it lies in the past"
        );

        let begin = Instant::now();
        let waited = booth.changed.wait_while_for(&mut state, |_| true, 5 * MS);
        assert!(waited.timed_out());
        assert_passed(begin, 5 * MS);
        let waited = booth.changed.wait_while_for(&mut state, |_| false, LONG);
        assert!(!waited.timed_out());
    });
}

#[test]
fn a_notification_ends_a_timed_wait() {
    both_worlds(|| {
        let booth = Arc::new(Booth::default());
        let booth2 = Arc::clone(&booth);
        let waiter = thread::spawn(move || {
            let mut state = booth2.state.lock();
            state.0 = 1;
            let end = Instant::now() + LONG;
            let mut timed_out = false;
            while state.1 == 0 && !timed_out {
                timed_out = booth2.changed.wait_until(&mut state, end).timed_out();
            }
            timed_out
        });
        booth.await_customers(1);
        booth.state.lock().1 = 1;
        booth.changed.notify_all();
        assert!(!waiter.join().unwrap());
    });
}

/// A thread that waits with a timeout is no link of a deadlock: it will give up, and let go.
#[test]
fn a_timed_wait_breaks_the_circle() {
    both_worlds(|| {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let locks2 = Arc::clone(&locks);
        let first = locks.0.lock();
        let other = thread::spawn(move || {
            let _second = locks2.1.lock();
            assert!(locks2.0.try_lock_for(20 * MS).is_none());
        });
        while !locks.1.is_locked() {
            thread::sleep(MS);
        }
        let begin = Instant::now();
        drop(locks.1.lock());
        assert!(begin.elapsed() < LONG / 2);
        drop(first);
        other.join().unwrap();
    });
}
