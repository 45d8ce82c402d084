//! Crashes among scoped threads, thread-locals and waiting writers.

use crate::common::{run, sim};
use labrt::sync::{Arc, Mutex, RwLock};
use labrt::time::Duration;
use labrt::{Node, thread};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

const MS: Duration = Duration::from_millis(1);

/// Counts how many of it there are.
struct Counted(Arc<AtomicU32>);

impl Counted {
    fn new(count: &Arc<AtomicU32>) -> Counted {
        count.fetch_add(1, SeqCst);
        Counted(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Looks, when it is dropped, whether what it borrows from is still there.
struct Borrows<'a> {
    owner: &'a Arc<AtomicU32>,
    orphans: &'a Arc<AtomicU32>,
}

impl Drop for Borrows<'_> {
    fn drop(&mut self) {
        if self.owner.load(SeqCst) == 0 {
            self.orphans.fetch_add(1, SeqCst);
        }
    }
}

/// The scope's own frame, which the threads borrow from, is the last to go.
#[test]
fn a_crash_ends_scoped_threads_before_what_they_borrow() {
    for seed in 0..60 {
        run(sim(seed), move || {
            let (alive, orphans) = <(Arc<AtomicU32>, Arc<AtomicU32>)>::default();
            let node = Node::new("n0");
            let (owner, lost) = (Arc::clone(&alive), Arc::clone(&orphans));
            node.spawn("owner", move || {
                let own = Mutex::new(Counted::new(&owner));
                thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(|| {
                            let _borrows = Borrows {
                                owner: &owner,
                                orphans: &lost,
                            };
                            loop {
                                assert_eq!(own.lock().0.load(SeqCst), 1);
                                thread::sleep(MS / 10);
                            }
                        });
                    }
                    if seed % 2 == 0 {
                        thread::sleep(50 * MS); // crashed inside of the scope, or at its end
                    }
                });
            });
            thread::sleep(MS * (1 + seed as u32 % 7));
            node.crash();
            assert_eq!((node.live_threads(), alive.load(SeqCst)), (0, 0));
            assert_eq!(orphans.load(SeqCst), 0, "threads outlived what they borrow");
        });
    }
}

labrt::thread_local! {
    static KEPT: RefCell<Vec<Counted>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn a_crash_ends_thread_locals() {
    for seed in 0..20 {
        run(sim(seed), || {
            let alive = Arc::new(AtomicU32::new(0));
            let node = Node::new("n0");
            for _ in 0..3 {
                let alive = Arc::clone(&alive);
                node.spawn("victim", move || {
                    KEPT.with_borrow_mut(|kept| kept.push(Counted::new(&alive)));
                    thread::sleep(Duration::MAX);
                });
            }
            thread::sleep(MS);
            assert_eq!(alive.load(SeqCst), 3);
            node.crash();
            assert_eq!(alive.load(SeqCst), 0);
        });
    }
}

/// A destructor of a crashed thread's values may take a lock that another thread has.
#[test]
fn a_dying_thread_s_values_may_lock() {
    struct Locks(Arc<Mutex<u32>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            *self.0.lock() += 1;
        }
    }
    labrt::thread_local! {
        static LOCKS: RefCell<Option<Locks>> = const { RefCell::new(None) };
    }
    for seed in 0..20 {
        run(sim(seed), || {
            let count = Arc::new(Mutex::new(0));
            let node = Node::new("n0");
            for _ in 0..3 {
                let count = Arc::clone(&count);
                node.spawn("victim", move || {
                    LOCKS.set(Some(Locks(Arc::clone(&count))));
                    loop {
                        let _held = count.lock();
                        thread::yield_now();
                    }
                });
            }
            thread::sleep(MS);
            node.crash();
            assert_eq!(*count.lock(), 3);
        });
    }
}

/// A writer that crashes while it waits lets those in whom it kept out.
#[test]
fn a_crashed_writer_opens_the_door() {
    for seed in 0..20 {
        run(sim(seed), || {
            let lock = Arc::new(RwLock::new(0));
            let node = Node::new("n0");
            let inside = lock.read();
            let lock2 = Arc::clone(&lock);
            node.spawn("writer", move || *lock2.write() = 1);
            let lock2 = Arc::clone(&lock);
            thread::sleep(MS);
            assert!(lock.try_read().is_none());
            let late = thread::spawn(move || *lock2.read());
            thread::sleep(MS);
            node.crash();
            assert_eq!(late.join().unwrap(), 0);
            assert!(lock.try_read().is_some());
            drop(inside);
        });
    }
}
