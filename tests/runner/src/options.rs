//! The command line, once: the programs that judge, `raftlab test` and the variables of `make` all
//! take what stands here.

use super::pages::Viz;
use super::terminal::shell_word;
use super::{files, usage};
use clap::{Parser, ValueEnum};
use host::Members;
use labrt::{Plan, Strategy};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;
use suites::cluster::Faults;

/// What to run and how. The variables of `make` are the options of the same name; its help says
/// the same of them.
#[derive(clap::Args, Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What to run: a part (3A), a lab (3), a case (backup or 3B::backup) or the course's name for
    /// it (TestBackup3B); everything if none is given
    pub select: Vec<String>,
    /// Run only the case of this name, or the cases whose name contains it
    #[arg(long, default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Run each case under so many seeds
    #[arg(long, default_value_t = 1, value_parser = usage::at_least_one)]
    pub seeds: u64,
    /// Begin with this seed (alone: run this one)
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    pub seed: u64,
    /// In which world: sim, isolated (servers are processes), process, real (real time)
    #[arg(long, value_enum, default_value_t = Mode::Sim)]
    pub mode: Mode,
    /// So many worker processes, instead of one for each processor
    #[arg(long, value_parser = usage::jobs)]
    pub jobs: Option<u64>,
    /// How the simulation picks the next thread
    #[arg(long, value_enum, default_value_t = Schedule::Random)]
    pub strategy: Schedule,
    /// Refuse to judge where a server's process cannot be walled in; only with --mode isolated
    #[arg(long)]
    pub require_wall: bool,
    /// Run every seed twice and compare all that happened
    #[arg(long)]
    pub check_determinism: bool,
    /// Stop at the first run that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// For each case that fails, look for the simplest run that does: some 1,000 more runs
    #[arg(long)]
    pub shrink: bool,
    /// Which runs leave a page for a browser
    #[arg(long, value_enum, default_value_t = Viz::Failure)]
    pub viz: Viz,
    /// What goes otherwise than it would by itself, as a report says it (7,12=1)
    #[arg(long, value_name = "CHOICES")]
    pub plan: Option<Plan>,
    /// What goes wrong beside what the cases ask for.
    #[command(flatten)]
    pub faults: FaultFlags,
}

/// Faults beside those of the cases. What each does stands at [`Faults`].
#[derive(clap::Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Faults beside those of the cases")]
pub struct FaultFlags {
    /// One request in two from server to server comes twice
    #[arg(long)]
    pub duplicate: bool,
    /// Some messages take 100 ms and more, so that later ones overtake them
    #[arg(long)]
    pub late: bool,
    /// Each message takes 0.5 to 5 ms
    #[arg(long)]
    pub jitter: bool,
    /// Now and then a server stands still for 20 to 120 ms (sim)
    #[arg(long)]
    pub pause: bool,
    /// Each server's clock runs up to a tenth too fast or too slow (sim)
    #[arg(long)]
    pub skew: bool,
    /// All faults that no case asks for: messages late and twice, pauses, wrong clocks
    #[arg(long)]
    pub chaos: bool,
}

impl FaultFlags {
    /// What is to go wrong.
    pub fn faults(self) -> Faults {
        match self.chaos {
            true => Faults::ALL,
            false => Faults {
                duplicate: self.duplicate,
                late: self.late,
                jitter: self.jitter,
                pause: self.pause,
                skew: self.skew,
            },
        }
    }

    /// Those that were typed.
    pub(super) fn typed(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.duplicate, "--duplicate"),
            (self.late, "--late"),
            (self.jitter, "--jitter"),
            (self.pause, "--pause"),
            (self.skew, "--skew"),
            (self.chaos, "--chaos"),
        ];
        all.into_iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, flag)| flag)
    }

    /// Why they cannot be had in this world, if they cannot.
    pub(super) fn check(self, mode: Mode) -> Result<(), String> {
        let simulated = [(self.pause, "--pause"), (self.skew, "--skew")];
        match simulated.into_iter().find(|(is_set, _)| *is_set) {
            Some((_, flag)) if !mode.is_virtual() => Err(format!(
                "{flag} is for the simulation: no real thread can be held up, and no real clock \
                 be wrong"
            )),
            _ => Ok(()),
        }
    }
}

