//! Looks for the simplest run that fails: under other seeds, and with fewer surprises in the order
//! of threads. A run that fails sooner has less before it to be read.

use super::options::{Options, Schedule, Selection};
use super::pool::{self, Stderr};
use super::trial::{Manner, Outcome};
use labrt::harness::Mutex;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use suites::cases::Case;

/// Seeds that are tried with each strategy.
const SEEDS: u64 = 200;

/// From the least surprising schedule to the most.
const SCHEDULES: [Schedule; 3] = [Schedule::Fifo, Schedule::Pct, Schedule::Random];

/// A run that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Failing {
    /// When it fails, in virtual time.
    at: Duration,
    /// The strategy's place in `SCHEDULES`.
    schedule: usize,
    seed: u64,
}

/// How to see the simplest failing run of `case` that was found, if one fails at all. `place` is
/// the case's among all.
pub(super) fn simplest(
    (place, case): (usize, &'static Case),
    options: &Options,
    how: Manner,
    workers: usize,
) -> std::io::Result<Option<String>> {
    let best: Arc<Mutex<Option<Failing>>> = Arc::default();
    for (schedule, strategy) in SCHEDULES.into_iter().enumerate() {
        let selection = Selection {
            seeds: SEEDS.min(u64::MAX - options.selection.seed),
            ..options.selection.clone()
        };
        let jobs = super::jobs(
            &selection,
            &[(place, case)],
            Manner {
                strategy,
                tell: false,
                ..how
            },
            workers as u64,
        );
        let sink = best.clone();
        let add = move |_, seed, outcome: Outcome, _| {
            if outcome.failure.is_some_and(|told| !told.died) {
                let at = outcome.duration;
                let found = Failing { at, schedule, seed };
                let mut best = sink.lock();
                *best = Some(best.map_or(found, |known| known.min(found)));
            }
            ControlFlow::Continue(())
        };
        pool::run(jobs, workers, Stderr::Swallowed, Arc::new(add))?;
    }
    let best = *best.lock();
    Ok(best.map(|Failing { at, schedule, seed }| {
        let mut options = options.clone();
        options.selection.strategy = SCHEDULES[schedule];
        format!(
            "the simplest failing run of {} ends after {:.3} s: \
             make test-{} FILTER={} SEED={seed}{}",
            SEEDS * SCHEDULES.len() as u64,
            at.as_secs_f64(),
            case.part,
            case.name,
            options.to_repeat()
        )
    }))
}
