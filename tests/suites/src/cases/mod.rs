//! The cases of the course's labs, as data: name, part, points, prose, function. What each checks
//! and every limit in it are the course's (MIT 6.5840, spring 2025); the words are ours.

mod append;
mod disturb;
mod election;
mod kv;
mod log;
mod persistence;
mod rsm;
mod snapshots;

use crate::Submission;
use crate::cluster::{Cluster, Snapshots};
use crate::services::{AppendLab, KvLab, RsmLab};
use std::fmt;

/// A part of the labs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Leader election.
    A3,
    /// The log.
    B3,
    /// Persistence.
    C3,
    /// Log compaction.
    D3,
    /// The replicated state machine.
    A4,
    /// The key/value service.
    B4,
    /// The key/value service with snapshots.
    C4,
    /// The older form of the key/value service (the course until 2024).
    B24,
    /// The older form with snapshots.
    C24,
}

impl Part {
    /// The lab that it belongs to.
    pub fn lab(self) -> &'static str {
        match self {
            Part::A3 | Part::B3 | Part::C3 | Part::D3 => "3",
            Part::A4 | Part::B4 | Part::C4 => "4",
            Part::B24 | Part::C24 => "2024",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Part::A3 => "3A",
            Part::B3 => "3B",
            Part::C3 => "3C",
            Part::D3 => "3D",
            Part::A4 => "4A",
            Part::B4 => "4B",
            Part::C4 => "4C",
            Part::B24 => "4B24",
            Part::C24 => "4C24",
        })
    }
}

/// One case.
pub struct Case {
    /// The part that it belongs to.
    pub part: Part,
    /// Its name within the part.
    pub name: &'static str,
    /// The course's name for it.
    pub alias: &'static str,
    /// What it is worth.
    pub points: u32,
    /// What it shows, in a line.
    pub about: &'static str,
    /// Number of servers.
    pub servers: usize,
    /// Whether the network keeps every message.
    pub reliable: bool,
    /// The case itself.
    pub body: Body,
}

/// What a case does, and with what. It fails by panicking, or by the cluster's `fault`.
#[derive(Clone, Copy)]
pub enum Body {
    /// With Rafts, whose services may make snapshots.
    Raft(Snapshots, fn(&Cluster)),
    /// With replicas of a counter, which make snapshots above so many bytes of Raft state.
    Rsm(Option<usize>, fn(&RsmLab)),
    /// With the key/value service.
    Kv(Option<usize>, fn(&KvLab)),
    /// With its older form.
    Append(Option<usize>, fn(&AppendLab)),
}

impl Case {
    /// `3B::backup`.
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.part, self.name)
    }

    /// Whether a submission has what the case needs. The older form of the key/value service is
    /// nobody's duty.
    pub fn is_offered_by(&self, submission: &Submission) -> bool {
        !matches!(self.body, Body::Append(..)) || submission.lab4.append.is_some()
    }

    /// Whether `word` means this case: its part, its lab (`3`), its name, its full name or the
    /// course's name.
    pub fn is_meant_by(&self, word: &str) -> bool {
        let part = self.part.to_string();
        [
            part.as_str(),
            self.part.lab(),
            self.name,
            &self.full_name(),
            self.alias,
        ]
        .contains(&word)
    }
}

/// All cases, in the course's order.
pub fn all() -> impl Iterator<Item = &'static Case> {
    let parts = [
        election::CASES,
        log::CASES,
        persistence::CASES,
        snapshots::CASES,
        rsm::CASES,
        kv::CASES,
        kv::SNAPSHOT_CASES,
        append::CASES,
    ];
    parts.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<String> = all().map(Case::full_name).collect();
        let aliases: BTreeSet<&str> = all().map(|case| case.alias).collect();
        assert_eq!((names.len(), aliases.len()), (all().count(), all().count()));
    }

    #[test]
    fn every_part_has_its_points() {
        for (part, points) in [
            (Part::A3, 15),
            (Part::B3, 30),
            (Part::C3, 30),
            (Part::D3, 25),
            (Part::A4, 20),
            (Part::B4, 45),
            (Part::C4, 35),
            (Part::B24, 60),
            (Part::C24, 40),
        ] {
            let cases = all().filter(|case| case.part == part);
            assert_eq!(cases.map(|case| case.points).sum::<u32>(), points, "{part}");
        }
    }
}
