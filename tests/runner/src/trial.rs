//! One run of one case under one seed.

use super::choices::{self, Unusual};
use super::files;
use super::members;
use super::options::{Mode, Schedule};
use super::pages::{self, Pages};
use super::places::{from_root, told_from_root, warnings_from_root};
use super::prints;
use super::recent::recent;
use super::scene::{self, Standings};
use clap::ValueEnum;
use labrt::trace::Events;
use labrt::{Plan, Simulation, harness, time, trace};
use serde::{Deserialize, Serialize};
use std::panic::{self, AssertUnwindSafe, Location};
use std::path::Path;
use std::time::Duration;
use suites::cases::Case;
use suites::cluster::{Faults, Usage, stray};
use suites::oracles::{Figures, Situations};
use suites::trace::{Failure, FailureKind, Header, Line, Printed, Text, Trace, What};
use suites::{Judged, TIME_LIMIT};

/// How to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manner {
    pub(super) mode: Mode,
    pub(super) strategy: Schedule,
    pub(super) check_determinism: bool,
    /// What goes wrong beside what the case asks for.
    pub(super) faults: Faults,
    pub(super) trace: bool,
    /// They are wanted as people read them, and in no other way.
    pub(super) prints: bool,
    /// What the code under test prints is wanted, even without events.
    pub(super) shows: bool,
    /// What led to a failure is wanted as well.
    pub(super) tell: bool,
    /// Simulated runs end here, to be looked at: what became of them is of no interest.
    pub(super) until: Option<Duration>,
    /// What goes otherwise than it would by itself; with one, be it empty, the outcome tells of all
    /// choices.
    #[serde(with = "choices::as_text")]
    pub(super) plan: Option<Plan>,
    /// What it leaves to be looked at.
    pub(super) pages: Pages,
}

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) failure: Option<FailureReport>,
    pub(super) duration: Duration,
    pub(super) servers: usize,
    pub(super) rpcs: u64,
    pub(super) bytes: u64,
    pub(super) commands: u64,
    pub(super) hash: u64,
    /// What came about in it.
    pub(super) situations: Situations,
    /// What was measured in it.
    pub(super) figures: Figures,
    /// For each choice, in how many ways it could have gone otherwise than plainly.
    pub(super) ways: Vec<u8>,
    /// The choices that did not go the plain way, and what that means.
    pub(super) unusual: Vec<Unusual>,
    pub(super) warnings: Vec<Text>,
    /// What happened, if the events were kept.
    pub(super) trace: Option<Trace>,
    /// The same as people read it, where nothing else is wanted: a text is sent for much less than
    /// what it says.
    pub(super) printed: Option<Text>,
    /// What the code under test printed.
    pub(super) prints: Printed,
    /// How that leaves the servers.
    pub(super) standings: Standings,
    /// The run was given up, and its thread is still stuck somewhere: this process must run
    /// nothing else.
    pub(super) spent: bool,
}

/// A failure with all that a report tells of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct FailureReport {
    /// Why the run failed.
    pub(super) failure: Failure,
    /// The last lines that its process wrote to standard error, if it died.
    pub(super) stderr: Vec<Text>,
    /// Whether another run of the same seed did something else: nothing is known then of what led
    /// to the failure.
    pub(super) is_not_reproduced: bool,
    /// What the runtime found suspicious in the same run.
    pub(super) warnings: Vec<Text>,
    /// How the servers stood.
    pub(super) standings: Standings,
    /// The last events before it.
    #[serde(with = "suites::trace::as_json")]
    pub(super) last: Vec<Line>,
    /// Where the whole trace was written, as a word of a shell.
    pub(super) trace: Option<String>,
    /// Where its page was written, as a word of a shell.
    pub(super) page: Option<String>,
    /// The process died, and all that it knew with it.
    pub(super) died: bool,
    /// Of a run with a plan: what in it was not plain.
    pub(super) unusual: Vec<Unusual>,
}

impl FailureReport {
    /// Of a failure of which only the reason is known.
    pub(super) fn new(failure: Failure) -> FailureReport {
        FailureReport {
            failure,
            ..FailureReport::default()
        }
    }
}

/// What makes runs of one seed differ, mostly.
pub(super) const CAUSES: &str = "a thread of std::thread, the machine's clock, an address in \
     memory, a file or the environment, a static that outlives a run";

/// Events shown with a failure.
const LAST_EVENTS: usize = 20;

/// How near to the end of a run that leaves no events the last look is.
pub(super) const NEAR: Duration = Duration::from_micros(100);

/// Events kept in the real world, where a run cannot be repeated.
const REAL_EVENTS: usize = 10_000;

