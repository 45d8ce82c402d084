//! Running a program in the simulated world.

use crate::base::{Choice, Events, Failure, FailureKind, Options, Plan, Progress, Strategy};
use crate::kernel::{Kernel, world};
use crate::outside::{panics, signals, watchdog};
use std::sync::Arc;
use std::time::Duration;

/// A program to be run in virtual time, all of whose choices come from one seed.
///
/// ```
/// use labrt::{Simulation, thread, time::Duration};
///
/// let report = Simulation::new(7).run(|| {
///     thread::sleep(Duration::from_secs(3600)); // takes no real time
///     42
/// });
/// assert_eq!(report.outcome, Ok(42));
/// assert!(report.virtual_time >= Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct Simulation(Options);

/// What a run amounted to.
#[derive(Debug)]
pub struct Report<R> {
    /// The program's result, or why the run failed.
    pub outcome: Result<R, Failure>,
    /// Virtual time at the end.
    pub virtual_time: Duration,
    /// A hash of every switch, message and saved byte: equal for equal runs.
    pub trace_hash: u64,
    /// What looked wrong without making the run fail.
    pub warnings: Vec<String>,
    /// The events in their order, when [`Simulation::trace`] was on.
    pub events: Events,
    /// The choices that were met, in their order, of a run with a [`Simulation::plan`].
    pub choices: Vec<Choice>,
    /// How often a thread was given the processor.
    pub switches: u64,
    /// How many threads were started.
    pub spawned: u64,
}

impl Simulation {
    /// A simulation whose every choice comes from `seed`.
    pub fn new(seed: u64) -> Simulation {
        Simulation(Options {
            seed,
            strategy: Strategy::default(),
            trace: false,
            time_limit: None,
            panics_end_run: true,
            patience: Duration::from_secs(3),
            plan: None,
        })
    }

    /// How the next thread is picked.
    pub fn strategy(mut self, strategy: Strategy) -> Simulation {
        self.0.strategy = strategy;
        self
    }

    /// Whether to keep the events for the report.
    pub fn trace(mut self, on: bool) -> Simulation {
        self.0.trace = on;
        self
    }

    /// Fails the run when virtual time passes `limit`; without one, or with one of 292 years or
    /// more, it never does.
    pub fn time_limit(mut self, limit: Duration) -> Simulation {
        self.0.time_limit = Some(limit);
        self
    }

    /// Whether a panic that nobody catches in its thread ends the run as failed (the default), or
    /// only shows in what `join` returns, as with real threads. A panic of the first thread always
    /// ends it.
    pub fn panics_end_run(mut self, yes: bool) -> Simulation {
        self.0.panics_end_run = yes;
        self
    }

    /// What goes otherwise than it would by itself, of what the harness can let go otherwise
    /// ([`harness::choose`](crate::harness::choose)). With a plan, be it empty, the report tells of
    /// all choices that were met.
    pub fn plan(mut self, plan: Plan) -> Simulation {
        self.0.plan = Some(plan);
        self
    }

    /// How long, in real time, a thread may block or compute where the simulation cannot see it,
    /// before the run is given up (3 s by default). Computing counts as the processor's time that
    /// it takes, so that a busy machine raises no alarm.
    pub fn patience(mut self, patience: Duration) -> Simulation {
        self.0.patience = patience;
        self
    }

    /// Runs `main` as the first thread. Returns when it returns, or when the run fails; by then
    /// every other thread has been unwound.
    ///
    /// # Panics
    /// Inside another simulation, whose clock would stand still meanwhile.
    #[track_caller]
    pub fn run<R, F>(self, main: F) -> Report<R>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        assert!(
            world::kernel().is_none(),
            "a simulation cannot be started inside another"
        );
        panics::install_hook();
        signals::install_handler();
        let progress = Arc::new(Progress::default());
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let seed = self.0.seed;
        let patience = self.0.patience;
        let shared = progress.clone();
        // A fresh OS thread for each run: thread-locals (std's hash keys among them) begin anew,
        // and whoever waits for it can give up on it.
        let spawned = std::thread::Builder::new()
            .name(format!("seed {seed}"))
            .spawn(move || {
                let _room = signals::SignalStack::enter();
                shared.set_thread(watchdog::this_thread());
                let _ = sender.send(self.run_here(shared.clone(), main));
            });
        let thread = match spawned {
            Ok(thread) => thread,
            Err(error) => panic!("cannot start an OS thread for the simulation: {error}"),
        };
        match watchdog::wait(&receiver, &progress, patience) {
            Ok(report) => {
                let _ = thread.join();
                report
            }
            Err(stuck) => Report {
                outcome: Err(stuck.failure(seed)),
                virtual_time: Duration::ZERO,
                trace_hash: 0,
                warnings: Vec::new(),
                events: Events::default(),
                choices: Vec::new(),
                switches: 0,
                spawned: 0,
            },
        }
    }

    /// Runs on the calling OS thread.
    fn run_here<R, F>(&self, progress: Arc<Progress>, main: F) -> Report<R>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        let kernel = Kernel::new(&self.0, progress);
        let slot = Arc::new(parking_lot::Mutex::new(None));
        let result = slot.clone();
        let first = Box::new(move || {
            let value = main();
            if let Some(kernel) = world::kernel().filter(|kernel| !kernel.is_dying()) {
                *result.lock() = Some(value);
                kernel.end_run();
            }
        });
        // SAFETY: `inside` is dropped before `kernel` is, at the end of this function.
        let inside = unsafe { world::enter(&kernel) };
        let failure = kernel.run(first);
        drop(inside);
        let value = slot.lock().take();
        let outcome = match (failure, value) {
            (Some(failure), _) => Err(failure),
            (None, Some(value)) => Ok(value),
            (None, None) => {
                Err(kernel.failure(FailureKind::Panic, "the first thread panicked".into()))
            }
        };
        let totals = kernel.totals();
        Report {
            outcome,
            virtual_time: Duration::from_nanos(totals.now),
            trace_hash: kernel.recorder.hash(),
            warnings: kernel.warnings(),
            events: kernel.recorder.take(),
            choices: kernel.take_choices(),
            switches: totals.switches,
            spawned: totals.spawned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mistake of the kernel's own, with its list of threads in hand, is a failure like others.
    #[test]
    fn a_panic_within_the_kernel() {
        let report = Simulation::new(1).run(|| {
            let kernel = world::kernel().expect("it runs");
            kernel.with_threads_in_hand(|| panic!("inside"));
        });
        let failure = report.outcome.expect_err("it panicked");
        assert_eq!(failure.kind, FailureKind::Panic);
        assert!(failure.reason.contains("inside"), "{failure}");
    }
}
