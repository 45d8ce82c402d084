//! Looks for the smallest run that fails: first the simplest one, under other seeds and with fewer
//! surprises in the order of threads; then what that one needs of the faults and commands in it. A
//! run that fails sooner has less before it to be read.

use super::options::{Options, Schedule, Selection};
use super::pool::{self, Stderr};
use super::search::batch::{self, Batch};
use super::trial::{Manner, Outcome};
use super::wire::Job;
use labrt::Plan;
use labrt::harness::Mutex;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use suites::cases::Case;
use suites::trace::Failure;

/// Seeds that are tried with each strategy.
const SEEDS: u64 = 200;

/// Runs that are made to leave faults and commands out, at most.
const CUTS: usize = 600;

/// From the least surprising schedule to the most.
const SCHEDULES: [Schedule; 3] = [Schedule::Fifo, Schedule::Pct, Schedule::Random];

/// A run that fails.
#[derive(Clone, Debug)]
struct Failing {
    /// When it fails, in virtual time.
    at: Duration,
    /// The strategy's place in `SCHEDULES`.
    schedule: usize,
    seed: u64,
    failure: Failure,
}

impl Failing {
    fn rank(&self) -> (Duration, usize, u64) {
        (self.at, self.schedule, self.seed)
    }
}

/// The smallest failing run of `case` that was found, told, if one fails at all. `place` is the
/// case's among all.
pub(super) fn simplest(
    (place, case): (usize, &'static Case),
    options: &Options,
    how: &Manner,
    workers: usize,
) -> Result<Option<String>, String> {
    let Some(found) = look(place, case, options, how, workers)? else {
        return Ok(None);
    };
    let schedule = SCHEDULES[found.schedule];
    let batch = Batch::new(place, found.seed, Some(workers as u64)).with(schedule, how.faults);
    let (plan, words) = match reduce(&batch, &found.failure)? {
        Some((plan, [left, all])) => (
            Some(plan),
            format!("{left} of its {all} faults and commands are left"),
        ),
        None => (None, "it fails only as a whole".to_string()),
    };
    let mut options = options.clone();
    options.selection.strategy = schedule;
    options.selection.plan.clone_from(&plan);
    let again = format!(
        "make test-{} FILTER={} SEED={}{}",
        case.part,
        case.name,
        found.seed,
        options.to_repeat()
    );
    let outcome = batch.told(&plan.unwrap_or_default())?;
    let story = batch::story(case, found.seed, &outcome, &again).unwrap_or_default();
    Ok(Some(format!(
        "the simplest failing run of {} ends after {:.3} s; {words}:\n\n{story}",
        SEEDS * SCHEDULES.len() as u64,
        outcome.duration.as_secs_f64(),
    )))
}

/// The failing run that ends first, of many seeds and each strategy.
fn look(
    place: usize,
    case: &'static Case,
    options: &Options,
    how: &Manner,
    workers: usize,
) -> Result<Option<Failing>, String> {
    let best: Arc<Mutex<Option<Failing>>> = Arc::default();
    for (schedule, strategy) in SCHEDULES.into_iter().enumerate() {
        let selection = Selection {
            seeds: SEEDS.min(u64::MAX - options.selection.seed),
            ..options.selection.clone()
        };
        let manner = Manner {
            strategy,
            tell: false,
            ..how.clone()
        };
        let jobs = super::jobs(&selection, &[(place, case)], &manner, workers as u64);
        let sink = best.clone();
        let add = move |job: &Job, outcome: Outcome, _| {
            if let Some(told) = outcome.failure.filter(|told| !told.died) {
                let found = Failing {
                    at: outcome.duration,
                    schedule,
                    seed: job.first,
                    failure: told.failure,
                };
                let mut best = sink.lock();
                if best
                    .as_ref()
                    .is_none_or(|known| found.rank() < known.rank())
                {
                    *best = Some(found);
                }
            }
            ControlFlow::Continue(())
        };
        let done = pool::run(jobs, workers, Stderr::Swallowed, Arc::new(add));
        done.map_err(super::no_workers)?;
    }
    let best = best.lock().take();
    Ok(best)
}

/// Leaves out what the failure does not need: halves first, then smaller and smaller parts
/// (Zeller's delta debugging). What is left as a plan, and how much of how much that is; `None` if
/// nothing can go.
fn reduce(batch: &Batch, failure: &Failure) -> Result<Option<(Plan, [usize; 2])>, String> {
    let whole = batch.told(&Plan::default())?;
    let mut kept: Vec<u64> = whole.unusual.iter().map(|one| one.choice).collect();
    let all = kept.len();
    let (mut parts, mut made) = (1, 0);
    while !kept.is_empty() && made < CUTS {
        let size = kept.len().div_ceil(parts);
        let plans: Vec<Plan> = (0..kept.len())
            .step_by(size)
            .map(|from| without(&kept, from, size))
            .collect();
        made += plans.len();
        let like = failure.clone();
        let outcomes = batch.run_all(plans.clone(), move |outcome| {
            let is_like = |told: &Failure| told.is_same_mistake(&like);
            let told = outcome.failure.as_ref();
            let fails = told.is_some_and(|told| is_like(&told.failure));
            fails.then(|| outcome.unusual.iter().map(|one| one.choice).collect())
        })?;
        let smaller: Option<Vec<u64>> = plans
            .iter()
            .find_map(|plan| outcomes.get(plan).cloned().flatten());
        match smaller {
            Some(smaller) => {
                kept = smaller;
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts *= 2,
        }
    }
    let left = kept.len();
    Ok((left < all).then(|| (Plan::keeping(kept), [left, all])))
}

/// A plan that keeps all but a part.
fn without(kept: &[u64], from: usize, size: usize) -> Plan {
    let until = (from + size).min(kept.len());
    Plan::keeping(kept[..from].iter().chain(&kept[until..]).copied())
}
