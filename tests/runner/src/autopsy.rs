//! What led to a worker's death. It took the events of its run along; but a simulated run follows
//! from its seed, so it can be run again up to any moment before.

use super::dialogue::State;
use super::pool::{Stderr, Worker};
use super::trial::{self, FailureReport, Manner, NEAR, Outcome};
use super::wire::Job;
use std::io;
use std::time::Duration;
use suites::trace::Trace;
use suites::{TIME_LIMIT, cases};

/// Adds to the failure of a run whose process died the events that led to it; the trace of those.
pub(super) fn examine(
    place: usize,
    seed: u64,
    how: &Manner,
    report: &mut FailureReport,
) -> Option<Trace> {
    // Without events the story is shorter, but no less true.
    let traced = life_before_death(place, seed, how).ok()?;
    let trace = traced.trace.clone();
    trial::tell(report, (cases::at(place)?, seed), traced, &how.pages);
    trace
}

/// Halves the time between a moment that the run lives to see and one that it does not.
fn life_before_death(place: usize, seed: u64, how: &Manner) -> io::Result<Outcome> {
    let (mut alive, mut dead) = (Duration::ZERO, TIME_LIMIT);
    let mut longest = Outcome::default();
    let mut worker = Worker::start(Stderr::Swallowed)?;
    while dead - alive > NEAR {
        let until = (alive + dead) / 2;
        let mut job = Job {
            case: place,
            first: seed,
            count: 1,
            how: Manner {
                trace: true,
                prints: false,
                until: Some(until),
                ..how.clone()
            },
        };
        match worker.work(&mut job, |_, outcome, _| longest = outcome) {
            Ok(State::Fit) => alive = until,
            Ok(State::Spent) => break,
            Err(error) => {
                dead = until;
                let next = Worker::start(Stderr::Swallowed)?;
                std::mem::replace(&mut worker, next).reap(Some(&error));
            }
        }
    }
    worker.reap(None);
    Ok(longest)
}
