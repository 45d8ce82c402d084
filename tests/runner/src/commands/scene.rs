//! `raftlab scene`: scenes of a lecture, each as a page that says what to look at.

use super::Place;
use super::view::{JudgedFlags, Shown};
use crate::sayln;
use crate::usage;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use suites::cases::{self, Case};

/// Play a scene of a lecture, and write a page that shows it; without a name, list them
#[derive(clap::Args)]
pub struct Scene {
    /// The scene, such as figure_8
    name: Option<String>,
    /// RAFT=path: on the Raft in that folder, as --raft
    #[arg(value_name = "RAFT=path")]
    variable: Option<String>,
    /// The seed
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    seed: u64,
    /// Write the page to this file [default: target/raftlab/views/lecture-NAME-SEED.html]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show the page in the browser
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    judged: JudgedFlags,
}

impl Scene {
    pub(super) fn run(mut self, place: &Place) -> Result<ExitCode, String> {
        let Some(name) = &self.name else {
            list();
            return Ok(ExitCode::SUCCESS);
        };
        let case = named(name)?;
        if let Some(word) = &self.variable {
            let path = word.strip_prefix("RAFT=");
            let path = path.ok_or_else(|| {
                format!("one word too many: {word:?}; RAFT=path names a Raft to play it on")
            })?;
            self.judged.raft = Some(path.into());
        }
        let what = OsString::from(case.full_name());
        let shown = Shown {
            what: &what,
            seed: Some(self.seed),
            output: self.output.as_deref(),
            opens: self.open,
            judged: &self.judged,
            faults: Default::default(),
            again: Some(format!("raftlab scene {} --seed {}", case.name, self.seed)),
        };
        shown.of_case(place)
    }
}

/// The scene of this name, which may be its beginning.
fn named(name: &str) -> Result<&'static Case, String> {
    let plain = name.to_ascii_lowercase().replace(['-', ' '], "_");
    let all = || cases::lectures().map(|(_, case)| case);
    let mut meant: Vec<_> = all().filter(|case| case.name.starts_with(&plain)).collect();
    if let Some(whole) = all().find(|case| case.name == plain) {
        meant = vec![whole];
    }
    match meant[..] {
        [one] => Ok(one),
        _ => {
            let names: Vec<&str> = all().map(|case| case.name).collect();
            let names = names.join(", ");
            Err(format!("there is no scene {name:?}; there are {names}"))
        }
    }
}

fn list() {
    let longest = cases::lectures().map(|(_, case)| case.name.len()).max();
    for (_, case) in cases::lectures() {
        sayln!(
            "{:<1$}  {2} servers  {3}",
            case.name,
            longest.unwrap_or(0),
            case.servers,
            case.about
        );
    }
}
