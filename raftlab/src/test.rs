//! `raftlab test`: the suites.

use crate::workspace::Workspace;
use runner::usage;
use std::process::ExitCode;

/// Run the suites: parts (3A), labs (3) or cases (backup, 3B::backup, TestBackup3B)
#[derive(clap::Args)]
pub(crate) struct Test {
    /// What to run; everything if nothing is named
    select: Vec<String>,
    /// Run only the case of this name, or those whose name contains it
    #[arg(long)]
    filter: Option<String>,
    /// Run each case under so many seeds
    #[arg(long, default_value_t = 1, value_parser = usage::at_least_one)]
    seeds: u64,
    /// Begin with this seed (alone: run this one)
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    seed: u64,
    /// So many worker processes, instead of one for each processor
    #[arg(long, value_parser = usage::jobs)]
    jobs: Option<u64>,
    /// Real threads in real time, instead of the simulation
    #[arg(long)]
    real: bool,
    /// How the simulation picks the next thread: random, pct or fifo
    #[arg(long)]
    strategy: Option<String>,
    /// Stop at the first run that fails
    #[arg(long)]
    fail_fast: bool,
    /// For each case that fails, look for the simplest run that does
    #[arg(long)]
    shrink: bool,
    /// Run every seed twice and compare all that happened
    #[arg(long)]
    check_determinism: bool,
}

impl Test {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        Workspace::find()?.run(&self.arguments())
    }

    /// The same, as the runner says it.
    fn arguments(self) -> Vec<String> {
        let mut arguments = self.select;
        let mut option = |name: &str, value: Option<String>| {
            arguments.extend(
                value
                    .into_iter()
                    .flat_map(|value| [format!("--{name}"), value]),
            );
        };
        option("filter", self.filter);
        option("seeds", Some(self.seeds.to_string()));
        option("seed", Some(self.seed.to_string()));
        option("jobs", self.jobs.map(|jobs| jobs.to_string()));
        option("mode", self.real.then(|| "real".into()));
        option("strategy", self.strategy);
        let flags = [
            ("--check-determinism", self.check_determinism),
            ("--fail-fast", self.fail_fast),
            ("--shrink", self.shrink),
        ];
        let set = flags.into_iter().filter(|(_, set)| *set);
        arguments.extend(set.map(|(flag, _)| flag.to_string()));
        arguments
    }
}
