//! What is done once, as std's, with initialisers that wait; and barriers.

use crate::{MS, both_worlds, both_worlds_with_panics};
use labrt::sync::{Arc, Barrier, LazyLock, Mutex, Once, OnceLock, Weak};
use labrt::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What each of some threads returns that do `work` at the same time.
fn three<T, F>(work: F) -> Vec<T>
where
    T: Send + 'static,
    F: Fn() -> T + Send + Sync + 'static,
{
    let work = Arc::new(work);
    let threads = [0; 3].map(|_| {
        let work = Arc::clone(&work);
        thread::spawn(move || work())
    });
    threads.into_iter().map(|one| one.join().unwrap()).collect()
}

/// Counts its calls, and takes its time.
fn slowly(calls: &Mutex<u32>) -> u32 {
    *calls.lock() += 1;
    thread::sleep(MS);
    7
}

#[test]
fn a_lazy_value_is_made_once() {
    both_worlds(|| {
        let calls = Arc::new(Mutex::new(0));
        let calls2 = Arc::clone(&calls);
        let lazy = LazyLock::new(move || slowly(&calls2));
        assert_eq!(format!("{lazy:?}"), "LazyLock(<uninit>)");
        assert_eq!(three(move || *lazy), [7; 3]);
        assert_eq!(*calls.lock(), 1);
        assert_eq!(*LazyLock::<u32>::default(), 0);
    });
}

#[test]
fn a_panic_poisons_a_lazy_value() {
    both_worlds_with_panics(|| {
        let lazy: LazyLock<u32> = LazyLock::new(|| panic!("on purpose"));
        let look = || catch_unwind(AssertUnwindSafe(|| *lazy)).unwrap_err();
        assert_eq!(look().downcast_ref(), Some(&"on purpose"));
        let again = look();
        let text = again.downcast_ref::<&str>().copied();
        let text = text.or(again.downcast_ref::<String>().map(String::as_str));
        assert_eq!(text, Some("LazyLock instance has previously been poisoned"));
    });
}

#[test]
fn a_cell_is_written_once() {
    both_worlds(|| {
        let calls = Arc::new(Mutex::new(0));
        let cell = Arc::new(OnceLock::new());
        let (calls2, cell2) = (Arc::clone(&calls), Arc::clone(&cell));
        let seen = three(move || *cell2.get_or_init(|| slowly(&calls2)));
        assert_eq!((seen, *calls.lock()), (vec![7; 3], 1));
        assert_eq!((cell.get(), cell.set(8)), (Some(&7), Err(8)));
        let mut copy = OnceLock::clone(&cell);
        assert_eq!(copy, *cell);
        *copy.get_mut().unwrap() = 9;
        assert_eq!(
            (copy.take(), copy.take(), copy.set(1)),
            (Some(9), None, Ok(()))
        );
        assert_eq!(copy.into_inner(), Some(1));
        assert_eq!(OnceLock::from(3).get(), Some(&3));
    });
}

/// Of several writers one succeeds, also against an initialiser that is at work.
#[test]
fn a_set_waits_for_an_initialiser() {
    both_worlds(|| {
        let cell = Arc::new(OnceLock::new());
        let cell2 = Arc::clone(&cell);
        let (begun, began) = labrt::channel::bounded(1);
        let maker = thread::spawn(move || {
            *cell2.get_or_init(|| {
                begun.send(()).unwrap();
                thread::sleep(MS);
                1
            })
        });
        let waiter = thread::spawn({
            let cell = Arc::clone(&cell);
            move || *cell.wait()
        });
        began.recv().unwrap();
        assert_eq!(cell.set(2), Err(2));
        assert_eq!((maker.join().unwrap(), waiter.join().unwrap()), (1, 1));
    });
}

#[test]
fn a_panic_leaves_a_cell_empty() {
    both_worlds_with_panics(|| {
        let cell = OnceLock::new();
        let failed = catch_unwind(AssertUnwindSafe(|| {
            *cell.get_or_init(|| panic!("on purpose"))
        }));
        assert!(failed.is_err() && cell.get().is_none());
        assert_eq!(cell.get_or_init(|| 5), &5);
    });
}

#[test]
fn once_is_once() {
    both_worlds(|| {
        let calls = Arc::new(Mutex::new(0));
        let once = Arc::new(Once::new());
        assert!(!once.is_completed());
        let (calls2, once2) = (Arc::clone(&calls), Arc::clone(&once));
        let waiter = thread::spawn(move || {
            once2.wait();
            once2.wait_force();
            *calls2.lock()
        });
        let calls2 = Arc::clone(&calls);
        three(move || {
            once.call_once(|| assert_eq!(slowly(&calls2), 7));
            assert!(once.is_completed());
            assert_eq!(*calls2.lock(), 1);
        });
        assert_eq!(waiter.join().unwrap(), 1);
    });
}

#[test]
fn a_panic_poisons_once() {
    both_worlds_with_panics(|| {
        let once = Arc::new(Once::new());
        let attempt = |f: fn()| catch_unwind(AssertUnwindSafe(|| once.call_once(f)));
        assert!(attempt(|| panic!("on purpose")).is_err());
        assert!(attempt(|| ()).is_err(), "poisoned");
        assert!(catch_unwind(AssertUnwindSafe(|| once.wait())).is_err());
        let patient = Arc::clone(&once);
        let patient = thread::spawn(move || patient.wait_force());
        let mut poisoned = false;
        once.call_once_force(|state| poisoned = state.is_poisoned());
        assert!(poisoned && once.is_completed());
        patient.join().unwrap();
        attempt(|| panic!("it is done")).unwrap();
    });
}

#[test]
fn threads_meet_at_a_barrier() {
    both_worlds(|| {
        let (arrived, barrier) = (Mutex::new(0), Barrier::new(3));
        let leaders = three(move || {
            (1..=4).fold(0, |led, round| {
                *arrived.lock() += 1;
                let leads = barrier.wait().is_leader();
                assert!(*arrived.lock() >= 3 * round, "not all of them had arrived");
                led + u32::from(leads)
            })
        });
        assert_eq!(leaders.iter().sum::<u32>(), 4, "one for each meeting");
        assert!(Barrier::new(1).wait().is_leader());
    });
}

/// Shared values, which are std's own.
#[test]
fn counts_are_kept() {
    both_worlds(|| {
        let value = Arc::new(7);
        let weak: Weak<u32> = Arc::downgrade(&value);
        let value2 = Arc::clone(&value);
        assert_eq!(thread::spawn(move || *value2).join().unwrap(), 7);
        assert_eq!(
            (Arc::strong_count(&value), weak.upgrade()),
            (1, Some(Arc::clone(&value)))
        );
        drop(value);
        assert_eq!(weak.upgrade(), None);
    });
}
