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
    /// The seeds under which this program has passed it so far in the simulation, in this run and
    /// before: ranges, first and last.
    #[serde(default)]
    pub seeds: Seeds,
    /// The first seed that failed, and why, in a line.
    pub failure: Option<(u64, String)>,
    /// The program that ran it was built then, in seconds since 1970.
    pub built: u64,
}

/// Ranges of seeds, each with its first and its last; they do not touch.
pub type Seeds = Vec<(u64, u64)>;

/// All seeds of either.
fn union(one: &Seeds, other: &Seeds) -> Seeds {
    let mut all: Seeds = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    let mut joined = Seeds::new();
    for (first, last) in all {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

impl CaseResult {
    /// Under how many seeds this program has passed it, all runs together.
    pub fn seeds(&self) -> u64 {
        let counts = self.seeds.iter().map(|(first, last)| last - first + 1);
        counts.sum()
    }

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

/// Puts new results over those that a file holds; `seeds` are those that were run, if they mean the
/// same each time. Whoever reads sees the old file or the new one.
pub(super) fn merge(path: &Path, tallies: &[Tally], seeds: Option<(u64, u64)>) -> io::Result<()> {
    // libtest runs cases side by side; none may put back what another one has just replaced.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock();
    let mut results = read(path);
    let built = built().map_or(0, |at| at.as_secs());
    let told = tallies.iter().filter(|tally| tally.is_told());
    let told = told.map(|tally| {
        let name = tally.case.full_name();
        let failure = tally.first.as_ref();
        let failure = failure.map(|(seed, report)| (*seed, report.failure.short().to_string()));
        let new: Seeds = seeds.filter(|_| tally.is_passed()).into_iter().collect();
        let before = results.get(&name);
        let before = before.filter(|old| old.built == built && old.is_passed());
        let seeds = match (tally.is_passed(), before) {
            (true, Some(old)) => union(&old.seeds, &new),
            _ => new,
        };
        let result = CaseResult {
            seeds,
            part: tally.case.part.to_string(),
            name: tally.case.name.to_string(),
            points: tally.case.points,
            runs: tally.runs,
            passed: tally.passed(),
            failure,
            built,
        };
        (name, result)
    });
    let told: Vec<(String, CaseResult)> = told.collect();
    results.extend(told);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write_whole(path, &(serde_json::to_string_pretty(&results)? + "\n"))
}

/// When this program was built, since 1970.
pub(super) fn built() -> Option<Duration> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    program.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_add_up() {
        assert_eq!(union(&vec![], &vec![(1, 1)]), [(1, 1)]);
        assert_eq!(union(&vec![(1, 100)], &vec![(101, 200)]), [(1, 200)]);
        assert_eq!(union(&vec![(1, 100)], &vec![(50, 60)]), [(1, 100)]);
        assert_eq!(
            union(&vec![(1, 9), (20, 29)], &vec![(5, 15)]),
            [(1, 15), (20, 29)]
        );
        let most = (5, u64::MAX);
        assert_eq!(union(&vec![most], &vec![(7, 8)]), [most]);
    }
}
