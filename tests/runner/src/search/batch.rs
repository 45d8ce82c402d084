//! Runs of one case under one seed that differ by their plans.

use crate::options::{Mode, Schedule};
use crate::pages::Pages;
use crate::pool::{self, Stderr};
use crate::progress::Progress;
use crate::story::Story;
use crate::trial::{Manner, Outcome};
use crate::wire::Job;
use crate::{lanes, no_workers};
use labrt::Plan;
use labrt::harness::Mutex;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use suites::cases::Case;
use suites::cluster::Faults;

/// What the runs have in common.
pub(crate) struct Batch {
    case: usize,
    seed: u64,
    workers: usize,
    how: Manner,
}

impl Batch {
    /// Of the case at this place, with as few surprises in the order of threads as can be.
    pub(crate) fn new(case: usize, seed: u64, jobs: Option<u64>) -> Batch {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        Batch {
            case,
            seed,
            workers: jobs.map_or(cores, |jobs| jobs as usize),
            how: Manner {
                mode: Mode::Sim,
                strategy: Schedule::Fifo,
                check_determinism: false,
                trace: false,
                prints: false,
                shows: false,
                tell: false,
                until: None,
                plan: None,
                pages: Pages::default(),
                faults: Faults::default(),
            },
        }
    }

    /// The same with another strategy, and with what goes wrong beside what the case asks for.
    pub(crate) fn with(mut self, strategy: Schedule, faults: Faults) -> Batch {
        self.how.strategy = strategy;
        self.how.faults = faults;
        self
    }

    /// Makes the runs, in that order; what `take` makes of each. Once one has failed, none behind
    /// it is begun. `total` runs are meant, `before` of which were made before: for whoever waits.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        plans: Vec<Plan>,
        (total, before): (usize, usize),
        take: impl Fn(&Plan, &Outcome) -> T + Send + Sync + 'static,
    ) -> Result<BTreeMap<Plan, T>, String> {
        let places: BTreeMap<Plan, usize> = plans.iter().cloned().zip(0..).collect();
        let end = Arc::new(AtomicUsize::new(usize::MAX));
        let results: Arc<Mutex<BTreeMap<Plan, T>>> = Arc::default();
        let progress = Mutex::new(Progress::new(true));
        let began = labrt::time::since_start();
        let (sink, failed) = (results.clone(), end.clone());
        let add = move |job: &Job, outcome: Outcome, _| {
            let Some(plan) = &job.how.plan else {
                return ControlFlow::Break(());
            };
            let taken = take(plan, &outcome);
            if outcome.failure.is_some()
                && let Some(place) = places.get(plan)
            {
                failed.fetch_min(*place, Ordering::Relaxed);
            }
            let mut results = sink.lock();
            results.insert(plan.clone(), taken);
            let made = (before + results.len()) as u64;
            let failed = u64::from(failed.load(Ordering::Relaxed) < usize::MAX);
            progress.lock().draw(began, made, total as u64, failed);
            ControlFlow::Continue(())
        };
        let jobs = self.jobs(plans).enumerate();
        let jobs = jobs.take_while(move |(place, _)| *place < end.load(Ordering::Relaxed));
        let jobs = jobs.map(|(_, job)| job);
        pool::run(jobs, self.workers, Stderr::Swallowed, Arc::new(add)).map_err(no_workers)?;
        Progress::new(true).clear();
        let results = std::mem::take(&mut *results.lock());
        Ok(results)
    }

    /// Makes all these runs, whether one fails or not; what `take` makes of each.
    pub(crate) fn run_all<T: Send + 'static>(
        &self,
        plans: Vec<Plan>,
        take: impl Fn(&Outcome) -> T + Send + Sync + 'static,
    ) -> Result<BTreeMap<Plan, T>, String> {
        let results: Arc<Mutex<BTreeMap<Plan, T>>> = Arc::default();
        let sink = results.clone();
        let add = move |job: &Job, outcome: Outcome, _| {
            let taken = take(&outcome);
            sink.lock()
                .extend(job.how.plan.clone().map(|plan| (plan, taken)));
            ControlFlow::Continue(())
        };
        pool::run(
            self.jobs(plans),
            self.workers,
            Stderr::Swallowed,
            Arc::new(add),
        )
        .map_err(no_workers)?;
        let results = std::mem::take(&mut *results.lock());
        Ok(results)
    }

    fn jobs(&self, plans: Vec<Plan>) -> impl Iterator<Item = Job> + use<> {
        let (case, seed, how) = (self.case, self.seed, self.how.clone());
        plans.into_iter().map(move |plan| Job {
            case,
            first: seed,
            count: 1,
            how: Manner {
                plan: Some(plan),
                ..how.clone()
            },
        })
    }

    /// Makes one run; with all that led to its failure, if it fails.
    pub(crate) fn told(&self, plan: &Plan) -> Result<Outcome, String> {
        let told = Batch {
            how: Manner {
                tell: true,
                ..self.how.clone()
            },
            ..*self
        };
        let outcomes = told.run(vec![plan.clone()], (1, 0), |_, outcome| outcome.clone())?;
        let outcome = outcomes.into_values().next();
        outcome.ok_or_else(|| "a run left no result".to_string())
    }
}

/// A failure, told; `None` if there is none. `again` is the command that makes the run again.
pub(crate) fn story(
    case: &'static Case,
    seed: u64,
    outcome: &Outcome,
    again: &str,
) -> Option<String> {
    let report = outcome.failure.as_ref()?;
    let story = Story {
        case,
        seed,
        report,
        failed: 1,
        runs: 1,
        again,
        simplest: None,
        width: lanes::terminal_width().unwrap_or(lanes::WIDTH),
    };
    Some(format!("{}\n{}", story.title(), story.text()))
}
