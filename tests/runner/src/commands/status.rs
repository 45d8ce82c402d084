//! `raftlab status`: what is done, what comes next, and what to read for it.

use super::Place;
use super::track::{Part, Track};
use crate::results::{self, CaseResult, Results};
use crate::sayln;
use crate::terminal::{self, FAINT, GOOD, OPEN};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};
use suites::cases;

/// Show which parts are done, which is next, and what to read for it
#[derive(clap::Args)]
pub struct Status {}

/// Under so many seeds a part is to pass before the next one is begun.
const SEEDS: u64 = 1000;

impl Status {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let (results, track) = (results::read(&place.results()), Track::of(&place.root));
        let parts = track.parts.iter().map(|part| (part.name, part.about));
        let names = parts.clone().chain(track.extras.iter().copied());
        let width = names.map(|(name, _)| name.len()).max().unwrap_or(0);
        let standing = |part: &str, about: &str| {
            let changed = newest_source(&place.root, track.crates_of(part));
            let standing = Standing::of(part, &results, changed);
            let mark = standing.mark();
            sayln!("{mark} {part:<width$}  {about:<28} {}", standing.told());
            standing
        };
        let (mut next, mut lacking) = (None, None);
        for part in track.parts {
            let standing = standing(part.name, part.about);
            if next.is_none() && !standing.is_done() {
                next = Some((part.name, part.read));
            }
            if lacking.is_none() && standing.is_done() && standing.seeds < SEEDS {
                lacking = Some(part.name);
            }
        }
        for (part, about) in track.extras {
            standing(part, about);
        }
        match (next, lacking) {
            (Some((part, read)), _) => {
                sayln!("\nnext: {part}. Read {read}, then: make test-{part}");
            }
            (None, None) => sayln!("\nAll parts are done, under {SEEDS} seeds and more."),
            (None, Some(_)) => sayln!("\nAll parts are done."),
        }
        if let Some(part) = lacking {
            sayln!("more seeds: make test-{part} SEEDS={SEEDS}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// How far a part has come.
struct Standing {
    cases: usize,
    /// Those that were run, whatever came of it.
    known: usize,
    passed: usize,
    seeds: u64,
    /// Some source is newer than the program that was judged.
    stale: bool,
}

impl Standing {
    fn of(part: &str, results: &Results, changed: Duration) -> Standing {
        let names = cases::all().filter(|case| case.part.to_string() == part);
        let names: Vec<String> = names.map(|case| case.full_name()).collect();
        let known = names.iter().filter_map(|name| results.get(name));
        let known: Vec<&CaseResult> = known.collect();
        let passed = known.iter().copied();
        let passed: Vec<&CaseResult> = passed.filter(|result| result.is_passed()).collect();
        Standing {
            cases: names.len(),
            known: known.len(),
            passed: passed.len(),
            seeds: passed
                .iter()
                .map(|result| result.seeds())
                .min()
                .unwrap_or(0),
            stale: passed.iter().any(|result| result.built < changed.as_secs()),
        }
    }

    fn is_done(&self) -> bool {
        self.passed == self.cases && !self.stale
    }

    fn mark(&self) -> String {
        let (mark, style) = match (self.is_done(), self.known) {
            (true, _) => ("✓", GOOD),
            (false, 0) => ("·", FAINT),
            (false, _) => ("…", OPEN),
        };
        terminal::paint(style, mark)
    }

    fn told(&self) -> String {
        let Standing {
            cases,
            known,
            passed,
            seeds,
            ..
        } = self;
        match (self.is_done(), passed) {
            (true, _) if *seeds >= SEEDS => format!("done, under {seeds} seeds"),
            (true, _) => format!("done, under {seeds} of {SEEDS} seeds"),
            (false, 0) if *known == 0 => "not tried yet".into(),
            (false, _) if self.stale => {
                format!("{passed} of {cases} cases passed, before the last change")
            }
            (false, _) => format!("{passed} of {cases} cases pass"),
        }
    }
}

/// The part that is in progress: the first of which some case does not pass, or has not been run.
pub(super) fn in_progress(track: &Track, results: &Results) -> &'static str {
    let is_open = |part: &&Part| {
        let standing = Standing::of(part.name, results, Duration::ZERO);
        !standing.is_done()
    };
    let open = track.parts.iter().find(is_open).or(track.parts.last());
    open.map_or("3A", |part| part.name)
}

/// When the newest source of these crates was changed, since 1970.
pub(super) fn newest_source(root: &Path, crates: Vec<&str>) -> Duration {
    let folders = crates.into_iter();
    let changed = folders.map(|name| newest_below(&root.join(name).join("src")));
    changed.max().unwrap_or_default()
}

/// When the newest file below `folder` was changed, since 1970.
fn newest_below(folder: &Path) -> Duration {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let changed = |entry: std::fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() {
            return Some(newest_below(&path));
        }
        let modified = entry.metadata().ok()?.modified().ok()?;
        modified.duration_since(UNIX_EPOCH).ok()
    };
    entries.filter_map(changed).max().unwrap_or_default()
}
