//! Cases × seeds in worker processes, and what is said of them.
//!
//! The program that judges a Raft is this crate's [`main`] with a [`Submission`]; or [`judge`],
//! which takes its options from whoever calls it instead of from the command line:
//!
//! ```standalone_crate
//! use runner::{Options, Submission};
//! use std::process::ExitCode;
//!
//! let mut options = Options::default();
//! options.selection.select = vec!["3A::initial_election".into()];
//! options.selection.seeds = 5;
//! # options.results = Some(std::env::temp_dir().join("runner-example.json"));
//! let submission = Submission {
//!     name: "the reference",
//!     raft: raft::make,
//!     lab4: kvraft::lab4(),
//! };
//! // part  case               virtual  servers     RPCs      bytes  commands       wall  seeds
//! // 3A    initial_election   passed   …                                               5/5
//! assert_eq!(runner::judge(submission, &options), ExitCode::SUCCESS);
//! ```
//!
//! | file | room |
//! | --- | --- |
//! | `options` | the command line: what a run of this program is asked for |
//! | `choice` | the cases that are meant, and what was perhaps meant where none is |
//! | `dependencies` | crates that no grader has |
//! | `usage` | a command line that was not understood |
//! | `trial` | one run of one case |
//! | `members` | what the servers of a run are made of |
//! | `choices` | what of a run could have gone otherwise |
//! | `places` | names of source files, for people |
//! | `pool`, `dialogue`, `wire`, `worker` | worker processes: starting them, both sides of the talk |
//! | `hang` | real threads that wait for locks for ever |
//! | `autopsy` | what led to a worker's death |
//! | `report`, `table`, `tally` | what is told, the table in it; what it sums up |
//! | `progress` | how far the runs are, for whoever waits |
//! | `prints` | what the code under test prints |
//! | `story` | a failure, told |
//! | `scene` | how the events of a run leave the servers |
//! | `recent` | which of the events a report shows |
//! | `lanes` | events side by side, a column for each server |
//! | `view`, `pages` | a run as a page for a browser; where traces and pages lie |
//! | `commands` | what else can be asked for: how far one is, a run once more, a hint, a watch |
//! | `search` | many runs, for what comes about in them: sweeps, exploration |
//! | `results` | the same, for programs |
//! | `logs` | what the code under test logs |
//! | `interrupt` | what becomes of Ctrl-C |
//! | `shrink` | looks for a simpler run that fails |
//! | `libtest` | `cargo test`, nextest and editors |
//! | `submission` | judging a crate that is not linked in |
//! | `files`, `terminal` | where things lie and how they are written; what is typed and shown |

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)] // a reader may have gone: `sayln!`

mod autopsy;
mod choice;
mod choices;
pub mod commands;
pub mod dependencies;
mod dialogue;
pub mod files;
mod hang;
pub mod interrupt;
pub mod lanes;
mod libtest;
mod list;
mod logs;
mod members;
mod options;
mod pages;
mod places;
mod pool;
mod prints;
mod progress;
mod recent;
mod report;
pub mod results;
mod scene;
pub mod search;
mod shrink;
mod story;
mod submission;
mod table;
mod tally;
pub mod terminal;
mod trial;
pub mod usage;
pub mod view;
mod wire;
mod worker;

pub use choice::unknown;
pub use options::{FaultFlags, Mode, Options, Schedule, Selection};
pub use pages::Viz;
pub use suites::{Judged, Submission};

use choice::{check_offered, choose};
use clap::Parser;
use files::{notes, own_sources, root, write_whole};
use labrt::harness::Mutex;
use pages::Pages;
use pool::Stderr;
use report::Report;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use suites::cases::Case;
use trial::Manner;
use wire::Job;

/// Seeds in a job: few enough that all workers are busy to the end, many enough that handing them
/// out costs nothing.
const LONGEST_JOB: u64 = 25;

/// What the fuzz targets reach of what is nobody else's business.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// Reads these bytes as what runner and workers say to each other.
    pub fn wire(bytes: &[u8]) {
        super::wire::read_as_either(bytes);
    }
}