/// Judge a Raft, and what stands on it, by the course's cases.
#[derive(clap::Parser, Clone, Debug, PartialEq, Eq)]
#[command(name = "labs")]
pub struct Options {
    /// What to run and how.
    #[command(flatten)]
    pub selection: Selection,
    /// Judge the Raft in that folder, instead of the reference
    ///
    /// A crate that offers `pub fn make` as `labapi::MakeRaft`.
    #[arg(long, value_name = "path")]
    pub raft: Option<PathBuf>,
    /// Judge the key/value service in that folder, on either Raft
    ///
    /// A crate that offers `pub fn lab4` as `labapi::kv::Lab4` tells.
    #[arg(long, value_name = "path")]
    pub kv: Option<PathBuf>,
    /// Judge the step-driven Raft in that folder, by TinyKV's cases and by the labs'
    ///
    /// A crate that offers `pub struct Tiny`, a `labapi::step::Track`.
    #[arg(long, value_name = "path")]
    pub tiny: Option<PathBuf>,
    /// What `--raft` was when this program was built: how to name it in a command
    #[arg(long, hide = true)]
    pub judged_raft: Option<PathBuf>,
    /// What `--kv` was
    #[arg(long, hide = true)]
    pub judged_kv: Option<PathBuf>,
    /// What `--tiny` was
    #[arg(long, hide = true)]
    pub judged_tiny: Option<PathBuf>,
    /// Keep what became of each case in this file [default: target/raftlab/results.json]
    #[arg(long, hide = true)]
    pub results: Option<PathBuf>,
    /// Keep in this file what is known of each case so far, as the runs go on
    #[arg(long, hide = true)]
    pub so_far: Option<PathBuf>,
    /// Run a case that has failed under no more seeds
    #[arg(long, hide = true)]
    pub enough: bool,
    /// Print the whole event stream of each run
    #[arg(long)]
    pub trace: bool,
    /// Write the whole event stream of the one run that is asked for to this file, as JSON lines
    #[arg(long, value_name = "FILE", hide = true)]
    pub trace_to: Option<PathBuf>,
    /// Show what was measured, and not what was used: messages and bytes a command, how long a
    /// commit takes, elections a minute while nothing goes wrong, time without a leader (sim)
    #[arg(long)]
    pub figures: bool,
    /// Print nothing that differs from one run of a seed to the next, such as wall times
    #[arg(long, hide = true)]
    pub steady: bool,
    /// List the cases with points and prose, and run nothing
    #[arg(long)]
    pub list: bool,
}

/// In which world the cases run.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Virtual time; a run follows from its seed
    Sim,
    /// Virtual time, and each server in a process of its own: they share nothing; a run follows
    /// from its seed
    Isolated,
    /// As isolated, with threads of one process: for tests that compare the two
    #[value(hide = true)]
    Cells,
    /// Real time, and each server in a process of its own: a crash is a kill, a disk is a file
    Process,
    /// Real threads and real time
    Real,
}

impl Mode {
    /// Whether a run takes virtual time, and follows from its seed.
    pub fn is_virtual(self) -> bool {
        matches!(self, Mode::Sim | Mode::Isolated | Mode::Cells)
    }

    /// What servers are made of, the first choice first; of nothing, where they are threads like
    /// all others.
    pub(super) fn members(self) -> &'static [Members] {
        match self {
            Mode::Sim | Mode::Real => &[],
            Mode::Isolated | Mode::Process => &[Members::Processes],
            Mode::Cells => &[Members::Cells, Members::Processes],
        }
    }
}

/// Names of the scheduling strategies.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// Any thread that could run
    Random,
    /// Random priorities with a few changes (probabilistic concurrency testing)
    Pct,
    /// In turn
    Fifo,
}

impl Schedule {
    /// As it is typed.
    pub(super) fn name(self) -> String {
        let value = self.to_possible_value().expect("no variant is skipped");
        value.get_name().to_string()
    }

    pub(super) fn strategy(self) -> Strategy {
        match self {
            Schedule::Random => Strategy::default(),
            Schedule::Pct => Strategy::pct(3),
            Schedule::Fifo => Strategy::Fifo,
        }
    }
}

