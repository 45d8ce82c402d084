//! The command line.

use super::{root, usage};
use labrt::Strategy;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Judge a Raft, and what stands on it, by the course's cases.
#[derive(clap::Parser, Clone, Debug)]
#[command(name = "labs")]
pub(super) struct Options {
    /// What to run: a part (3A), a lab (3), a case (backup or 3B::backup) or the course's name for
    /// it (TestBackup3B); everything if none is given
    pub(super) select: Vec<String>,
    /// Run only the case of this name (ours or the course's), or those whose name contains it
    #[arg(long, default_value = "")]
    pub(super) filter: String,
    /// Number of seeds for each case, counted up from the first
    #[arg(long, default_value_t = 1, value_parser = usage::at_least_one)]
    pub(super) seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    pub(super) seed: u64,
    /// Simulated network and virtual time, or real threads and the wall clock
    #[arg(long, value_enum, default_value_t = Mode::Sim)]
    pub(super) mode: Mode,
    /// Worker processes to run side by side [default: one for each processor]
    #[arg(long, value_parser = usage::jobs)]
    pub(super) jobs: Option<u64>,
    /// How the simulation picks the next thread
    #[arg(long, value_enum, default_value_t = Schedule::Random)]
    pub(super) strategy: Schedule,
    /// Run every seed twice and compare all that happened
    #[arg(long)]
    pub(super) check_determinism: bool,
    /// Stop at the first run that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// For each case that fails, look for the simplest run that does: 600 more runs
    #[arg(long)]
    pub(super) shrink: bool,
    /// Judge the crate at this path, which offers `pub fn make` as `labapi::MakeRaft`
    #[arg(long)]
    pub(super) raft: Option<PathBuf>,
    /// Judge the crate at this path in lab 4; it offers `pub fn lab4` as `labapi::kv::Lab4` tells
    #[arg(long)]
    pub(super) kv: Option<PathBuf>,
    /// What `--raft` was when this program was built: how to name it in a command
    #[arg(long, hide = true)]
    pub(super) judged_raft: Option<PathBuf>,
    /// What `--kv` was
    #[arg(long, hide = true)]
    pub(super) judged_kv: Option<PathBuf>,
    /// Keep what became of each case in this file [default: target/raftlab/results.json]
    #[arg(long, hide = true)]
    pub(super) results: Option<PathBuf>,
    /// Print the whole event stream of each run
    #[arg(long)]
    pub(super) trace: bool,
    /// Print nothing that differs from one run of a seed to the next, such as wall times
    #[arg(long, hide = true)]
    pub(super) steady: bool,
    /// List the cases with points and prose, and run nothing
    #[arg(long)]
    pub(super) list: bool,
}

/// In which world the cases run.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mode {
    /// Virtual time; a run follows from its seed
    Sim,
    /// Real threads and real time, as in the course
    Real,
}

/// Names of the scheduling strategies.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Schedule {
    /// Any thread that could run
    Random,
    /// Random priorities with a few changes (probabilistic concurrency testing)
    Pct,
    /// In turn
    Fifo,
}

impl Schedule {
    pub(super) fn strategy(self) -> Strategy {
        match self {
            Schedule::Random => Strategy::default(),
            Schedule::Pct => Strategy::pct(3),
            Schedule::Fifo => Strategy::Fifo,
        }
    }
}

impl Options {
    /// Whether another implementation than the one in this workspace is judged.
    pub(super) fn is_of_others(&self) -> bool {
        self.judged_raft.is_some() || self.judged_kv.is_some()
    }

    /// What follows `make test-3A FILTER=… SEED=…` to run a case again as it was run.
    pub(super) fn to_repeat(&self) -> String {
        let mut words = String::new();
        if self.mode == Mode::Real {
            words.push_str(" MODE=real");
        }
        let judged = [("RAFT", &self.judged_raft), ("KV", &self.judged_kv)];
        for (variable, path) in judged {
            let Some(path) = path else { continue };
            let root = root();
            let path = path.strip_prefix(&root).unwrap_or(path);
            let path = shell_word(&path.display().to_string());
            words.push_str(&format!(" {variable}={path}"));
        }
        let mut flags = Vec::new();
        match self.strategy {
            Schedule::Random => {}
            Schedule::Pct => flags.push("--strategy pct"),
            Schedule::Fifo => flags.push("--strategy fifo"),
        }
        if self.check_determinism {
            flags.push("--check-determinism");
        }
        if !flags.is_empty() {
            words.push_str(&format!(" ARGS=\"{}\"", flags.join(" ")));
        }
        words
    }
}

/// `text` as one word of a shell.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    match text.chars().all(plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
