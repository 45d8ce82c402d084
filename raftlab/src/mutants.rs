//! `raftlab mutants`: known bugs, each put into the reference; how soon which of the harness's
//! means catches each.
//!
//! | file | what it does |
//! | --- | --- |
//! | `patch` | a bug as a patch, with its header |
//! | `build` | one program that holds them all, so that the harness is compiled and linked once |
//! | `progress` | how far that is |
//! | `verdict` | what became of each, kept as JSON, as Markdown, and as the figure of a badge |

// Several bugs at once, on the machine's own threads: nothing here is simulated.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)]

mod build;
mod patch;
mod progress;
mod verdict;

use build::Purpose;
use patch::Patch;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use verdict::{Caught, Verdict, Verdicts};

/// Put known bugs into the reference, and see what catches each
///
/// Only in a checkout of the project: the bugs are the patches of `tests/mutants`. What is known of
/// a bug is kept, until its patch or the harness changes.
#[derive(clap::Args)]
pub(crate) struct Mutants {
    /// Only bugs whose name contains this
    #[arg(default_value = "")]
    filter: String,
    /// Try at most so many seeds of each case
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// Try again what is known already
    #[arg(long)]
    fresh: bool,
    /// Only see whether all patches apply, and whether the bugs compile
    #[arg(long)]
    check: bool,
    /// Only so many of them, every day others; all must still apply
    #[arg(long)]
    sample: Option<usize>,
    /// Judge by this part or case and not by those that each bug is one of, and keep nothing: which
    /// bugs of a step-driven Raft does lab 3 catch?
    #[arg(long, value_name = "PART")]
    by: Vec<String>,
    /// So many bugs at once, instead of one for each processor
    #[arg(long)]
    jobs: Option<usize>,
}

impl Mutants {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let root = checkout()?;
        let all = patch::read(&root.join("tests/mutants"))?;
        let wanted: Vec<&Patch> = all
            .iter()
            .filter(|one| one.name.contains(&self.filter))
            .collect();
        if wanted.is_empty() {
            return Err(format!(
                "no patch in tests/mutants has a name with {:?}",
                self.filter
            ));
        }
        let folder = root.join("target/raftlab/mutants");
        build::lay_out_all(&root, &folder, &all)?;
        let wanted = match self.sample {
            Some(count) => sample(&wanted, count),
            None => wanted,
        };
        // A part of them is not worth compiling all.
        let is_part = self.check || self.sample.is_some() || !self.filter.is_empty();
        let built: Vec<&Patch> = match is_part {
            true => wanted.clone(),
            false => all.iter().collect(),
        };
        let purpose = match self.check {
            true => Purpose::Check,
            false => Purpose::Judge,
        };
        let judge = build::build(&root, &folder, &built, purpose)?;
        if self.check {
            println!("{} bugs apply and compile", wanted.len());
            return Ok(ExitCode::SUCCESS);
        }
        let kept = Verdicts::read(&folder, &judge, self.fresh);
        let (count, told) = (wanted.len(), AtomicUsize::new(0));
        let known = Mutex::new(kept);
        let queue = Mutex::new(wanted.iter());
        let jobs = self.jobs.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        });
        let work = || {
            while let Some(patch) = next(&queue) {
                let before = known.lock().unwrap().of(patch, self.seeds);
                let before = before.filter(|_| self.by.is_empty());
                let verdict = before.unwrap_or_else(|| self.judge(&judge, &folder, patch));
                let place = 1 + told.fetch_add(1, Ordering::Relaxed);
                println!("{place:3}/{count} {verdict}");
                if self.by.is_empty() {
                    known.lock().unwrap().keep(&folder, verdict);
                }
            }
        };
        std::thread::scope(|scope| {
            (0..jobs.max(1)).for_each(|_| {
                scope.spawn(work);
            });
        });
        if !self.by.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        let known = known.into_inner().unwrap();
        let missed = known.tell(&folder, &wanted)?;
        Ok(ExitCode::from(u8::from(missed)))
    }

    /// Runs the cases with a bug under more and more seeds, until one fails.
    fn judge(&self, judge: &Path, folder: &Path, patch: &Patch) -> Verdict {
        let begin = Instant::now();
        let mut caught = None;
        let mut tried = 0;
        for upto in [1, 5, 20, self.seeds] {
            let upto = upto.min(self.seeds);
            if caught.is_none() && upto > tried {
                caught = self.attempt(judge, folder, patch, (tried + 1, upto - tried));
                tried = upto;
            }
        }
        Verdict::new(patch, caught, tried, begin.elapsed())
    }

    /// Runs the cases with a bug under so many seeds; what caught it first.
    fn attempt(
        &self,
        judge: &Path,
        folder: &Path,
        patch: &Patch,
        (seed, seeds): (u64, u64),
    ) -> Option<Caught> {
        let own = patch.cases().iter().map(|part| part.to_string());
        let parts: Vec<String> = match self.by.is_empty() {
            true => own.collect(),
            false => self.by.clone(),
        };
        let results = folder.join(format!("{}.json", patch.name));
        let _ = std::fs::remove_file(&results);
        let status = Command::new(judge)
            .args(parts)
            .args(["--jobs", "1", "--seed", &seed.to_string()])
            .args(["--seeds", &seeds.to_string(), "--results"])
            .arg(&results)
            .env("RAFTLAB_MUTANT", &patch.name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let results = runner::results::read(&results);
        if results.is_empty() || status.is_err() {
            return Some(Caught::of_nothing());
        }
        let failed = results.into_iter().filter_map(|(case, result)| {
            let (seed, why) = result.failure?;
            Some(Caught::new(case, seed, &why))
        });
        // The first seed decides; of those that fail under it, an invariant says most.
        failed.min_by_key(|caught| (caught.seed, caught.invariant.is_none()))
    }
}

/// Hands this command line to the reference with that bug in it.
pub(crate) fn explore(bug: &str) -> Result<ExitCode, String> {
    let root = checkout()?;
    let all = patch::read(&root.join("tests/mutants"))?;
    let Some(patch) = all.iter().find(|one| one.name == bug) else {
        return Err(format!("there is no patch tests/mutants/{bug}.patch"));
    };
    let folder = root.join("target/raftlab/mutants");
    build::lay_out_all(&root, &folder, std::slice::from_ref(patch))?;
    let judge = build::build(&root, &folder, &[patch], Purpose::Explore)?;
    let mut command = Command::new(judge);
    command.args(std::env::args_os().skip(1));
    command.env("RAFTLAB_MUTANT", bug);
    let status = runner::interrupt::status(&mut command);
    let status = status.map_err(|error| format!("cannot run it: {error}"))?;
    Ok(ExitCode::from(
        status.code().unwrap_or(130).clamp(0, 255) as u8
    ))
}

/// So many of them, from another place on each day.
fn sample<'a>(all: &[&'a Patch], count: usize) -> Vec<&'a Patch> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = now.map_or(0, |since| since.as_secs() / 86_400) as usize;
    let from = days.wrapping_mul(count) % all.len();
    let round = all.iter().cycle().skip(from);
    round.take(count.min(all.len())).copied().collect()
}

fn next<'a>(queue: &Mutex<std::slice::Iter<'a, &'a Patch>>) -> Option<&'a Patch> {
    queue.lock().unwrap().next().copied()
}

/// The checkout that we are in.
fn checkout() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut folders = here.ancestors();
    let root = folders.find(|folder| folder.join("tests/mutants/raft-base.patch").is_file());
    root.map(Path::to_path_buf).ok_or_else(|| {
        "this is no checkout of the project, which has its bugs in tests/mutants".into()
    })
}