/// Runs `case` once; if it fails, tells why, with the events before.
pub(super) fn run(judged: Judged, case: &'static Case, seed: u64, how: &Manner) -> Outcome {
    let leaves_page = how.pages.wants_all(seed) && how.until.is_none();
    let kept = Manner {
        trace: how.trace || leaves_page,
        ..how.clone()
    };
    let mut outcome = match how.mode {
        Mode::Real => run_real(judged, case, seed, &kept),
        Mode::Sim => run_simulated(judged, case, seed, &kept),
        Mode::Isolated | Mode::Cells => {
            run_simulated(members::in_processes(judged), case, seed, &kept)
        }
        Mode::Process => run_real(members::in_processes(judged), case, seed, &kept),
    };
    if let (true, None, Some(trace)) = (leaves_page, &outcome.failure, &outcome.trace) {
        how.pages.leave(case, seed, trace);
    }
    if !how.trace {
        outcome.trace = None;
    }
    outcome
}

fn simulate(judged: Judged, case: &'static Case, seed: u64, how: &Manner) -> Outcome {
    prints::forget();
    members::set(how.mode, Some((how.strategy.strategy(), seed)));
    let mut simulation = Simulation::new(seed)
        .strategy(how.strategy.strategy())
        .trace(how.trace)
        .time_limit(how.until.unwrap_or(TIME_LIMIT));
    if let Some(plan) = how.plan.clone() {
        simulation = simulation.plan(plan);
    }
    let faults = how.faults;
    let report = simulation.run(move || case.run(&judged, faults));
    let (failure, usage) = match report.outcome {
        Ok(usage) => (None, usage),
        Err(failure) => (Some(failure), Usage::default()),
    };
    let duration = match &failure {
        Some(failure) => failure.at,
        None => report.virtual_time,
    };
    let spent = report.switches == 0 && failure.as_ref().is_some_and(is_stuck);
    let failure = failure.map(told_from_root);
    let (trace, standings) = match how.trace {
        true => {
            let header = header(judged, case, seed, how, failure.clone());
            let (trace, standings) = told(report.events, header);
            (Some(trace), standings)
        }
        false => (None, Standings::default()),
    };
    Outcome {
        spent,
        failure: failure.map(FailureReport::new),
        duration,
        servers: usage.servers,
        rpcs: usage.rpcs,
        bytes: usage.bytes,
        commands: usage.commands,
        hash: report.trace_hash,
        situations: usage.situations,
        figures: usage.figures,
        ways: report.choices.iter().map(choices::ways).collect(),
        unusual: (1..)
            .zip(report.choices)
            .filter_map(choices::unusual)
            .collect(),
        warnings: warnings_from_root(&report.warnings),
        trace,
        printed: None,
        prints: prints::of_run(how.shows),
        standings,
    }
}

/// The events as a trace, and how they leave the servers.
fn told(events: Events, header: Header) -> (Trace, Standings) {
    let mut lines = suites::trace::lines(events);
    for line in &mut lines {
        if let What::Warning(text) = &mut line.what {
            *text = Text::new(from_root(text.as_str()));
        }
    }
    let mut trace = Trace { header, lines };
    let standings = scene::follow(&mut trace);
    (trace, standings)
}

fn header(
    judged: Judged,
    case: &Case,
    seed: u64,
    how: &Manner,
    failure: Option<Failure>,
) -> Header {
    let word = |value: Option<clap::builder::PossibleValue>| {
        let name = value.map(|value| value.get_name().to_string());
        Text::new(name.unwrap_or_default())
    };
    Header {
        case: Text::new(case.full_name()),
        seed,
        mode: word(how.mode.to_possible_value()),
        strategy: word(how.strategy.to_possible_value()),
        submission: Text::new(judged.submission.name),
        servers: case.servers,
        failure,
    }
}

fn is_stuck(failure: &labrt::Failure) -> bool {
    failure.kind == labrt::FailureKind::Stuck
}

