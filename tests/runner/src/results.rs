//! What became of each case when it was last run, as a file that other programs read: `raftlab
//! status` a folder's, a grader each submission's.

use super::files::write_whole;
use super::tally::Tally;
use labrt::harness::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};
use std::{fs, io};

/// Results by case (`3B::backup`).
pub type Results = BTreeMap<String, CaseResult>;

/// What became of one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseResult {
    /// Its part, such as `3B`.
    pub part: String,
    /// Its name within the part.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// How many seeds it was run under, and how many of those it passed.
    pub runs: u64,
    /// See `runs`.
    pub passed: u64,
    /// The first seed that failed, and why, in a line.
    pub failure: Option<(u64, String)>,
    /// The program that ran it was built then, in seconds since 1970.
    pub built: u64,
}

impl CaseResult {
    /// Whether all its runs passed.
    pub fn is_passed(&self) -> bool {
        self.runs > 0 && self.passed == self.runs
    }
}

/// The results that a file holds; none if it is not there, or not one.
pub fn read(path: &Path) -> Results {
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Puts new results over those that a file holds. Whoever reads sees the old file or the new one.
pub(super) fn merge(path: &Path, tallies: &[Tally]) -> io::Result<()> {
    // libtest runs cases side by side; none may put back what another one has just replaced.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock();
    let mut results = read(path);
    let built = built().map_or(0, |at| at.as_secs());
    let told = tallies.iter().filter(|tally| tally.is_told());
    results.extend(told.map(|tally| {
        let failure = tally.first.as_ref();
        let failure = failure.map(|(seed, report)| (*seed, report.failure.short().to_string()));
        let result = CaseResult {
            part: tally.case.part.to_string(),
            name: tally.case.name.to_string(),
            points: tally.case.points,
            runs: tally.runs,
            passed: tally.passed(),
            failure,
            built,
        };
        (tally.case.full_name(), result)
    }));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write_whole(path, &(serde_json::to_string_pretty(&results)? + "\n"))
}

fn built() -> Option<Duration> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    program.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}
