//! Real threads that save at once, while the harness looks, watches and fences.

use bytes::Bytes;
use labrt::thread;
use persister::Persister;
use persister::harness::{Disk, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const SAVERS: u64 = 4;
/// Saves before the disk is fenced.
const SAVES: u64 = 500;

/// State and snapshot belong together, whoever saves and whenever the disk is fenced; a fenced disk
/// does not change, and its copy has all that was saved before.
#[test]
fn saves_of_many_threads_and_a_crash() {
    let disk = Arc::new(Disk::owned_by("n0"));
    let seen = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&seen);
    disk.on_save(Arc::new(move |save| {
        if save.moment == Moment::After {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let fenced = Arc::new(AtomicBool::new(false));
    let savers: Vec<_> = (0..SAVERS)
        .map(|saver| {
            let (persister, fenced) = (disk.persister(), Arc::clone(&fenced));
            thread::spawn(move || {
                let mut number = 0u64;
                let mut save = || {
                    number += 1;
                    let snapshot = Bytes::from(format!("{saver} {number}"));
                    persister.save(&(saver, number), &snapshot);
                };
                while !fenced.load(Ordering::Acquire) {
                    save();
                }
                (0..10).for_each(|_| save());
            })
        })
        .collect();

    // The harness looks while they save, and fences the disk in the midst of it.
    let persister = disk.persister();
    while disk.saves() < SAVES {
        is_consistent(&persister);
        thread::yield_now();
    }
    let next = Arc::new(disk.fence_and_copy());
    let (left, saves) = (persister.read_state::<(u64, u64)>(), disk.saves());
    let copy = next.persister();
    assert_eq!((copy.read_state(), next.saves()), (left, saves));
    copy.save(&(9u64, 9u64), &Bytes::from_static(b"9 9"));
    fenced.store(true, Ordering::Release);

    for saver in savers {
        saver.join().expect("a saver only saves");
    }
    is_consistent(&persister);
    is_consistent(&copy);
    assert_eq!(
        (persister.read_state(), disk.saves()),
        (left, saves),
        "fenced"
    );
    assert_eq!(next.saves(), saves + 1);
    let seen = seen.load(Ordering::Relaxed);
    assert_eq!(
        seen, saves,
        "the observer was told of each save that took place, and no other"
    );
}

/// State and snapshot come from the same save.
fn is_consistent(persister: &Persister) {
    let snapshot = persister.read_snapshot();
    let state = persister.read_state::<(u64, u64)>();
    // No two saves are alike: the same snapshot before and after means that nobody saved between.
    if persister.read_snapshot() == snapshot {
        let expected = state.map_or(String::new(), |(saver, number)| format!("{saver} {number}"));
        assert_eq!(snapshot, expected);
    }
}
