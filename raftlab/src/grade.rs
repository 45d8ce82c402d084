//! `raftlab grade`: points for submissions, in the plain form, for implementations one trusts. Each
//! is built against one harness and nothing of its own but its sources: `collect` takes those,
//! `judge` builds and runs them in the `court`, `progress` tells how far that is, `report`
//! what came of it.

mod collect;
mod court;
mod judge;
mod progress;
mod report;

use court::Court;
use runner::{interrupt, usage};
use runner::{say, sayln, warnln};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use suites::cases;

/// Build and judge submissions, and write their points
///
/// A submission is a student's workspace, of either track, or one crate of it. For each, there will
/// be OUT/NAME/results.json for Gradescope and OUT/NAME/report.txt; for all, OUT/grades.csv.
#[derive(clap::Args)]
pub(crate) struct Grade {
    /// The folders to grade
    #[arg(required = true)]
    submissions: Vec<PathBuf>,
    /// Parts or cases to judge by
    #[arg(long, value_name = "PART", default_values = ["3A", "3B", "3C", "3D"])]
    parts: Vec<String>,
    /// Judge lab 4 on the reference Raft, not on the submission's own
    #[arg(long)]
    reference_raft: bool,
    /// Seeds for each case; it earns its points if all pass
    #[arg(long, default_value_t = 20, value_parser = usage::at_least_one)]
    seeds: u64,
    /// The first seed; one that students do not know
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    seed: u64,
    /// Where to write
    #[arg(long, default_value = "grades", value_name = "OUT")]
    out: PathBuf,
    /// Judge with the project's checkout at PATH, not with the harness that raftlab carries
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
}

/// The table of all submissions, in the folder to write to.
const TABLE: &str = "grades.csv";

/// What was handed in, and what it is called.
struct Submission {
    name: String,
    folder: PathBuf,
}

impl Grade {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let is_known = |word: &&String| cases::all().any(|case| case.is_meant_by(word));
        if let Some(word) = self.parts.iter().find(|word| !is_known(word)) {
            return Err(format!("{}; raftlab list shows all", runner::unknown(word)));
        }
        let submissions = self.named()?;
        let court = Court::open(self.link.as_deref())?;
        let out = |name: &str| self.out.join(name);
        sayln!(
            "The code of {} runs with your rights: this is no sandbox.",
            if submissions.len() == 1 {
                "the submission"
            } else {
                "the submissions"
            }
        );
        let mut verdicts = Vec::new();
        for (done, submission) in submissions.iter().enumerate() {
            interrupt::note(self.broken_off(done));
            warnln!("grading {} …", submission.name);
            let folder = out(&submission.name);
            let verdict = judge::judge(&self, &court, &submission.folder, &folder)?;
            report::write(&folder, &verdict)?;
            say!("{}", report::table(&submission.name, &verdict));
            verdicts.push((submission.name.as_str(), verdict));
            // As they come: whoever stops here has what is done so far.
            report::write_csv(&self.out.join(TABLE), &verdicts)?;
        }
        say!("{}", report::summary(&verdicts));
        Ok(ExitCode::SUCCESS)
    }

    /// What is said when we are interrupted and so many submissions are done.
    fn broken_off(&self, done: usize) -> String {
        let (all, csv) = (self.submissions.len(), self.out.join(TABLE));
        match done {
            0 => format!("interrupted; none of {all} was graded to the end"),
            _ => format!("interrupted; {done} of {all} are graded: {}", csv.display()),
        }
    }

    /// The submissions, each with a name of its own.
    fn named(&self) -> Result<Vec<Submission>, String> {
        let mut named: Vec<Submission> = Vec::new();
        for folder in &self.submissions {
            if !folder.is_dir() {
                return Err(format!("there is no folder {} to grade", folder.display()));
            }
            let full = folder
                .canonicalize()
                .map_err(|error| format!("{} cannot be graded: {error}", folder.display()))?;
            let base = name_of(&full);
            // OUT holds a folder of each name, and the table. There are file systems to which
            // upper and lower case are one.
            let taken = |name: &str| {
                let mut names = named.iter().map(|other| other.name.as_str()).chain([TABLE]);
                names.any(|other| other.eq_ignore_ascii_case(name))
            };
            let numbered = (2..).map(|number| format!("{base}-{number}"));
            let mut names = std::iter::once(base.clone()).chain(numbered);
            let name = names.find(|name| !taken(name)).unwrap_or(base);
            named.push(Submission { name, folder: full });
        }
        Ok(named)
    }
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    name.to_string_lossy().into_owned()
}
