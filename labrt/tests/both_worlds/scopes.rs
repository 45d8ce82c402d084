//! Scoped threads and thread-locals, as std's.

use crate::{MS, both_worlds, both_worlds_with_panics};
use labrt::sync::{Arc, Mutex};
use labrt::thread::{self, AccessError};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn scoped_threads_borrow() {
    both_worlds(|| {
        let names = ["n0", "n1"].map(str::to_string);
        let sum = Mutex::new(0);
        let mut count = 0;
        let lengths: Vec<usize> = thread::scope(|scope| {
            scope.spawn(|| {
                scope.spawn(|| *sum.lock() += 10); // one starts another
                thread::sleep(MS);
                *sum.lock() += 1;
            });
            let builder = thread::Builder::new().name("counter".into());
            let counter = builder.spawn_scoped(scope, || {
                count += names.len();
                thread::current().name().map(str::to_string)
            });
            let counter = counter.unwrap();
            assert_eq!(counter.thread().name(), Some("counter"));
            assert_eq!(counter.join().unwrap().as_deref(), Some("counter"));
            let threads = names.iter().map(|name| scope.spawn(move || name.len()));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!((lengths, count), (vec![2, 2], 2));
        assert_eq!(sum.into_inner(), 11, "also those that nobody joined");
    });
}

#[test]
fn a_scope_tells_of_panics() {
    both_worlds_with_panics(|| {
        let joined = thread::scope(|scope| scope.spawn(|| panic!("on purpose")).join());
        assert_eq!(joined.unwrap_err().downcast_ref(), Some(&"on purpose"));
        let unheard = catch_unwind(|| {
            thread::scope(|scope| drop(scope.spawn(|| panic!("on purpose"))));
        });
        let payload = unheard.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a scoped thread panicked"));
    });
}

/// The scope's own panic waits for its threads: they may be using what it would take with it.
#[test]
fn a_panic_in_a_scope_waits_for_its_threads() {
    both_worlds_with_panics(|| {
        let done = Mutex::new(false);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(MS);
                    *done.lock() = true;
                });
                panic!("on purpose");
            });
        }));
        assert_eq!(ended.unwrap_err().downcast_ref(), Some(&"on purpose"));
        assert!(done.into_inner());
    });
}

labrt::thread_local! {
    /// How often the thread came by.
    static VISITS: Cell<u32> = const { Cell::new(0) };
    static NAMES: RefCell<Vec<&'static str>> = RefCell::new(vec!["first"]);
}

#[test]
fn each_thread_has_its_own() {
    both_worlds(|| {
        let visit = || {
            VISITS.set(VISITS.get() + 1);
            thread::yield_now();
            NAMES.with_borrow_mut(|names| names.push("next"));
            (VISITS.get(), NAMES.with_borrow(Vec::len))
        };
        let threads = [0; 3].map(|_| thread::spawn(visit));
        let seen = threads.map(|one| one.join().unwrap());
        assert_eq!(seen, [(1, 2); 3]);
        thread::spawn(move || {
            visit();
            assert_eq!((VISITS.replace(5), VISITS.take(), VISITS.get()), (1, 5, 0));
            assert_eq!(NAMES.replace(vec!["other"]), ["first", "next"]);
            assert_eq!(NAMES.take(), ["other"]);
            NAMES.set(vec![]);
            assert_eq!(NAMES.with(|names| names.borrow().len()), 0);
        })
        .join()
        .unwrap();
    });
}

/// Notes its name where it is dropped, and what another key says then.
struct Noted(&'static str, Arc<Mutex<Vec<String>>>);

labrt::thread_local! {
    static OLDER: RefCell<Option<Noted>> = const { RefCell::new(None) };
    static YOUNGER: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

impl Drop for Noted {
    fn drop(&mut self) {
        let Noted(name, noted) = self;
        let own = match *name {
            "older" => OLDER.try_with(|_| ()),
            _ => YOUNGER.try_with(|_| ()),
        };
        assert_eq!(own, Err(AccessError), "it is being dropped");
        noted.lock().push(name.to_string());
    }
}

#[test]
fn a_thread_s_values_end_with_it() {
    both_worlds_with_panics(|| {
        let noted = Arc::new(Mutex::new(Vec::new()));
        for panics in [false, true] {
            let noted2 = Arc::clone(&noted);
            let thread = thread::spawn(move || {
                OLDER.set(Some(Noted("older", Arc::clone(&noted2))));
                YOUNGER.set(Some(Noted("younger", noted2)));
                assert!(!panics, "on purpose");
            });
            assert_eq!(thread.join().is_err(), panics);
            assert_eq!(std::mem::take(&mut *noted.lock()), ["younger", "older"]);
        }
    });
}

/// A thread whose destructor panics ends like one that panics, and leaves nothing to the next.
#[test]
fn a_value_s_destructor_may_panic() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    labrt::thread_local! {
        static LOUD: RefCell<Option<Panics>> = const { RefCell::new(None) };
    }
    for seed in 0..8 {
        let simulation = labrt::Simulation::new(seed).panics_end_run(false);
        let ended = simulation.run(|| {
            let threads = [0; 3].map(|_| {
                thread::spawn(|| {
                    VISITS.set(1);
                    LOUD.with_borrow_mut(|loud| assert!(loud.replace(Panics).is_none()));
                })
                .join()
                .is_err()
            });
            let after = thread::spawn(|| VISITS.get()).join().unwrap();
            (threads, after)
        });
        assert_eq!(ended.outcome, Ok(([true; 3], 0)));
    }
}