/// Runs what the command line asks for. Exit codes: 0 when everything passed, 1 when a case
/// failed, 2 when the request could not be carried out; interrupted, it ends by the signal.
pub fn main(judged: impl Into<Judged>) -> ExitCode {
    let judged = judged.into();
    become_worker(judged);
    if let Some(code) = search::of_command_line(judged) {
        return code;
    }
    if let Some(code) = commands::of_command_line() {
        return code;
    }
    match Options::try_parse() {
        Ok(options) => judge(judged, &options),
        Err(error) => not_ours(judged, &error),
    }
}

/// The same for `cargo test`, which gives each of its programs the same words: those that mean no
/// case are the name of a test elsewhere, and no mistake.
pub fn test(judged: impl Into<Judged>) -> ExitCode {
    let judged = judged.into();
    become_worker(judged);
    if let Ok(options) = Options::try_parse() {
        let words = &options.selection.select;
        if !words.is_empty() && !words.iter().any(|word| choice::is_known(word)) {
            sayln!("no case of the labs is called {}", words.join(" or "));
            return ExitCode::SUCCESS;
        }
    }
    main(judged)
}

/// Runs what the options ask for; exit codes as of [`main`]. The runs are made by this same
/// program, started again: on its way here it must have no effect that may not happen twice.
pub fn judge(judged: impl Into<Judged>, options: &Options) -> ExitCode {
    let judged = judged.into();
    become_worker(judged);
    match carry_out(judged, options) {
        Ok(code) => code,
        Err(refusal) => {
            warnln!("error: {refusal}");
            ExitCode::from(2)
        }
    }
}

/// Does not return if this process was started to be a worker.
fn become_worker(judged: Judged) {
    if host::is_zygote() {
        labrt::harness::hide_frames(own_sources());
        labrt::harness::name_face("labapi");
        host::become_zygote(judged.submission);
    }
    if std::env::var_os(worker::VARIABLE).is_some() {
        worker::main(judged);
    }
}

/// The words are not ours: libtest's, a call for help, or a mistake.
fn not_ours(judged: Judged, error: &clap::Error) -> ExitCode {
    if error.use_stderr()
        && let Ok(arguments) = libtest_mimic::Arguments::try_parse()
    {
        return libtest::main(judged, &arguments);
    }
    usage::tell(error, "labs --help; through make: ARGS=--help")
}

fn carry_out(judged: Judged, options: &Options) -> Result<ExitCode, String> {
    let chosen = choose(judged, &options.selection)?;
    options.selection.faults.check(options.selection.mode)?;
    if options.list {
        list::list(&chosen);
        return Ok(ExitCode::SUCCESS);
    }
    if options.raft.is_some() || options.kv.is_some() || options.tiny.is_some() {
        return submission::judge(options);
    }
    check_offered(judged, &chosen)?;
    if options.selection.require_wall {
        members::check_wall(options.selection.mode)?;
    }
    let seeds = options.selection.seeds;
    if options.trace_to.is_some() && (chosen.len(), seeds) != (1, 1) {
        return Err(format!(
            "--trace-to is for one run, and these are {} cases under {seeds} seeds: name one case",
            chosen.len()
        ));
    }
    dependencies::warn(&root());
    let report = run(judged, options, &chosen, true)?;
    let code = report.lock().exit_code();
    Ok(code)
}

