//! One program, two worlds: what code under test may rely on holds on real threads and in
//! simulations alike. Each test is one body, run once in real time and under many seeds.
//!
//! | file | whose face |
//! | --- | --- |
//! | `locks` | `parking_lot`: mutex, reader-writer lock, condition variable |
//! | `rwlocks` | `parking_lot`: who goes first at a reader-writer lock |
//! | `atomics`, `once` | `std::sync`: atomics; cells, lazy values, barriers |
//! | `channels` | `crossbeam_channel`: bounded, unbounded, without capacity |
//! | `select` | `crossbeam_channel`: `select!`, `after`, `tick` |
//! | `select_by_hand` | `crossbeam_channel`: `Select` |
//! | `random` | `rand` |
//! | `threads` | `std::thread` and `std::time` |
//! | `scopes` | `std::thread`: scoped threads, thread-locals |

mod atomics;
mod channels;
#[path = "../common/mod.rs"]
mod common;
mod locks;
mod once;
mod random;
mod rwlocks;
mod scopes;
mod select;
mod select_by_hand;
mod threads;

use common::{run, sim};
use labrt::harness::is_simulated;
use labrt::time::{Duration, Instant};
use std::sync::Arc;

pub(crate) const MS: Duration = Duration::from_millis(1);

/// Far beyond the end of every test that passes.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// Runs `test` on real threads, then under several seeds and all strategies. A panic which the
/// test does not `join` away ends it.
pub(crate) fn both_worlds(test: impl Fn() + Send + Sync + 'static) {
    in_both_worlds(test, true);
}

/// The same for tests in which threads panic on purpose.
pub(crate) fn both_worlds_with_panics(test: impl Fn() + Send + Sync + 'static) {
    in_both_worlds(test, false);
}

fn in_both_worlds(test: impl Fn() + Send + Sync + 'static, panics_end_run: bool) {
    let test = Arc::new(test);
    test();
    for seed in 0..24 {
        let test = Arc::clone(&test);
        run(sim(seed).panics_end_run(panics_end_run), move || test());
    }
}

/// Checks that `time` has passed since `begin`: to the small cost of running in a simulation, and
/// not less on real threads, where a busy machine may take longer.
#[track_caller]
pub(crate) fn assert_passed(begin: Instant, time: Duration) {
    let passed = begin.elapsed();
    let slack = if is_simulated() { MS / 2 } else { LONG / 2 };
    assert!(
        time <= passed && passed <= time + slack,
        "{passed:?} passed instead of {time:?}"
    );
}
