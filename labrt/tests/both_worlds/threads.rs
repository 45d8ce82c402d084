//! Threads and the clock, as std's.

use crate::{LONG, MS, assert_passed, both_worlds, both_worlds_with_panics};
use labrt::sync::Arc;
use labrt::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use labrt::thread;
use labrt::time::{Duration, Instant, since_start};

#[test]
fn join_returns_the_result() {
    both_worlds(|| {
        let threads: Vec<_> = (0..5).map(|n| thread::spawn(move || n * n)).collect();
        let results: Vec<u32> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        assert_eq!(results, [0, 1, 4, 9, 16]);
    });
}

#[test]
fn join_returns_the_panic() {
    both_worlds_with_panics(|| {
        let fixed = thread::spawn(|| panic!("as it stands")).join().unwrap_err();
        assert_eq!(fixed.downcast_ref(), Some(&"as it stands"));
        let number = 7;
        let made = thread::spawn(move || panic!("made of {number}"));
        let payload = made.join().unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&String::from("made of 7")));
        let value = thread::spawn(|| std::panic::panic_any(7u8)).join();
        assert_eq!(value.unwrap_err().downcast_ref(), Some(&7u8));
    });
}

#[test]
fn a_panic_runs_destructors() {
    struct Counts(Arc<AtomicU32>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    both_worlds_with_panics(|| {
        let dropped = Arc::new(AtomicU32::new(0));
        let counts = Counts(Arc::clone(&dropped));
        let victim = thread::spawn(move || {
            let _inside = Counts(Arc::clone(&counts.0));
            assert!(!thread::panicking(), "on purpose, but later");
            panic!("on purpose");
        });
        assert!(victim.join().is_err());
        assert_eq!(dropped.load(Ordering::SeqCst), 2);
    });
}

/// A thread may be in the middle of a panic while others run; those do not panic.
#[test]
fn only_who_panics_is_panicking() {
    struct Lingers(Arc<AtomicBool>);
    impl Drop for Lingers {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
            (0..50).for_each(|_| thread::yield_now());
            assert!(thread::panicking());
        }
    }
    both_worlds_with_panics(|| {
        let begun = Arc::new(AtomicBool::new(false));
        let lingers = Lingers(Arc::clone(&begun));
        let victim = thread::spawn(move || {
            let _lingers = lingers;
            panic!("on purpose");
        });
        while !begun.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        while !victim.is_finished() {
            assert!(!thread::panicking());
            thread::yield_now();
        }
        assert!(victim.join().is_err());
    });
}

#[test]
fn threads_have_names() {
    both_worlds(|| {
        let own_name = || thread::current().name().map(String::from);
        let named = thread::Builder::new().name("ticker".into());
        let named = named.stack_size(1 << 20).spawn(own_name).unwrap();
        assert_eq!(named.thread().name(), Some("ticker"));
        let id = named.thread().id();
        assert_ne!(id, thread::current().id());
        assert_eq!(named.join().unwrap().as_deref(), Some("ticker"));

        let other = thread::spawn(|| thread::current().id());
        let its_id = other.thread().id();
        assert_eq!(other.join().unwrap(), its_id);
        assert_eq!(thread::current().id(), thread::current().id());
    });
}

#[test]
fn is_finished_tells_the_end() {
    both_worlds(|| {
        let go = Arc::new(AtomicBool::new(false));
        let go2 = Arc::clone(&go);
        let thread = thread::spawn(move || {
            while !go2.load(Ordering::SeqCst) {
                thread::sleep(MS);
            }
        });
        assert!(!thread.is_finished());
        go.store(true, Ordering::SeqCst);
        while !thread.is_finished() {
            thread::sleep(MS);
        }
        thread.join().unwrap();
    });
}

/// What was unparked before it parks does not wait; permits do not add up.
#[test]
fn an_unpark_is_kept() {
    both_worlds(|| {
        thread::current().unpark();
        thread::current().unpark();
        thread::park();
        let begin = Instant::now();
        thread::park_timeout(5 * MS);
        assert_passed(begin, 5 * MS);
    });
}

#[test]
fn an_unpark_ends_a_park() {
    both_worlds(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let ready2 = Arc::clone(&ready);
        let sleeper = thread::spawn(move || {
            while !ready2.load(Ordering::SeqCst) {
                thread::park();
            }
            thread::park_timeout(LONG);
        });
        thread::sleep(MS);
        ready.store(true, Ordering::SeqCst);
        let begin = Instant::now();
        while !sleeper.is_finished() {
            sleeper.thread().unpark();
            thread::sleep(MS);
        }
        assert!(begin.elapsed() < LONG / 2);
        sleeper.join().unwrap();
    });
}

#[test]
fn a_sleep_takes_its_time() {
    both_worlds(|| {
        let begin = Instant::now();
        thread::sleep(10 * MS);
        assert_passed(begin, 10 * MS);
        thread::sleep(Duration::ZERO);
        assert_passed(begin, 10 * MS);
    });
}

/// Ten threads sleep at the same time, not one after another.
#[test]
fn sleeps_overlap() {
    both_worlds(|| {
        let begin = Instant::now();
        let sleepers = [(); 10].map(|()| thread::spawn(|| thread::sleep(10 * MS)));
        sleepers.into_iter().for_each(|one| one.join().unwrap());
        assert_passed(begin, 10 * MS);
    });
}

#[test]
fn moments_can_be_reckoned_with() {
    both_worlds(|| {
        let (begin, ran) = (Instant::now(), since_start());
        let later = begin + 5 * MS;
        assert!(later > begin);
        assert_eq!(later - begin, 5 * MS);
        assert_eq!(begin - later, Duration::ZERO, "saturates, as std's");
        assert_eq!(begin.checked_duration_since(later), None);
        assert_eq!(later - 5 * MS, begin);
        assert!(begin.checked_sub(10 * LONG).is_some(), "ten minutes ago");
        assert_eq!(begin.checked_add(Duration::MAX), None);
        let mut moment = begin;
        moment += 7 * MS;
        moment -= 2 * MS;
        assert_eq!(moment, later);
        thread::sleep(MS);
        assert!(Instant::now() > begin && since_start() >= ran + MS);
    });
}
