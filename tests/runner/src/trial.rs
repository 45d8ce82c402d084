//! One run of one case under one seed.

use super::options::{Mode, Schedule};
use super::recent::{Repeated, recent};
use super::scene::{Chronicle, chronicle};
use labrt::{Failure, FailureKind, Simulation, time, trace};
use serde::{Deserialize, Serialize};
use std::panic::{self, AssertUnwindSafe, Location};
use std::time::Duration;
use suites::cases::Case;
use suites::cluster::{Usage, stray};
use suites::{Submission, TIME_LIMIT};

/// How to run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Manner {
    pub(super) mode: Mode,
    pub(super) strategy: Schedule,
    pub(super) check_determinism: bool,
    pub(super) trace: bool,
    /// What led to a failure is wanted as well.
    pub(super) tell: bool,
    /// Simulated runs end here, to be looked at: what became of them is of no interest.
    pub(super) until: Option<Duration>,
}

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) failure: Option<Told>,
    pub(super) duration: Duration,
    pub(super) servers: usize,
    pub(super) rpcs: u64,
    pub(super) bytes: u64,
    pub(super) commands: u64,
    pub(super) hash: u64,
    pub(super) warnings: Vec<String>,
    /// What the events tell, if they were kept.
    pub(super) chronicle: Chronicle,
    /// The run was given up, and its thread is still stuck somewhere: this process must run
    /// nothing else.
    pub(super) spent: bool,
}

/// A failure, told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// The reason; the first line is the short form.
    pub(super) reason: String,
    /// What the runtime found suspicious in the same run.
    pub(super) warnings: Vec<String>,
    /// How the servers stood, a line each.
    pub(super) scene: Vec<String>,
    /// The last events before it.
    pub(super) last: Vec<Repeated>,
    /// Where the whole trace was written.
    pub(super) trace: Option<String>,
    /// The process died, and all that it knew with it.
    pub(super) died: bool,
}

impl Told {
    /// What a student has yet to write, and where, if the run came to a `todo!("3A: …")`.
    pub(super) fn unwritten(&self) -> Option<(&str, &str)> {
        let first = self.reason.lines().next()?;
        let (before, what) = first.split_once(": not yet implemented: ")?;
        Some((what, before.rsplit_once("panic at ")?.1))
    }

    /// Of a failure of which only the reason is known.
    pub(super) fn new(reason: String) -> Told {
        Told {
            reason,
            ..Told::default()
        }
    }
}

/// Events shown with a failure.
const LAST_EVENTS: usize = 20;

/// How near to the end of a run that leaves no events the last look is.
pub(super) const NEAR: Duration = Duration::from_micros(100);

/// Events kept in the real world, where a run cannot be repeated.
const REAL_EVENTS: usize = 10_000;

/// Runs `case` once; if it fails, tells why, with the events before.
pub(super) fn run(submission: Submission, case: &'static Case, seed: u64, how: Manner) -> Outcome {
    match how.mode {
        Mode::Real => run_real(submission, case, seed),
        Mode::Sim => run_simulated(submission, case, seed, how),
    }
}

fn simulate(submission: Submission, case: &'static Case, seed: u64, how: Manner) -> Outcome {
    let simulation = Simulation::new(seed)
        .strategy(how.strategy.strategy())
        .trace(how.trace)
        .time_limit(how.until.unwrap_or(TIME_LIMIT));
    let report = simulation.run(move || case.run(&submission));
    let (failure, usage) = match report.outcome {
        Ok(usage) => (None, usage),
        Err(failure) => (Some(failure), Usage::default()),
    };
    let duration = match &failure {
        Some(failure) => failure.at,
        None => report.virtual_time,
    };
    let warnings = report.warnings.iter();
    Outcome {
        spent: report.switches == 0 && failure.as_ref().is_some_and(is_stuck),
        failure: failure.map(|failure| Told::new(from_root(&failure.to_string()))),
        duration,
        servers: usage.servers,
        rpcs: usage.rpcs,
        bytes: usage.bytes,
        commands: usage.commands,
        hash: report.trace_hash,
        warnings: warnings.map(|warning| from_root(warning)).collect(),
        chronicle: chronicle(&report.events),
    }
}

/// Names source files as whoever typed the command sees them. The compiler names those of a crate
/// that is no member of the workspace in full.
fn from_root(text: &str) -> String {
    text.replace(&format!("{}/", super::root().display()), "")
}

