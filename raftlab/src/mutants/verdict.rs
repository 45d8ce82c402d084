//! What became of each bug.

use super::build::checksum;
use super::patch::{ANY, Patch};
use runner::files::write_whole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What became of one bug.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) name: String,
    pub(super) about: String,
    /// What was meant to catch it.
    pub(super) meant: String,
    /// The course's suite misses it.
    pub(super) is_missed_by_course: bool,
    pub(super) is_harmless: bool,
    /// Nobody claims that it is caught.
    is_open: bool,
    pub(super) caught: Option<Caught>,
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
    /// A checksum of the harness that said so.
    harness: u64,
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

    /// Whether an oracle says that data is in danger.
    fn is_of_safety(&self) -> bool {
        let mut rules = suites::oracles::RULES.iter();
        rules.any(|rule| Some(rule.name) == self.invariant.as_deref() && rule.is_of_safety())
    }

    /// By its name: the oracle, or the case.
    pub(super) fn by(&self) -> &str {
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
    pub(super) fn is_right(&self) -> bool {
        match &self.caught {
            Some(caught) => !self.is_harmless || !caught.is_of_safety(),
            None => self.is_harmless || self.is_open,
        }
    }

    /// Whether what was meant to catch it did.
    pub(super) fn is_as_meant(&self) -> bool {
        self.caught.as_ref().is_some_and(|caught| {
            self.meant
                .split(", ")
                .any(|name| [ANY, caught.by()].contains(&name))
        })
    }

    /// Whether something else caught it.
    pub(super) fn is_by_others(&self) -> bool {
        self.caught.is_some() && !self.is_as_meant()
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
    /// What is known of a bug, whatever its patch was then.
    pub(super) fn verdict(&self, name: &str) -> Option<&Verdict> {
        self.verdicts.get(name)
    }

    /// What the same harness has found.
    pub(super) fn read(folder: &Path, harness: u64, fresh: bool) -> Verdicts {
        let text = fs::read_to_string(folder.join("results.json")).unwrap_or_default();
        let kept: Verdicts = serde_json::from_str(&text).unwrap_or_default();
        match kept.harness == harness && !fresh {
            true => kept,
            false => Verdicts {
                harness,
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
}
