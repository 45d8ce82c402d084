//! Atomics, as std's: whatever is done to both, both hold the same.

use crate::both_worlds;
use labrt::sync::Arc;
use labrt::sync::atomic::{
    self, AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8,
    AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
};
use labrt::thread;
use std::sync::atomic as std_atomic;

/// Does the same to an atomic and to std's, and compares what each returns.
macro_rules! alike {
    ($ours:ident, $theirs:ident, $($operation:ident($($argument:expr),*)),+ $(,)?) => {$(
        assert_eq!(
            $ours.$operation($($argument),*),
            $theirs.$operation($($argument),*),
            stringify!($operation)
        );
    )+};
}

macro_rules! integers {
    ($($Atomic:ident $Value:ident),+ $(,)?) => {
        #[test]
        fn integers_are_std_s() {
            both_worlds(|| {$(
                let (mut ours, mut theirs) = ($Atomic::new(7), std_atomic::$Atomic::new(7));
                assert_eq!($Atomic::default().load(SeqCst), 0);
                alike!(ours, theirs,
                    load(Acquire), store(100, Release), swap(3, AcqRel),
                    compare_exchange(3, 4, SeqCst, Relaxed),
                    compare_exchange(3, 5, SeqCst, Relaxed),
                    fetch_add($Value::MAX, SeqCst), fetch_sub(9, SeqCst),
                    fetch_and(0b1101, Relaxed), fetch_nand(0b0110, Relaxed),
                    fetch_or(0b0011, Relaxed), fetch_xor(0b0101, Relaxed),
                    fetch_max(90, Relaxed), fetch_min(60, Relaxed),
                    fetch_update(AcqRel, Acquire, |value| value.checked_sub(50)),
                    fetch_update(AcqRel, Acquire, |_| None),
                    load(SeqCst), get_mut()
                );
                while ours.compare_exchange_weak(10, 20, SeqCst, SeqCst).is_err() {}
                assert_eq!(format!("{ours:?}"), "20");
                assert_eq!($Atomic::from(5).into_inner(), 5);
            )+});
        }
    };
}

integers!(
    AtomicU8 u8, AtomicU16 u16, AtomicU32 u32, AtomicU64 u64, AtomicUsize usize,
    AtomicI8 i8, AtomicI16 i16, AtomicI32 i32, AtomicI64 i64, AtomicIsize isize,
);

#[test]
fn truth_values_are_std_s() {
    both_worlds(|| {
        let (mut ours, mut theirs) = (AtomicBool::default(), std_atomic::AtomicBool::default());
        alike!(
            ours,
            theirs,
            load(Acquire),
            store(true, Release),
            swap(false, AcqRel),
            compare_exchange(false, true, SeqCst, Relaxed),
            compare_exchange(false, true, SeqCst, Relaxed),
            fetch_and(false, SeqCst),
            fetch_nand(true, SeqCst),
            fetch_or(false, SeqCst),
            fetch_xor(true, SeqCst),
            fetch_not(SeqCst),
            fetch_update(SeqCst, SeqCst, |value| (!value).then_some(true)),
            load(SeqCst),
            get_mut()
        );
        assert!(ours.into_inner());
    });
}

#[test]
fn pointers_are_std_s() {
    both_worlds(|| {
        let (mut one, mut other) = (1, 2);
        let (first, second) = (&raw mut one, &raw mut other);
        let (mut ours, mut theirs) = (AtomicPtr::new(first), std_atomic::AtomicPtr::new(first));
        alike!(
            ours,
            theirs,
            load(Acquire),
            swap(second, AcqRel),
            store(first, Release),
            compare_exchange(second, first, SeqCst, SeqCst),
            compare_exchange(first, second, SeqCst, SeqCst),
            fetch_update(SeqCst, SeqCst, |at| (at == second).then_some(first)),
            load(SeqCst),
            get_mut()
        );
        assert_eq!(format!("{ours:p}"), format!("{first:p}"));
        assert!(AtomicPtr::<u8>::default().into_inner().is_null());
    });
}

#[test]
fn nothing_is_lost_that_is_added_in_one_step() {
    both_worlds(|| {
        let sum = Arc::new(AtomicU32::new(0));
        let adders = [0; 4].map(|_| {
            let sum = Arc::clone(&sum);
            thread::spawn(move || {
                for _ in 0..25 {
                    sum.fetch_add(1, Relaxed);
                    let more = |sum| Some(sum + 1);
                    sum.fetch_update(Relaxed, Relaxed, more).unwrap();
                }
            })
        });
        adders.into_iter().for_each(|adder| adder.join().unwrap());
        atomic::fence(SeqCst);
        assert_eq!(sum.load(Relaxed), 200);
    });
}