fn is_stuck(failure: &Failure) -> bool {
    failure.kind == FailureKind::Stuck
}

fn run_simulated(submission: Submission, case: &'static Case, seed: u64, how: Manner) -> Outcome {
    let mut outcome = simulate(submission, case, seed, how);
    if how.until.is_some() {
        return outcome;
    }
    if how.check_determinism && outcome.failure.is_none() {
        let again = simulate(submission, case, seed, how);
        if again.hash != outcome.hash {
            outcome.failure = Some(difference(submission, case, seed, how));
        }
        return outcome;
    }
    if let Some(told) = &mut outcome.failure
        && how.tell
    {
        // The same again, this time with a trace: the run follows from its seed. One that was
        // given up would only be stuck once more, so it stops just before.
        let before = outcome.duration.saturating_sub(NEAR);
        let with_trace = Manner {
            trace: true,
            until: outcome.spent.then_some(before),
            ..how
        };
        let traced = simulate(submission, case, seed, with_trace);
        let is_same = |again: &Told| again.reason.lines().next() == told.reason.lines().next();
        if !outcome.spent && !traced.failure.as_ref().is_some_and(is_same) {
            told.reason.push_str(
                "\n  (not reproduced when run again: the code under test depends on something \
                 that does not follow from the seed)",
            );
        }
        outcome.warnings.clone_from(&traced.warnings);
        outcome.spent |= traced.spent;
        tell(told, case, seed, traced);
    }
    outcome
}

/// Names the first event in which two runs of one seed differ.
fn difference(submission: Submission, case: &'static Case, seed: u64, how: Manner) -> Told {
    let traced = Manner { trace: true, ..how };
    let one = simulate(submission, case, seed, traced).chronicle.lines;
    let other = simulate(submission, case, seed, traced).chronicle.lines;
    let common = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let shown = |events: &[String]| {
        events
            .get(common)
            .cloned()
            .unwrap_or_else(|| "(the end)".into())
    };
    let reason = format!(
        "two runs of seed {seed} differ: after {common} equal events, one has\n  {}\n\
         the other\n  {}",
        shown(&one),
        shown(&other)
    );
    let last = recent(&one[..common], LAST_EVENTS);
    Told {
        last,
        ..Told::new(reason)
    }
}

/// Adds to a failure what another run of its seed kept: the events that led to it, and more.
pub(super) fn tell(told: &mut Told, case: &Case, seed: u64, traced: Outcome) {
    let Chronicle {
        lines,
        before,
        servers,
    } = traced.chronicle;
    told.warnings = traced.warnings;
    told.scene = servers;
    told.last = recent(&lines[..before], LAST_EVENTS);
    let folder = super::notes().join("traces");
    let file = folder.join(format!("{}-{}-{seed}.txt", case.part, case.name));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| super::write_whole(&file, &(lines.join("\n") + "\n")));
    told.trace = written.is_ok().then(|| file.display().to_string());
}

/// Whether a panic here is how the harness ends a case that failed. An assertion of a case is none:
/// the place says more than its words.
fn is_verdict(at: &Location<'_>) -> bool {
    let file = super::workspace().join(at.file());
    let cases = super::workspace().join("tests/suites/src/cases");
    !file.starts_with(cases) && super::own_sources().iter().any(|own| file.starts_with(own))
}

fn run_real(submission: Submission, case: &'static Case, seed: u64) -> Outcome {
    stray::watch_panics(is_verdict);
    stray::forget_panics();
    trace::keep_real(REAL_EVENTS);
    let began = time::since_start();
    let ended = panic::catch_unwind(AssertUnwindSafe(|| case.run(&submission)));
    let duration = time::since_start() - began;
    let chronicle = chronicle(&trace::take_real());
    let usage = ended.unwrap_or_default();
    let failure = stray::stray_panic().map(|reason| {
        let mut told = Told::new(from_root(&reason));
        let kept = Outcome {
            chronicle,
            ..Outcome::default()
        };
        tell(&mut told, case, seed, kept);
        told
    });
    Outcome {
        failure,
        duration,
        servers: usage.servers,
        rpcs: usage.rpcs,
        bytes: usage.bytes,
        commands: usage.commands,
        // Threads that nobody could stop would disturb the next run.
        spent: true,
        ..Outcome::default()
    }
}
