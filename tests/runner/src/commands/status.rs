//! `raftlab status`: what is done, what comes next, and what to read for it.

use super::Place;
use crate::results::{self, CaseResult, Results};
use crate::terminal::{self, FAINT, GOOD, OPEN};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};
use suites::cases;

/// Show which parts are done, which is next, and what to read for it
#[derive(clap::Args)]
pub struct Status {}

/// The parts in order, with what each is about and where it stands in the paper.
const PARTS: [(&str, &str, &str); 7] = [
    ("3A", "leader election", "§5.1, §5.2, Figure 2"),
    ("3B", "the log", "§5.3, §5.4"),
    (
        "3C",
        "persistence",
        "Figure 2, \"Persistent state\"; Figure 8",
    ),
    ("3D", "snapshots", "§7, Figure 13"),
    ("4A", "the replicated state machine", "§2, §8"),
    ("4B", "the key/value service", "§8"),
    ("4C", "the service's snapshots", "§7"),
];

/// Cases that nobody has to pass.
const EXTRAS: [(&str, &str); 2] = [
    ("3E", "an extra: faults"),
    ("4E", "an extra: faults, clients"),
];

/// Under so many seeds a part is to pass before the next one is begun.
const SEEDS: u64 = 1000;

impl Status {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let results = results::read(&place.results());
        let changed = |name| newest_source(&place.root.join(name).join("src"));
        let (raft, kvraft) = (changed("raft"), changed("kvraft"));
        let (mut next, mut lacking) = (None, None);
        for (part, about, read) in PARTS {
            // Lab 4 stands on both.
            let changed = if part < "4" { raft } else { raft.max(kvraft) };
            let standing = Standing::of(part, &results, changed);
            let mark = standing.mark();
            println!("{mark} {part}  {about:<28} {}", standing.told());
            if next.is_none() && !standing.is_done() {
                next = Some((part, read));
            }
            if lacking.is_none() && standing.is_done() && standing.seeds < SEEDS {
                lacking = Some(part);
            }
        }
        for (part, about) in EXTRAS {
            let changed = if part < "4" { raft } else { raft.max(kvraft) };
            let extra = Standing::of(part, &results, changed);
            println!("{} {part}  {about:<28} {}", extra.mark(), extra.told());
        }
        match (next, lacking) {
            (Some((part, read)), _) => {
                println!("\nnext: {part}. Read {read} of the paper, then: make test-{part}");
            }
            (None, None) => println!("\nAll parts are done, under {SEEDS} seeds and more."),
            (None, Some(_)) => println!("\nAll parts are done."),
        }
        if let Some(part) = lacking {
            println!("more seeds: make test-{part} SEEDS={SEEDS}");
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
pub(super) fn in_progress(results: &Results) -> &'static str {
    let is_open = |part: &&str| {
        let standing = Standing::of(part, results, Duration::ZERO);
        !standing.is_done()
    };
    let mut parts = PARTS.iter().map(|(part, _, _)| *part);
    parts.find(is_open).unwrap_or("4C")
}

/// Whether it is one that has to be passed.
pub(super) fn is_part(part: &str) -> bool {
    PARTS.iter().any(|(known, _, _)| *known == part)
}

/// The part after this one.
pub(super) fn after(part: &str) -> Option<&'static str> {
    let mut parts = PARTS.iter().map(|(part, _, _)| *part);
    parts.find(|other| *other == part)?;
    parts.next()
}

/// When the newest file below `folder` was changed, since 1970.
pub(super) fn newest_source(folder: &Path) -> Duration {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let changed = |entry: std::fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() {
            return Some(newest_source(&path));
        }
        let modified = entry.metadata().ok()?.modified().ok()?;
        modified.duration_since(UNIX_EPOCH).ok()
    };
    entries.filter_map(changed).max().unwrap_or_default()
}
