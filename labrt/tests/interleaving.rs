//! What the simulation sees: at which operations another thread may come in between.
//!
//! Two threads each read a number, do the operation, and write back one more. If an increment is
//! lost under some seed, the other thread ran at the operation. Each item of the face is either
//! here, or says in its documentation that it is no scheduling point, and is among the exceptions.

use labrt::channel::{self, Select, after, at, bounded, never, select, tick, unbounded};
use labrt::sync::atomic::{self, Ordering::SeqCst};
use labrt::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, Weak};
use labrt::time::{Duration, Instant, since_start};
use labrt::{Simulation, Strategy, rand, thread};
use std::cell::Cell;
use std::sync::atomic::AtomicU32;

const US: Duration = Duration::from_micros(1);

/// Under how many of the seeds an increment was lost while `operation` was done in between.
fn lost<V: Send + Sync + 'static>(
    strategy: Strategy,
    seeds: u64,
    make: fn() -> V,
    operation: fn(&V),
) -> usize {
    let of_seed = |seed: &u64| {
        let simulation = Simulation::new(*seed).strategy(strategy);
        let sum = simulation.run(move || {
            let shared = Arc::new((make(), AtomicU32::new(0)));
            let threads = [0; 2].map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    for _ in 0..10 {
                        let (value, sum) = &*shared;
                        let before = sum.load(SeqCst);
                        operation(value);
                        sum.store(before + 1, SeqCst);
                    }
                })
            });
            threads.into_iter().for_each(|one| one.join().unwrap());
            shared.1.load(SeqCst)
        });
        sum.outcome.unwrap() < 20
    };
    (0..seeds).filter(of_seed).count()
}

/// Both kinds of strategy let another thread in.
#[track_caller]
fn interleaves<V: Send + Sync + 'static>(make: fn() -> V, operation: fn(&V)) {
    let pct = Strategy::Pct {
        depth: 3,
        interval: 50,
    };
    let random = lost(Strategy::default(), 200, make, operation);
    assert!(random > 0, "at random");
    assert!(lost(pct, 200, make, operation) > 0, "by priorities");
}

/// No strategy does.
#[track_caller]
fn is_no_point<V: Send + Sync + 'static>(make: fn() -> V, operation: fn(&V)) {
    let wild = Strategy::Random { preempt: 1.0 };
    assert_eq!(lost(wild, 50, make, operation), 0);
}

/// Checks each operation, on a value that the threads share.
macro_rules! each {
    ($check:ident: $($value:expr => |$shared:pat_param| $operation:expr),+ $(,)?) => {
        $($check(|| $value, |$shared| { let _ = $operation; });)+
    };
}

/// A lost update, as a student would write it.
#[test]
fn an_update_lost_between_load_and_store_is_found() {
    let lost = |strategy| {
        let of_seed = |seed: &u64| {
            let sum = Simulation::new(*seed).strategy(strategy).run(|| {
                let sum = Arc::new(atomic::AtomicU64::new(0));
                let threads = [0; 2].map(|_| {
                    let sum = Arc::clone(&sum);
                    thread::spawn(move || {
                        for _ in 0..20 {
                            let before = sum.load(SeqCst);
                            sum.store(before + 1, SeqCst);
                        }
                    })
                });
                threads.into_iter().for_each(|one| one.join().unwrap());
                sum.load(SeqCst)
            });
            sum.outcome.unwrap() < 40
        };
        (0..1000).filter(of_seed).count()
    };
    assert!(lost(Strategy::default()) > 0, "at random");
    assert!(lost(Strategy::pct(3)) > 0, "by priorities");
}

macro_rules! integers {
    ($($Atomic:ident),+) => {
        #[test]
        fn atomic_integers() {
            each!(interleaves: $(
                atomic::$Atomic::new(0) => |atomic| drop(atomic.load(SeqCst).to_string()),
                atomic::$Atomic::new(0) => |atomic| atomic.store(1, SeqCst),
                atomic::$Atomic::new(0) => |atomic| assert!(atomic.fetch_add(1, SeqCst) < 99)
            ),+);
        }
    };
}

integers!(
    AtomicU8,
    AtomicU16,
    AtomicU32,
    AtomicU64,
    AtomicUsize,
    AtomicI8,
    AtomicI16,
    AtomicI32,
    AtomicI64,
    AtomicIsize
);

