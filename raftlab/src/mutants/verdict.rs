//! What became of each bug.

use super::patch::Patch;
use runner::files::write_whole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// What became of one bug.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Verdict {
    name: String,
    about: String,
    /// What was meant to catch it.
    meant: String,
    /// The course's suite misses it.
    is_missed_by_course: bool,
    is_harmless: bool,
    /// Nobody claims that it is caught.
    is_open: bool,
    caught: Option<Caught>,
    /// Seeds that were tried.
    seeds: u64,
    milliseconds: u64,
    /// A checksum of the patch.
    patch: u64,
}

/// What caught it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Caught {
    /// The first seed under which a case failed.
    pub(super) seed: u64,
    case: String,
    /// The oracle that said so.
    pub(super) invariant: Option<String>,
    why: String,
}

/// All that are known.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Verdicts {
    /// When the program was built that said so, in milliseconds since 1970.
    built: u64,
    verdicts: BTreeMap<String, Verdict>,
}

impl Caught {
    pub(super) fn new(case: String, seed: u64, why: &str) -> Caught {
        let first = why.split(" (").next().unwrap_or_default();
        let rule = suites::oracles::RULES
            .iter()
            .find(|rule| rule.name == first);
        Caught {
            seed,
            case,
            invariant: rule.map(|rule| rule.name.to_string()),
            why: why.to_string(),
        }
    }

    /// The program ended without a word.
    pub(super) fn of_nothing() -> Caught {
        Caught {
            seed: 0,
            case: String::new(),
            invariant: None,
            why: "there are no results".to_string(),
        }
    }

    /// By its name: the oracle, or the case.
    fn by(&self) -> &str {
        self.invariant.as_deref().unwrap_or(&self.case)
    }
}

impl Verdict {
    pub(super) fn new(
        patch: &Patch,
        caught: Option<Caught>,
        seeds: u64,
        took: Duration,
    ) -> Verdict {
        Verdict {
            name: patch.name.clone(),
            about: patch.about.clone(),
            meant: patch.fails.clone(),
            is_missed_by_course: patch.is_missed_by_course,
            is_harmless: patch.is_harmless(),
            is_open: patch.is_open(),
            caught,
            seeds,
            milliseconds: took.as_millis() as u64,
            patch: checksum(&patch.text),
        }
    }

    /// Whether it is as it should be: a bug is caught, and of a harmless one nothing is said.
    fn is_right(&self) -> bool {
        match &self.caught {
            Some(caught) => !self.is_harmless || caught.invariant.is_none(),
            None => self.is_harmless || self.is_open,
        }
    }

    /// Whether what was meant to catch it did.
    fn is_as_meant(&self) -> bool {
        self.caught
            .as_ref()
            .is_some_and(|caught| self.meant.contains(caught.by()))
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict {
            name,
            about,
            caught,
            seeds,
            milliseconds,
            ..
        } = self;
        let seconds = *milliseconds as f64 / 1000.0;
        match caught {
            Some(caught) => write!(
                f,
                "{name:28} {:20} seed {:3} {seconds:6.1} s  {about}",
                caught.by(),
                caught.seed
            ),
            None => write!(
                f,
                "{name:28} {:20} {seeds:3} seeds {seconds:6.1} s  {about}",
                if self.is_harmless {
                    "harmless"
                } else {
                    "NOT CAUGHT"
                }
            ),
        }
    }
}

impl Verdicts {
    /// What a program of the same time has found.
    pub(super) fn read(folder: &Path, judge: &Path, fresh: bool) -> Verdicts {
        let built = fs::metadata(judge).and_then(|data| data.modified()).ok();
        let built = built.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let built = built.map_or(0, |at| at.as_millis() as u64);
        let text = fs::read_to_string(folder.join("results.json")).unwrap_or_default();
        let kept: Verdicts = serde_json::from_str(&text).unwrap_or_default();
        match kept.built == built && !fresh {
            true => kept,
            false => Verdicts {
                built,
                ..Verdicts::default()
            },
        }
    }

    /// What is known of a bug, if that was tried under so many seeds.
    pub(super) fn of(&self, patch: &Patch, seeds: u64) -> Option<Verdict> {
        let known = self.verdicts.get(&patch.name)?;
        let is_enough = known.caught.is_some() || known.seeds >= seeds;
        (is_enough && known.patch == checksum(&patch.text)).then(|| known.clone())
    }

    pub(super) fn keep(&mut self, folder: &Path, verdict: Verdict) {
        self.verdicts.insert(verdict.name.clone(), verdict);
        if let Ok(text) = serde_json::to_string_pretty(self) {
            let _ = write_whole(&folder.join("results.json"), text + "\n");
        }
    }

    /// Sums up, and writes the table; whether any verdict is wrong.
    pub(super) fn tell(&self, folder: &Path, wanted: &[&Patch]) -> Result<bool, String> {
        let known = wanted
            .iter()
            .filter_map(|patch| self.verdicts.get(&patch.name));
        let known: Vec<&Verdict> = known.collect();
        let real = known.iter().filter(|verdict| !verdict.is_harmless);
        let caught: Vec<&&Verdict> = real.clone().filter(|one| one.caught.is_some()).collect();
        let mut seeds: Vec<u64> = caught
            .iter()
            .filter_map(|verdict| Some(verdict.caught.as_ref()?.seed))
            .collect();
        seeds.sort_unstable();
        let sum = format!(
            "{} of {} bugs caught, {} by what was meant to; {} of them the course's suite misses. \
             Seeds it took: {} in the middle, {} at most.",
            caught.len(),
            real.clone().count(),
            caught
                .iter()
                .filter(|verdict| verdict.is_as_meant())
                .count(),
            caught
                .iter()
                .filter(|verdict| verdict.is_missed_by_course)
                .count(),
            seeds.get(seeds.len() / 2).unwrap_or(&0),
            seeds.last().unwrap_or(&0),
        );
        println!("\n{sum}");
        let mut text = format!(
            "# Known bugs, and what catches them\n\n{sum}\n\n\
             | bug | what it is | caught by | seed | the course |\n\
             | --- | --- | --- | --- | --- |\n"
        );
        for verdict in &known {
            let (by, seed) = match &verdict.caught {
                Some(caught) => (caught.by(), caught.seed.to_string()),
                None if verdict.is_harmless => ("nothing: it is harmless", String::new()),
                None => ("**nothing**", String::new()),
            };
            let course = if verdict.is_missed_by_course {
                "misses it"
            } else {
                ""
            };
            let Verdict { name, about, .. } = verdict;
            let _ = writeln!(text, "| {name} | {about} | {by} | {seed} | {course} |");
        }
        let path = folder.join("results.md");
        write_whole(&path, text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        let badge = badge(caught.len(), real.clone().count());
        write_whole(&folder.join("badge.json"), badge)
            .map_err(|error| format!("cannot write the badge's figure: {error}"))?;
        println!("{}; results.json and badge.json beside it", path.display());
        Ok(known.iter().any(|verdict| !verdict.is_right()))
    }
}

/// The figure of a badge, as shields.io reads it from an address (its "endpoint" badge).
fn badge(caught: usize, real: usize) -> String {
    let color = match real - caught {
        0 => "brightgreen",
        1..=2 => "yellow",
        _ => "red",
    };
    let badge = serde_json::json!({
        "schemaVersion": 1,
        "label": "known bugs caught",
        "message": format!("{caught} of {real}"),
        "color": color,
    });
    format!("{badge:#}\n")
}

/// FNV-1a: the same tomorrow, which the hashes of std do not promise.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
