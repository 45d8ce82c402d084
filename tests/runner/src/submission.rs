//! Judging a crate that is not linked into this program: a ten-line `main` is written around it,
//! built beside the project's own crates, and run in this one's place.

mod inspect;
mod program;

use super::files::{self, cargo, harness};
use super::interrupt;
use super::options::Options;
use crate::warnln;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What is expected of a Raft.
const MAKE: &str = "pub fn make(Vec<ClientEnd>, usize, Arc<Persister>, Sender<ApplyMsg>) \
                    -> Arc<dyn Raft>` (labapi::MakeRaft)";

/// What is expected of lab 4.
const LAB4: &str = "pub fn lab4<M: StateMachine>() -> Lab4<M>` (labapi::kv::Lab4)";

/// What is expected of a step-driven Raft.
const TINY: &str = "pub struct Tiny`, a `labapi::step::Track`";

/// The crates of a submission.
struct Crates {
    /// `None` where a step-driven one runs in its place.
    raft: Option<Part>,
    kv: Part,
    tiny: Option<Part>,
}

impl Crates {
    fn of(options: &Options) -> Result<Crates, String> {
        let tiny = options.tiny.as_deref();
        let raft = options.raft.as_deref();
        let tiny =
            tiny.map(|path| Part::new(("TINY", "submitted_tiny", TINY), Some(path), "rawraft"));
        let raft = (raft.is_some() || tiny.is_none())
            .then(|| Part::new(("RAFT", "submitted_raft", MAKE), raft, "raft"));
        Ok(Crates {
            raft: raft.transpose()?,
            kv: Part::new(
                ("KV", "submitted_kv", LAB4),
                options.kv.as_deref(),
                "kvraft",
            )?,
            tiny: tiny.transpose()?,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Part> {
        let others = self.raft.iter().chain([&self.kv]);
        others.chain(&self.tiny)
    }

    fn theirs(&self) -> Vec<&Part> {
        self.all().filter(|part| part.is_theirs).collect()
    }

    /// How reports call what is judged.
    fn title(&self) -> String {
        let theirs = self.theirs();
        match &theirs[..] {
            [tiny] if tiny.alias == "submitted_tiny" => tiny.name.clone(),
            [kv] if kv.alias == "submitted_kv" => format!("{} on the reference Raft", kv.name),
            [one] => one.name.clone(),
            [raft, kv, ..] if raft.path.parent() == kv.path.parent() => {
                format!("{} and {}", raft.name, kv.name)
            }
            _ => {
                let paths = theirs
                    .iter()
                    .rev()
                    .map(|part| part.path.display().to_string());
                paths.collect::<Vec<_>>().join(" on ")
            }
        }
    }
}

/// One crate of a submission, or the reference in its place.
struct Part {
    /// How the program around it calls it.
    alias: &'static str,
    offers: &'static str,
    /// The package, and where it is.
    name: String,
    path: PathBuf,
    /// What cargo builds of it.
    built: PathBuf,
    /// Whether it was handed in.
    is_theirs: bool,
}

impl Part {
    fn new(
        (variable, alias, offers): (&'static str, &'static str, &'static str),
        theirs: Option<&Path>,
        ours: &str,
    ) -> Result<Part, String> {
        let (path, name, built) = match theirs {
            Some(path) => inspect::crate_at(path, variable)?,
            None => (reference(ours)?, ours.to_string(), reference(ours)?),
        };
        Ok(Part {
            alias,
            offers,
            name,
            path,
            built,
            is_theirs: theirs.is_some(),
        })
    }
}

/// Where a reference lies. Students have none.
fn reference(name: &str) -> Result<PathBuf, String> {
    let path = harness().join(name);
    match path.is_dir() {
        true => Ok(path),
        false => Err(format!(
            "there is no reference {name} in this workspace; raftlab grade judges what others wrote"
        )),
    }
}

/// Builds the crates that were handed in with the suites, the reference where there is none, and
/// runs that with the other options.
pub(super) fn judge(options: &Options) -> Result<ExitCode, String> {
    let crates = Crates::of(options)?;
    let program = format!("judged-{:016x}", number(&crates));
    let home = program::write(&crates, &program)
        .map_err(|error| format!("cannot write the program that runs a submission: {error}"))?;
    let built = build(&home, &crates, &program)?;
    let judged = |part: Option<&Part>| {
        let theirs = part.filter(|part| part.is_theirs);
        theirs.map(|part| part.path.clone())
    };
    let options = Options {
        raft: None,
        kv: None,
        tiny: None,
        judged_raft: judged(crates.raft.as_ref()),
        judged_kv: judged(Some(&crates.kv)),
        judged_tiny: judged(crates.tiny.as_ref()),
        ..options.clone()
    };
    let status = interrupt::status(Command::new(&built).args(options.arguments()))
        .map_err(|error| format!("cannot run {}: {error}", built.display()))?;
    Ok(ExitCode::from(status.code().unwrap_or(2) as u8))
}

/// Tells submissions apart, so that each has a program of its own.
fn number(crates: &Crates) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in crates.all() {
        (part.alias, &part.path).hash(&mut hasher);
    }
    hasher.finish()
}

fn build(home: &Path, crates: &Crates, program: &str) -> Result<PathBuf, String> {
    let target = files::target();
    let theirs = crates.theirs();
    if std::io::stderr().is_terminal() {
        for part in &theirs {
            warnln!("Building {}", part.path.display());
        }
    }
    let output = cargo()
        .args(["build", "--quiet", "--color", "never", "--manifest-path"])
        .arg(home.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if output.status.success() {
        return Ok(target.join("debug").join(program));
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let failed = |package: &str| text.contains(&format!("could not compile `{package}`"));
    let (what, error) = if let Some(part) = theirs.iter().find(|part| failed(&part.name)) {
        let what = format!("{} does not compile", part.path.display());
        (what, first_error(&text))
    } else if failed(program)
        // Only our few lines around the crates do not: one is not what they expect.
        && let Some(part) = theirs
            .iter()
            .find(|part| text.contains(part.alias) || theirs.len() == 1)
    {
        let what = format!("{} offers no `{}", part.path.display(), part.offers);
        (what, first_error(&text))
    } else {
        let paths: Vec<String> = theirs
            .iter()
            .map(|part| part.path.display().to_string())
            .collect();
        let what = format!("{} cannot be built", paths.join(" with "));
        (what, from_first_error(&text))
    };
    Err(format!("{what}; the first error is\n{error}"))
}

/// The compiler's first error, without the warnings before it.
fn first_error(text: &str) -> String {
    let text = from_first_error(text);
    let first = text.split_once("\n\n").map(|(first, _)| first);
    first.unwrap_or(&text).to_string()
}

/// What cargo says from its first error on. Its own errors tell their causes last.
fn from_first_error(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("error"));
    lines.collect::<Vec<_>>().join("\n")
}