#[test]
fn atomics_of_other_kinds() {
    each!(interleaves:
        atomic::AtomicBool::new(true) => |atomic| assert!(atomic.load(SeqCst)),
        atomic::AtomicBool::new(true) => |atomic| drop(format!("{atomic:?}")),
        atomic::AtomicPtr::<u8>::default() => |atomic| assert!(atomic.load(SeqCst).is_null()),
        () => |()| atomic::fence(SeqCst),
        atomic::AtomicU32::new(1) => |atomic| drop(atomic.swap(1, SeqCst).to_string()),
        atomic::AtomicU32::new(1) => |atomic| {
            atomic.compare_exchange(1, 1, SeqCst, SeqCst).unwrap();
        },
        atomic::AtomicU32::new(1) => |atomic| {
            while atomic.compare_exchange_weak(1, 1, SeqCst, SeqCst).is_err() {}
        },
        atomic::AtomicU32::new(1) => |atomic| {
            atomic.fetch_update(SeqCst, SeqCst, |_| None).unwrap_err();
        },
    );
}

#[test]
fn locks() {
    each!(interleaves:
        Mutex::new(0) => |lock| *lock.lock() += 1,
        Mutex::new(0) => |lock| drop(lock.try_lock()),
        RwLock::new(0) => |lock| *lock.write() += 1,
        RwLock::new(0) => |lock| assert!(*lock.read() == 0),
        RwLock::new(0) => |lock| drop(lock.try_read()),
        Condvar::new() => |changed| assert!(!changed.notify_one()),
        Condvar::new() => |changed| assert!(changed.notify_all() == 0),
        (Mutex::new(0), Condvar::new()) => |(lock, changed)| {
            assert!(changed.wait_for(&mut lock.lock(), US).timed_out());
        },
    );
}

#[test]
fn what_is_done_once() {
    each!(interleaves:
        OnceLock::from(1) => |cell| assert_eq!(cell.get(), Some(&1)),
        OnceLock::from(1) => |cell| assert_eq!(cell.set(2), Err(2)),
        OnceLock::new() => |cell| assert_eq!(cell.get_or_init(|| 1), &1),
        LazyLock::<u32>::default() => |lazy| assert_eq!(**lazy, 0),
        Once::new() => |once| once.call_once(|| ()),
        Once::new() => |once| assert!(!once.is_completed()),
        Barrier::new(2) => |barrier| drop(format!("{:?}", barrier.wait())),
    );
}

#[test]
fn threads() {
    each!(interleaves:
        () => |()| thread::spawn(|| ()).join().unwrap(),
        () => |()| drop(thread::Builder::new().spawn(|| ()).unwrap()),
        () => |()| thread::scope(|scope| drop(scope.spawn(|| ()))),
        () => |()| thread::sleep(US),
        () => |()| thread::yield_now(),
        () => |()| thread::park_timeout(US),
        () => |()| { thread::current().unpark(); thread::park(); },
        thread::current() => |thread| thread.unpark(),
    );
}

#[test]
fn channels() {
    each!(interleaves:
        unbounded() => |(sender, _receiver)| sender.send(1).unwrap(),
        bounded(1) => |(sender, _receiver)| sender.try_send(1),
        unbounded::<u32>() => |(_sender, receiver)| assert!(receiver.try_recv().is_err()),
        unbounded::<u32>() => |(_sender, receiver)| assert!(receiver.recv_timeout(US).is_err()),
        unbounded::<u32>() => |(_sender, receiver)| assert!(receiver.try_iter().next().is_none()),
        () => |()| assert!(after(US).recv().is_ok()),
        () => |()| assert!(at(Instant::now()).recv().is_ok()),
        () => |()| assert!(tick(US).recv().is_ok()),
        () => |()| assert!(never::<u32>().recv_timeout(US).is_err()),
        unbounded::<u32>() => |(_sender, receiver)| select! {
            recv(receiver) -> _ => {}
            default => {}
        },
        unbounded::<u32>() => |(_sender, receiver)| {
            let mut select = Select::new();
            select.recv(receiver);
            assert!(select.try_select().is_err());
        },
    );
}

labrt::thread_local! {
    static MINE: Cell<u32> = const { Cell::new(0) };
}

/// What others cannot see, or what only looks.
#[test]
fn what_is_no_scheduling_point() {
    each!(is_no_point:
        () => |()| MINE.set(MINE.get() + 1),
        Arc::new(1) => |one| drop(Arc::clone(one)),
        (Arc::new(1), Weak::<u32>::new()) => |(one, weak)| {
            assert!(Arc::downgrade(one).upgrade().is_some() && weak.upgrade().is_none());
        },
        Instant::now() => |begin| assert!(begin.elapsed() <= since_start()),
        () => |()| assert!(rand::random_range(0..5) < 5 || rand::random_bool(0.5)),
        () => |()| drop(rand::random::<u64>().to_string()),
        () => |()| drop(thread::current().name().map(str::to_string)),
        () => |()| assert!(!thread::panicking()),
        channel::bounded::<u32>(1) => |(sender, receiver)| {
            assert!(!sender.is_full() && receiver.is_empty());
        },
    );
}
