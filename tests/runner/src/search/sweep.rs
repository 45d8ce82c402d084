//! `raftlab sweep`: cases under many seeds with every strategy, and what came about in them.

use super::coverage::{Coverage, ENOUGH};
use super::ledger::Ledger;
use crate::options::{FaultFlags, Mode, Options, Schedule, Selection};
use crate::pages::Pages;
use crate::pool::{self, Stderr};
use crate::progress::Progress;
use crate::terminal::{self, BAD, FAINT, OPEN};
use crate::trial::{Manner, Outcome};
use crate::wire::Job;
use crate::{LONGEST_JOB, check_offered, choose, files, interrupt, no_workers, usage};
use crate::{sayln, warnln};
use labrt::harness::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use suites::Judged;
use suites::cases::{self, Case, Part};
use suites::oracles::{Situation, Situations};

/// Run cases under many seeds with every strategy; tell what came about
///
/// One line of JSON for each run. Interrupted, it goes on where it was when it is called again. A
/// part whose cases all were run under a hundred seeds, and never met the situations that it is
/// for, fails: in its table they have a star.
#[derive(clap::Args, Clone, Debug)]
pub struct Sweep {
    /// What to run: parts (3A), labs (3) or cases (backup, 3B::backup, TestBackup3B)
    #[arg(value_name = "CASE", required = true)]
    select: Vec<String>,
    /// The seeds, from the first to the last
    #[arg(long, value_name = "A..B", default_value = "1..100", value_parser = seeds)]
    seeds: Seeds,
    /// Only these strategies, instead of all: random, pct, fifo
    #[arg(long, value_enum, value_delimiter = ',')]
    strategy: Vec<Schedule>,
    /// Where the lines go [default: target/raftlab/sweep.jsonl]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin anew, whatever the file holds
    #[arg(long)]
    fresh: bool,
    /// What goes wrong beside what the cases ask for.
    #[command(flatten)]
    faults: FaultFlags,
    /// So many worker processes, instead of one for each processor
    #[arg(long, value_parser = usage::jobs)]
    jobs: Option<u64>,
}

/// A range of seeds; the last one is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seeds {
    first: u64,
    last: u64,
}

fn seeds(text: &str) -> Result<Seeds, String> {
    let wanted = || "two numbers are needed, such as 1..100".to_string();
    let (first, last) = text.split_once("..").ok_or_else(wanted)?;
    let (first, last) = (usage::number(first)?, usage::number(last)?);
    match first <= last && last < u64::MAX {
        true => Ok(Seeds { first, last }),
        false => Err(wanted()),
    }
}

/// A run, as a line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Run {
    case: String,
    strategy: String,
    seed: u64,
    /// Why it failed, in a line.
    failure: Option<String>,
    /// Virtual time, in seconds.
    seconds: f64,
    rpcs: u64,
    bytes: u64,
    commands: u64,
    /// How often each situation came about.
    met: BTreeMap<String, u32>,
}

/// What is known of all runs.
struct Known {
    ledger: Ledger,
    coverage: Coverage,
    runs: u64,
    failed: u64,
    /// The first failure of each case: why, and how to see it again.
    failures: BTreeMap<String, (String, String)>,
    refusal: Option<String>,
    progress: Progress,
    began: Duration,
}

const STRATEGIES: [Schedule; 3] = [Schedule::Random, Schedule::Pct, Schedule::Fifo];

impl Sweep {
    /// Makes the runs; the exit code.
    pub(super) fn run(self, judged: Judged) -> Result<ExitCode, String> {
        let selection = Selection {
            select: self.select.clone(),
            ..Selection::default()
        };
        let chosen = choose(judged, &selection)?;
        check_offered(judged, &chosen)?;
        let strategies = match &self.strategy[..] {
            [] => STRATEGIES.to_vec(),
            some => some.to_vec(),
        };
        let path = self.out.clone();
        let path = path.unwrap_or_else(|| files::notes().join("sweep.jsonl"));
        let mut before: Vec<Run> = Vec::new();
        let typed: Vec<&str> = self.faults.typed().collect();
        let about = format!("sweep {}", typed.join(" "));
        let about = (about.trim(), judged.submission.name);
        let ledger = Ledger::open(&path, about, self.fresh, |run| before.push(run))?;
        let mut known = Known {
            ledger,
            coverage: Coverage::default(),
            runs: 0,
            failed: 0,
            failures: BTreeMap::new(),
            refusal: None,
            progress: Progress::new(true),
            began: labrt::time::since_start(),
        };
        let made = self.take_over(before, &chosen, &strategies, &mut known);
        let wanted = (self.seeds.last - self.seeds.first + 1)
            .saturating_mul((chosen.len() * strategies.len()) as u64);
        if known.runs > 0 {
            sayln!("{} of {wanted} runs are known from before", known.runs);
        }
        let known = Arc::new(Mutex::new(known));
        for strategy in strategies {
            self.pass(strategy, &chosen, &made, wanted, &known)?;
        }
        let known = known.lock();
        known.progress.clear();
        if let Some(refusal) = &known.refusal {
            return Err(refusal.clone());
        }
        sayln!("a line for each run: {}", path.display());
        Ok(self.tell(&known, &chosen))
    }