fn run_simulated(judged: Judged, case: &'static Case, seed: u64, how: &Manner) -> Outcome {
    let mut outcome = simulate(judged, case, seed, how);
    if how.until.is_some() {
        return outcome;
    }
    if how.check_determinism && outcome.failure.is_none() {
        let compared = Manner {
            mode: members::compared(how.mode),
            ..how.clone()
        };
        let again = simulate(judged, case, seed, &compared);
        if again.hash != outcome.hash {
            outcome.failure = Some(difference(judged, case, seed, how));
        }
        return outcome;
    }
    let was_given_up = outcome.spent;
    if let Some(report) = &mut outcome.failure
        && how.tell
    {
        // The same again, this time with a trace: the run follows from its seed. One that was
        // given up would only be stuck once more, so it stops just before.
        let before = outcome.duration.saturating_sub(NEAR);
        let with_trace = Manner {
            trace: true,
            until: was_given_up.then_some(before),
            ..how.clone()
        };
        let traced = simulate(judged, case, seed, &with_trace);
        let is_same = |again: &FailureReport| again.failure.is_like(&report.failure);
        outcome.spent |= traced.spent;
        if !was_given_up && !traced.failure.as_ref().is_some_and(is_same) {
            // The servers and events of that run led to something else.
            report.is_not_reproduced = true;
            report.warnings.clone_from(&outcome.warnings);
            return outcome;
        }
        outcome.warnings.clone_from(&traced.warnings);
        tell(report, (case, seed), traced, &how.pages);
    }
    outcome
}

/// Names the first event in which two runs of one seed differ.
fn difference(judged: Judged, case: &'static Case, seed: u64, how: &Manner) -> FailureReport {
    let traced = Manner {
        trace: true,
        ..how.clone()
    };
    let lines = || {
        let trace = simulate(judged, case, seed, &traced).trace;
        trace.unwrap_or_default().lines
    };
    let (one, other) = (lines(), lines());
    let common = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let shown = |lines: &[Line]| match lines.get(common) {
        Some(line) => line.to_string(),
        None => "(the end)".into(),
    };
    let reason = format!(
        "two runs of seed {seed} differ: after {common} equal events, one has\n  {}\n\
         the other\n  {}\n\
         Something does not follow from the seed, mostly {CAUSES}.",
        shown(&one),
        shown(&other)
    );
    let last = recent(&one[..common], LAST_EVENTS);
    FailureReport {
        last,
        ..FailureReport::new(Failure::new(FailureKind::Nondeterminism, reason))
    }
}

/// Adds to a failure what another run of its seed kept: the events that led to it, and more.
pub(super) fn tell(
    report: &mut FailureReport,
    (case, seed): (&Case, u64),
    traced: Outcome,
    how: &Pages,
) {
    let mut trace = traced.trace.unwrap_or_default();
    report.warnings = traced.warnings;
    report.standings = traced.standings;
    report.unusual = traced.unusual;
    report.last = recent(&trace.lines[..trace.before()], LAST_EVENTS);
    trace.header.failure = Some(report.failure.clone());
    [report.trace, report.page] = pages::keep((case, seed), &trace, how);
}

/// Whether a panic here is how the harness ends a case that failed. An assertion of a case is none:
/// the place says more than its words.
fn is_verdict(at: &Location<'_>) -> bool {
    let file = Path::new(at.file());
    !file.starts_with(files::cases())
        && files::own_sources().iter().any(|own| file.starts_with(own))
}

fn run_real(judged: Judged, case: &'static Case, seed: u64, how: &Manner) -> Outcome {
    prints::forget();
    stray::watch_panics(is_verdict);
    stray::forget_panics();
    trace::keep_real(REAL_EVENTS);
    members::set(how.mode, None);
    let began = time::since_start();
    let ended = panic::catch_unwind(AssertUnwindSafe(|| case.run(&judged, how.faults)));
    let duration = time::since_start() - began;
    let usage = ended.unwrap_or_default();
    let events = trace::take_real();
    let failure = stray::stray_panic().map(|mut failure| {
        failure.message = Text::of_report(from_root(failure.message.as_str()));
        failure.backtrace = Text::of_report(from_root(failure.backtrace.as_str()));
        failure.place = failure
            .place
            .map(|place| Text::of_report(from_root(place.as_str())));
        failure
    });
    let mut outcome = Outcome {
        duration,
        servers: usage.servers,
        rpcs: usage.rpcs,
        bytes: usage.bytes,
        commands: usage.commands,
        warnings: warnings_from_root(&harness::take_warnings()),
        prints: prints::of_run(how.shows),
        // Threads that nobody could stop would disturb the next run.
        spent: true,
        ..Outcome::default()
    };
    if failure.is_some() || how.trace {
        let header = header(judged, case, seed, how, failure.clone());
        let (trace, standings) = told(events, header);
        if let Some(failure) = failure {
            let mut report = FailureReport::new(failure);
            let kept = Outcome {
                trace: Some(trace.clone()),
                standings,
                ..Outcome::default()
            };
            tell(&mut report, (case, seed), kept, &how.pages);
            outcome.failure = Some(report);
        }
        outcome.trace = how.trace.then_some(trace);
    }
    outcome
}