impl Default for Options {
    /// What holds when nothing is typed.
    fn default() -> Options {
        Options::parse_from(["labs"])
    }
}

impl Default for Selection {
    fn default() -> Selection {
        Options::default().selection
    }
}

/// The words of a command line that another program is given.
#[derive(Default)]
struct Words(Vec<OsString>);

impl Words {
    fn option(&mut self, name: &str, value: impl Into<OsString>) {
        self.0.extend([name.into(), value.into()]);
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        self.0.extend(is_set.then(|| name.into()));
    }

    fn choice(&mut self, name: &str, value: &impl ValueEnum) {
        let value = value.to_possible_value().expect("no variant is skipped");
        self.option(name, value.get_name());
    }
}

impl Selection {
    /// The command line that means this.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut words = Words::default();
        words.0.extend(self.select.iter().map(OsString::from));
        if !self.filter.is_empty() {
            words.option("--filter", &self.filter);
        }
        words.option("--seeds", self.seeds.to_string());
        words.option("--seed", self.seed.to_string());
        words.choice("--mode", &self.mode);
        if let Some(jobs) = self.jobs {
            words.option("--jobs", jobs.to_string());
        }
        words.choice("--strategy", &self.strategy);
        words.flag("--require-wall", self.require_wall);
        words.flag("--check-determinism", self.check_determinism);
        words.flag("--fail-fast", self.fail_fast);
        words.flag("--shrink", self.shrink);
        words.choice("--viz", &self.viz);
        if let Some(plan) = &self.plan {
            words.option("--plan", plan.to_string());
        }
        words.0.extend(self.faults.typed().map(OsString::from));
        words.0
    }
}

impl Options {
    /// The command line that means this.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut words = Words(self.selection.arguments());
        let paths = [
            ("--raft", &self.raft),
            ("--kv", &self.kv),
            ("--tiny", &self.tiny),
            ("--judged-raft", &self.judged_raft),
            ("--judged-kv", &self.judged_kv),
            ("--judged-tiny", &self.judged_tiny),
            ("--results", &self.results),
            ("--so-far", &self.so_far),
            ("--trace-to", &self.trace_to),
        ];
        for (name, path) in paths {
            if let Some(path) = path {
                words.option(name, path);
            }
        }
        words.flag("--enough", self.enough);
        words.flag("--trace", self.trace);
        words.flag("--figures", self.figures);
        words.flag("--steady", self.steady);
        words.flag("--list", self.list);
        words.0
    }

    /// Whether another implementation than the one in this workspace is judged.
    pub(super) fn is_of_others(&self) -> bool {
        let judged = [&self.judged_raft, &self.judged_kv, &self.judged_tiny];
        judged.iter().any(|path| path.is_some())
    }

    /// What follows `make test-3A FILTER=… SEED=…` to run a case again as it was run.
    pub(super) fn to_repeat(&self) -> String {
        let mut words = String::new();
        if !self.selection.mode.is_virtual() {
            words.push_str(" MODE=real");
        }
        let judged = [
            ("RAFT", &self.judged_raft),
            ("KV", &self.judged_kv),
            ("TINY", &self.judged_tiny),
        ];
        for (variable, path) in judged {
            let Some(path) = path else { continue };
            let root = files::root();
            let path = path.strip_prefix(&root).unwrap_or(path);
            let path = shell_word(&path.display().to_string());
            words.push_str(&format!(" {variable}={path}"));
        }
        let mut flags: Vec<String> = Vec::new();
        match self.selection.strategy {
            Schedule::Random => {}
            Schedule::Pct => flags.push("--strategy pct".into()),
            Schedule::Fifo => flags.push("--strategy fifo".into()),
        }
        if self.selection.check_determinism {
            flags.push("--check-determinism".into());
        }
        flags.extend(
            self.selection
                .plan
                .as_ref()
                .map(|plan| format!("--plan {plan}")),
        );
        if self.selection.faults.chaos {
            words.push_str(" CHAOS=1");
        } else {
            flags.extend(self.selection.faults.typed().map(String::from));
        }
        if !flags.is_empty() {
            words.push_str(&format!(" ARGS=\"{}\"", flags.join(" ")));
        }
        words
    }
}

#[cfg(test)]
mod tests;
