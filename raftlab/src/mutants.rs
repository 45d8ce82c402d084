//! `raftlab mutants`: known bugs, each put into the reference; how soon which of the harness's
//! means catches each.
//!
//! | file | what it does |
//! | --- | --- |
//! | `patch` | a bug as a patch, with its header |
//! | `mechanical` | bugs that a machine makes, and their survivors |
//! | `build` | one program that holds them all, so that the harness is compiled and linked once |
//! | `progress` | how far that is |
//! | `verdict` | what became of each, kept as JSON |
//! | `sum` | what that comes to: a table, the figure of a badge |

// Several bugs at once, on the machine's own threads: nothing here is simulated.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)]

mod build;
mod mechanical;
mod patch;
mod progress;
mod sum;
mod verdict;

use build::Purpose;
use patch::Patch;
use runner::sayln;
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
    /// When all of them are known: keep the table in the handout, and the figure in README.md
    #[arg(long)]
    keep: bool,
    /// Not the known bugs, but those that cargo-mutants makes of the references
    ///
    /// Who survives and does no harm has its reason in tests/mutants/survivors.md.
    #[arg(long, conflicts_with_all = ["check", "keep"])]
    mechanical: bool,
    /// So many bugs at once, instead of one for each processor
    #[arg(long)]
    jobs: Option<usize>,
}

impl Mutants {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let root = checkout()?;
        let (folder, all) = self.all(&root)?;
        let wanted: Vec<&Patch> = all
            .iter()
            .filter(|one| one.name.contains(&self.filter))
            .collect();
        if wanted.is_empty() {
            return Err(format!("no bug has a name with {:?}", self.filter));
        }
        let mut wanted = match self.sample {
            Some(count) => sample(&wanted, count),
            None => wanted,
        };
        let judge = match self.mechanical {
            true => {
                build::lay_out_all(&root, &folder, wanted.iter().copied())?;
                let count = wanted.len();
                let judge = build::build_viable(&root, &folder, &mut wanted)?;
                sayln!("{} of {count} compile", wanted.len());
                judge
            }
            false => self.build(&root, &folder, &all, &wanted)?,
        };
        if self.check {
            sayln!("{} bugs apply and compile", wanted.len());
            return Ok(ExitCode::SUCCESS);
        }
        let kept = Verdicts::read(&folder, build::harness(&root)?, self.fresh);
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
                sayln!("{place:3}/{count} {verdict}");
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
        if self.keep {
            known.keep_in_project(&root, &all)?;
        }
        Ok(ExitCode::from(u8::from(missed)))
    }

    /// Where everything is laid out, and all bugs.
    fn all(&self, root: &Path) -> Result<(PathBuf, Vec<Patch>), String> {
        let notes = root.join("target/raftlab");
        if self.mechanical {
            let folder = notes.join("mechanical");
            let patches = mechanical::list(root, &folder)?;
            return Ok((folder, patches));
        }
        Ok((
            notes.join("mutants"),
            patch::read(&root.join("tests/mutants"))?,
        ))
    }

    /// Builds the program that judges known bugs.
    fn build(
        &self,
        root: &Path,
        folder: &Path,
        all: &[Patch],
        wanted: &[&Patch],
    ) -> Result<PathBuf, String> {
        build::lay_out_all(root, folder, all)?;
        // A part of them is not worth compiling all.
        let is_part = self.check || self.sample.is_some() || !self.filter.is_empty();
        let built: Vec<&Patch> = match is_part {
            true => wanted.to_vec(),
            false => all.iter().collect(),
        };
        let purpose = match self.check {
            true => Purpose::Check,
            false => Purpose::Judge,
        };
        build::build(root, folder, &built, purpose)
    }

    /// Runs the cases with a bug under more and more seeds, until one fails.
    fn judge(&self, judge: &Path, folder: &Path, patch: &Patch) -> Verdict {
        let begin = Instant::now();
        let mut caught = None;
        let mut tried = 0;
        for upto in [1, 5, 20, self.seeds] {
            let upto = upto.min(self.seeds);
            if caught.is_some() || upto <= tried {
                continue;
            }
            let seeds = (tried + 1, upto - tried);
            let (by, meant) = (&self.by, patch.meant_cases());
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            let rounds: [&[&str]; 2] = match by.is_empty() {
                true => [&meant, patch.cases()],
                false => [&by, &[]],
            };
            let rounds = rounds.into_iter().filter(|cases| !cases.is_empty());
            caught = rounds
                .filter_map(|cases| run(judge, folder, patch, cases, seeds))
                .next();
            tried = upto;
        }
        Verdict::new(patch, caught, tried, begin.elapsed())
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

/// So many of them, evenly spread; the next ones on each day.
fn sample<'a>(all: &[&'a Patch], count: usize) -> Vec<&'a Patch> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = now.map_or(0, |since| since.as_secs() / 86_400) as usize;
    let count = count.clamp(1, all.len());
    let places = (0..count).map(|number| (number * all.len() / count + days) % all.len());
    places.map(|place| all[place]).collect()
}

fn next<'a>(queue: &Mutex<std::slice::Iter<'a, &'a Patch>>) -> Option<&'a Patch> {
    queue.lock().unwrap().next().copied()
}

/// Runs the cases with a bug under so many seeds; what caught it first.
fn run(
    judge: &Path,
    folder: &Path,
    patch: &Patch,
    cases: &[&str],
    (seed, seeds): (u64, u64),
) -> Option<Caught> {
    let results = folder.join(format!("{}.json", patch.name));
    let _ = std::fs::remove_file(&results);
    let status = Command::new(judge)
        .args(cases)
        .args(["--enough", "--jobs", "1", "--seed", &seed.to_string()])
        .args(["--seeds", &seeds.to_string(), "--results"])
        .arg(&results)
        // What a machine made may hang everywhere: that it fails once is enough.
        .args(patch.is_mechanical.then_some("--fail-fast"))
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

/// The checkout that we are in.
fn checkout() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut folders = here.ancestors();
    let root = folders.find(|folder| folder.join("tests/mutants/raft-base.patch").is_file());
    root.map(Path::to_path_buf).ok_or_else(|| {
        "this is no checkout of the project, which has its bugs in tests/mutants".into()
    })
}