/// Runs the chosen cases and prints what became of them.
fn run(
    judged: Judged,
    options: &Options,
    chosen: &[(usize, &'static Case)],
    show: bool,
) -> Result<Arc<Mutex<Report>>, String> {
    let selection = &options.selection;
    let how = manner(options, chosen.len());
    // What became of somebody else's Raft is no news of the one in this workspace, and what fails
    // under faults that no case asks for may have passed all the same.
    let is_news = !options.is_of_others() && how.faults.is_none();
    let own = is_news.then(|| notes().join("results.json"));
    let file = options.results.clone().or(own);
    let report = Arc::new(Mutex::new(Report::new(judged, options, chosen, show)));
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let workers = selection.jobs.map_or(cores, |jobs| jobs as usize);
    let (watched, kept) = (report.clone(), file.clone());
    interrupt::on_interrupt(move || watched.lock().break_off(kept.as_deref()));
    if show && selection.viz == Viz::Always {
        sayln!("Pages are left in {}", pages::folder().display());
    }
    let sink = report.clone();
    let fail_fast = selection.fail_fast;
    let lost: Arc<Mutex<BTreeSet<usize>>> = Arc::default();
    let (enough, known) = (options.enough, lost.clone());
    let so_far = options.so_far.clone();
    pool::run(
        jobs(
            selection,
            chosen,
            &how,
            if enough { u64::MAX } else { workers as u64 },
        )
        .filter(move |job| !known.lock().contains(&job.case)),
        workers,
        stderr_of(selection.mode),
        Arc::new(move |job, outcome, wall| {
            if enough && outcome.failure.is_some() {
                lost.lock().insert(job.case);
            }
            let mut report = sink.lock();
            report.add(job.case, job.first, outcome, wall);
            if let Some(file) = &so_far {
                let _ = report.keep_results(file);
            }
            match fail_fast && report.has_failed() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        }),
    )
    .map_err(no_workers)?;
    if selection.mode.is_virtual() {
        look_into(&report, options, &how, workers)?;
    }
    let mut done = report.lock();
    done.finish();
    if let (Some(file), Some(trace)) = (&options.trace_to, done.trace()) {
        files::write_whole(file, trace.to_bytes())
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    if let Some(file) = file {
        done.keep_results(&file)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    drop(done);
    Ok(report)
}

/// How the runs of this many cases are made.
fn manner(options: &Options, cases: usize) -> Manner {
    let selection = &options.selection;
    Manner {
        mode: selection.mode,
        strategy: selection.strategy,
        check_determinism: selection.check_determinism,
        faults: selection.faults.faults(),
        trace: options.trace || options.trace_to.is_some(),
        prints: options.trace && options.trace_to.is_none(),
        shows: !options.trace && options.trace_to.is_none() && (cases, selection.seeds) == (1, 1),
        tell: true,
        until: None,
        plan: selection.plan.clone(),
        pages: Pages {
            viz: selection.viz,
            repeat: Some(options.to_repeat()),
            first: selection.seed,
        },
    }
}

/// Adds to what is known of the failures: what led to a process's death, what a simpler failing run
/// is. Whoever interrupts this meanwhile is told what is known without it.
fn look_into(
    report: &Mutex<Report>,
    options: &Options,
    how: &Manner,
    workers: usize,
) -> Result<(), String> {
    let deaths = report.lock().deaths();
    for (place, seed, mut known) in deaths {
        let trace = autopsy::examine(place, seed, how, &mut known);
        let mut report = report.lock();
        report.replace(place, known);
        report.keep_trace(trace);
    }
    if options.selection.shrink {
        let failing = report.lock().failing();
        for case in failing {
            let simplest = shrink::simplest(case, options, how, workers)?;
            report.lock().add_simplest(case.0, simplest);
        }
    }
    Ok(())
}

fn no_workers(error: std::io::Error) -> String {
    format!("cannot run the worker processes: {error}")
}

/// What the code under test writes to standard error is part of its run's log, where that can be
/// had in a simulation.
fn stderr_of(mode: Mode) -> Stderr {
    match mode {
        Mode::Sim if labrt::harness::tells_prints() => Stderr::Swallowed,
        _ => Stderr::PassedOn,
    }
}

/// What is to be done, a case in at least four times `shares` jobs if it has as many seeds; made as
/// it is asked for: there may be billions.
fn jobs(
    options: &Selection,
    chosen: &[(usize, &'static Case)],
    how: &Manner,
    shares: u64,
) -> impl Iterator<Item = Job> + use<> {
    let size = (options.seeds / shares.saturating_mul(4)).clamp(1, LONGEST_JOB);
    let (begin, end) = (options.seed, options.seed + options.seeds);
    let how = how.clone();
    let cases: Vec<usize> = chosen.iter().map(|(place, _)| *place).collect();
    cases.into_iter().flat_map(move |case| {
        let firsts = (begin..end).step_by(size as usize);
        let how = how.clone();
        firsts.map(move |first| Job {
            case,
            first,
            count: size.min(end - first),
            how: how.clone(),
        })
    })
}
