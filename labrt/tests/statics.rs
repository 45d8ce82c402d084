//! Statics belong to the run: a seed's run is the same after other seeds, and beside them.

#![cfg(target_os = "linux")] // elsewhere a static cannot be told from the rest

mod common;

use common::{run, sim};
use labrt::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::SeqCst};
use labrt::sync::{Arc, Barrier, LazyLock, Mutex, Once, OnceLock, RwLock};
use labrt::time::Duration;
use labrt::{Simulation, thread};

const MS: Duration = Duration::from_millis(1);

static COUNTER: AtomicU64 = AtomicU64::new(100);
static FLAG: AtomicBool = AtomicBool::new(true);
static POINTER: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static CELL: OnceLock<String> = OnceLock::new();
static LAZY: LazyLock<Mutex<Vec<u64>>> = LazyLock::new(|| Mutex::new(vec![COUNTER.load(SeqCst)]));
static ONCE: Once = Once::new();
static BARRIER: Barrier = Barrier::new(2);

/// Touches all of them from several threads; what it found.
fn touch_all(seed: u64) -> (Vec<u64>, u64, String) {
    assert!(FLAG.swap(false, SeqCst) && POINTER.load(SeqCst).is_null());
    POINTER.store(std::ptr::dangling_mut(), SeqCst);
    assert!(CELL.get().is_none() && !ONCE.is_completed());
    let threads = (0..4).map(|_| {
        thread::spawn(move || {
            ONCE.call_once(|| assert_eq!(COUNTER.fetch_add(1, SeqCst), 100));
            BARRIER.wait();
            let id = COUNTER.fetch_add(1, SeqCst);
            LAZY.lock().push(id);
            CELL.get_or_init(|| format!("seed {seed} and {id}"));
        })
    });
    let threads: Vec<_> = threads.collect();
    threads.into_iter().for_each(|one| one.join().unwrap());
    thread::spawn(|| BARRIER.wait()); // left in the middle of a meeting
    let cell = CELL.get().unwrap().clone();
    (LAZY.lock().clone(), COUNTER.load(SeqCst), cell)
}

#[test]
fn each_run_finds_its_statics_new() {
    for seed in 0..40 {
        let (ids, count, cell) = run(sim(seed), move || touch_all(seed));
        assert_eq!((ids.len(), count), (5, 105));
        assert!(cell.starts_with(&format!("seed {seed} and ")), "{cell}");
    }
    assert_eq!(COUNTER.load(SeqCst), 100, "the real world's own");
    assert!(CELL.get().is_none() && !ONCE.is_completed());
}

#[test]
fn a_seed_repeats_after_others() {
    let hash = |seed| sim(seed).run(move || touch_all(seed)).trace_hash;
    let alone: Vec<u64> = (0..8).map(hash).collect();
    let backwards: Vec<u64> = (0..8).rev().map(hash).collect();
    assert!(alone.iter().eq(backwards.iter().rev()));
}

#[test]
fn runs_side_by_side_do_not_share() {
    let threads: Vec<_> = (0..4)
        .map(|number| {
            std::thread::spawn(move || {
                (0..30)
                    .map(|seed| run(sim(seed), move || touch_all(number)))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        for (_, count, cell) in thread.join().unwrap() {
            assert_eq!(count, 105);
            assert!(cell.starts_with(&format!("seed {number} and ")), "{cell}");
        }
    }
}

/// What is no static is itself, in and after the run.
#[test]
fn only_statics_belong_to_the_run() {
    let count = Arc::new(AtomicU64::new(1));
    let cell = Arc::new(OnceLock::new());
    for seed in 0..3 {
        let (count, cell) = (Arc::clone(&count), Arc::clone(&cell));
        run(sim(seed), move || {
            count.fetch_add(1, SeqCst);
            cell.get_or_init(|| seed);
        });
    }
    assert_eq!((count.load(SeqCst), cell.get()), (4, Some(&0)));
}

/// What the real world has put into a cell before is there for all.
#[test]
fn a_run_finds_what_the_real_world_set() {
    static SETTING: OnceLock<u32> = OnceLock::new();
    SETTING.set(7).unwrap();
    assert_eq!(
        run(sim(1), || (SETTING.get(), SETTING.set(8))),
        (Some(&7), Err(8))
    );
}

/// A value in a static lock may be replaced, or taken out: it is known by itself, not by its place.
#[test]
fn a_value_may_leave_a_static() {
    struct State {
        count: AtomicU64,
        cell: OnceLock<u32>,
    }
    static STATE: std::sync::Mutex<Option<State>> = std::sync::Mutex::new(None);
    let fresh = || State {
        count: AtomicU64::new(0),
        cell: OnceLock::new(),
    };
    run(sim(0), move || {
        for round in 1..4 {
            *STATE.lock().unwrap() = Some(fresh());
            {
                let state = STATE.lock().unwrap();
                let state = state.as_ref().unwrap();
                assert_eq!(state.count.fetch_add(round, SeqCst), 0);
                assert_eq!(state.cell.get_or_init(|| 1), &1);
            }
            let mut state = STATE.lock().unwrap().take().unwrap();
            assert_eq!(state.count.load(SeqCst), round);
            assert_eq!(*state.count.get_mut(), round);
            assert_eq!(state.count.into_inner(), round);
            assert_eq!(state.cell.get(), Some(&1));
            assert_eq!(state.cell.take(), Some(1));
            assert_eq!(state.cell.into_inner(), None);
        }
    });
}

/// An initialiser that crashes with its node is begun again by another one.
#[test]
fn a_crash_poisons_nothing() {
    static SLOW: LazyLock<u32> = LazyLock::new(|| {
        thread::sleep(10 * MS);
        7
    });
    for seed in 0..20 {
        run(sim(seed), || {
            let node = labrt::Node::new("n0");
            node.spawn("first", || **std::hint::black_box(&SLOW));
            let second = thread::spawn(|| {
                thread::sleep(MS);
                *SLOW
            });
            thread::sleep(2 * MS);
            node.crash();
            assert_eq!(node.live_threads(), 0);
            assert_eq!(second.join().unwrap(), 7);
        });
    }
}

#[test]
fn an_initialiser_that_waits_for_itself_is_told() {
    static CIRCLE: LazyLock<u32> = LazyLock::new(|| *CIRCLE + 1);
    let failure = Simulation::new(1).run(|| *CIRCLE).outcome.unwrap_err();
    assert_eq!(failure.kind, labrt::FailureKind::Deadlock);
    let story = failure.to_string();
    assert!(story.contains("waits for that value meanwhile"), "{story}");
    assert!(story.contains("statics.rs"), "{story}");
}

/// What a static lock protects cannot be made anew for each run; that is told, once a lock.
#[test]
fn a_static_lock_is_told_of() {
    static LOCK: Mutex<u64> = Mutex::new(0);
    static RWLOCK: RwLock<u64> = RwLock::new(0);
    let report = Simulation::new(1).run(|| {
        let own = Mutex::new(0);
        for _ in 0..3 {
            *own.lock() += *LOCK.lock() + *RWLOCK.read();
            LAZY.lock().push(*RWLOCK.write());
        }
    });
    let told = |warning: &&String| warning.starts_with("static lock: the lock taken at ");
    assert_eq!(
        report.warnings.iter().filter(told).count(),
        2,
        "{:?}",
        report.warnings
    );
}