    /// Counts what earlier runs of this search came to; which they were.
    fn take_over(
        &self,
        before: Vec<Run>,
        chosen: &[(usize, &'static Case)],
        strategies: &[Schedule],
        known: &mut Known,
    ) -> Made {
        let cases: BTreeMap<String, (usize, Part)> = chosen
            .iter()
            .map(|(place, case)| (case.full_name(), (*place, case.part)))
            .collect();
        let mut made = Made::default();
        for run in before {
            let strategy = strategies.iter().find(|one| one.name() == run.strategy);
            let is_meant = (self.seeds.first..=self.seeds.last).contains(&run.seed);
            if let (Some((place, part)), Some(strategy)) = (cases.get(&run.case), strategy)
                && is_meant
                && made
                    .entry((*place, run.strategy.clone()))
                    .or_default()
                    .insert(run.seed)
            {
                known.add(&run, *part, *strategy, self.faults);
            }
        }
        made
    }

    /// Makes the runs with one strategy that were not made before.
    fn pass(
        &self,
        strategy: Schedule,
        chosen: &[(usize, &'static Case)],
        made: &Made,
        wanted: u64,
        known: &Arc<Mutex<Known>>,
    ) -> Result<(), String> {
        let how = Manner {
            mode: Mode::Sim,
            strategy,
            check_determinism: false,
            trace: false,
            prints: false,
            shows: false,
            tell: false,
            until: None,
            plan: None,
            pages: Pages::default(),
            faults: self.faults.faults(),
        };
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let workers = self.jobs.map_or(cores, |jobs| jobs as usize);
        let (sink, faults) = (known.clone(), self.faults);
        let add = move |job: &Job, outcome: Outcome, _| {
            let Some(case) = cases::at(job.case) else {
                return ControlFlow::Break(());
            };
            let run = Run::new(case, strategy, job.first, &outcome);
            let mut known = sink.lock();
            known.add(&run, case.part, strategy, faults);
            let kept = known.ledger.add(&run);
            known
                .progress
                .draw(known.began, known.runs, wanted, known.failed);
            match kept {
                Ok(()) => ControlFlow::Continue(()),
                Err(refusal) => {
                    known.refusal = Some(refusal);
                    ControlFlow::Break(())
                }
            }
        };
        let jobs = jobs(self.seeds, chosen, made, &how, workers);
        let watched = known.clone();
        interrupt::on_interrupt(move || {
            let runs = watched.lock().runs;
            warnln!("interrupted after {runs} of {wanted} runs; they are kept, and not made again");
        });
        pool::run(jobs, workers, Stderr::Swallowed, Arc::new(add)).map_err(no_workers)
    }

    /// What it all came to.
    fn tell(&self, known: &Known, chosen: &[(usize, &'static Case)]) -> ExitCode {
        sayln!("\n{}\n", known.coverage.table());
        for (case, (why, again)) in &known.failures {
            sayln!(
                "{} {case}: {why}\n    {again}",
                terminal::paint(BAD, "FAILED")
            );
        }
        let is_whole = |part: &Part| {
            let chosen = chosen.iter().filter(|(_, case)| case.part == *part);
            chosen.count() == cases::all().filter(|case| case.part == *part).count()
        };
        let is_enough = self.seeds.last - self.seeds.first + 1 >= ENOUGH;
        let parts: BTreeSet<Part> = chosen.iter().map(|(_, case)| case.part).collect();
        let mut lacks = false;
        for part in parts.into_iter().filter(is_whole) {
            let missing = known.coverage.missing(part);
            if missing.is_empty() {
                continue;
            }
            let names: Vec<&str> = missing.iter().map(|one| one.name()).collect();
            let (style, word) = match is_enough {
                true => (BAD, "FAILED"),
                false => (OPEN, "not yet"),
            };
            sayln!(
                "{} {part}: what it is for never came about: {}",
                terminal::paint(style, word),
                names.join(", ")
            );
            lacks |= is_enough;
        }
        let Known { runs, failed, .. } = known;
        sayln!(
            "{}",
            terminal::paint(FAINT, &format!("{runs} runs, {failed} failed"))
        );
        ExitCode::from(u8::from(*failed > 0 || lacks))
    }
}

impl Run {
    fn new(case: &Case, strategy: Schedule, seed: u64, outcome: &Outcome) -> Run {
        let met = outcome.situations.met();
        Run {
            case: case.full_name(),
            strategy: strategy.name(),
            seed,
            failure: outcome
                .failure
                .as_ref()
                .map(|told| told.failure.short().to_string()),
            seconds: outcome.duration.as_secs_f64(),
            rpcs: outcome.rpcs,
            bytes: outcome.bytes,
            commands: outcome.commands,
            met: met
                .map(|(one, count)| (one.name().to_string(), count))
                .collect(),
        }
    }
}

impl Known {
    fn add(&mut self, run: &Run, part: Part, strategy: Schedule, faults: FaultFlags) {
        self.runs += 1;
        let count = |situation: Situation| {
            let count = run.met.get(situation.name()).copied();
            (situation, count.unwrap_or(0))
        };
        let met: Situations = Situation::all().map(count).collect();
        self.coverage.add(part, &met);
        let Some(why) = &run.failure else { return };
        self.failed += 1;
        let mut options = Options::default();
        options.selection.strategy = strategy;
        options.selection.faults = faults;
        let again = format!(
            "make test-{part} FILTER={} SEED={}{}",
            run.case.split("::").last().unwrap_or_default(),
            run.seed,
            options.to_repeat()
        );
        let first = || (why.clone(), again);
        self.failures.entry(run.case.clone()).or_insert_with(first);
    }
}

/// The seeds that each case was run under with each strategy.
type Made = BTreeMap<(usize, String), BTreeSet<u64>>;

/// Ranges of seeds that are to be run, made as they are asked for.
fn jobs(
    Seeds { first, last }: Seeds,
    chosen: &[(usize, &'static Case)],
    made: &Made,
    how: &Manner,
    workers: usize,
) -> impl Iterator<Item = Job> + use<> {
    let size = ((last - first + 1) / (4 * workers as u64)).clamp(1, LONGEST_JOB);
    let of_case = |(place, _): &(usize, &'static Case)| {
        let made = made.get(&(*place, how.strategy.name())).cloned();
        (*place, made.unwrap_or_default())
    };
    let cases: Vec<(usize, BTreeSet<u64>)> = chosen.iter().map(of_case).collect();
    let how = how.clone();
    cases.into_iter().flat_map(move |(case, made)| {
        let how = how.clone();
        let chunks = (first..=last).step_by(size as usize);
        chunks.flat_map(move |from| {
            let how = how.clone();
            let seeds = from..=(from + size - 1).min(last);
            runs_of(seeds.filter(|seed| !made.contains(seed)))
                .into_iter()
                .map(move |(first, count)| Job {
                    case,
                    first,
                    count,
                    how: how.clone(),
                })
        })
    })
}

/// Numbers that follow each other, as the first and how many they are.
fn runs_of(numbers: impl Iterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((first, count)) if *first + *count == number => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_range_with_both_ends() {
        assert_eq!(seeds("3..9"), Ok(Seeds { first: 3, last: 9 }));
        assert_eq!(seeds("3..3"), Ok(Seeds { first: 3, last: 3 }));
        for wrong in ["", "3", "9..3", "1..", "a..b", "0..18446744073709551615"] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_run_is_not_run_again() {
        assert_eq!(
            runs_of([1, 2, 3, 7, 9, 10].into_iter()),
            [(1, 3), (7, 1), (9, 2)]
        );
        assert_eq!(runs_of(std::iter::empty()), []);
    }
}
