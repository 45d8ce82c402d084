//! The parts of a workspace in the order in which they are written: those of the labs, or of
//! TinyKV's track, whose node then runs under the labs'.

use std::path::Path;

/// What is written in a workspace.
pub(super) struct Track {
    pub(super) parts: &'static [Part],
    /// Cases that nobody has to pass, and what they are about.
    pub(super) extras: &'static [(&'static str, &'static str)],
    /// The crate that all of it stands on.
    crate_of_raft: &'static str,
    /// Whose cases bring points.
    pub(super) labs: &'static [&'static str],
}

/// Something to be written and passed.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// What to read for it.
    pub(super) read: &'static str,
}

const fn part(name: &'static str, about: &'static str, read: &'static str) -> Part {
    Part { name, about, read }
}

const LABS: Track = Track {
    parts: &[
        part("3A", "leader election", "§5.1, §5.2, Figure 2 of the paper"),
        part("3B", "the log", "§5.3, §5.4 of the paper"),
        part(
            "3C",
            "persistence",
            "Figure 2, \"Persistent state\"; Figure 8 of the paper",
        ),
        part("3D", "snapshots", "§7, Figure 13 of the paper"),
        part("4A", "the replicated state machine", "§2, §8 of the paper"),
        part("4B", "the key/value service", "§8 of the paper"),
        part("4C", "the service's snapshots", "§7 of the paper"),
    ],
    extras: &[
        ("3E", "an extra: faults"),
        ("4E", "an extra: faults, clients"),
    ],
    crate_of_raft: "raft",
    labs: &["3", "4"],
};

const TINYKV: Track = Track {
    parts: &[
        part(
            "tiny-2AA",
            "leader election",
            "§5.1, §5.2, Figure 2 of the paper and harness/book/src/tiny-2aa.md",
        ),
        part(
            "tiny-2AB",
            "the log",
            "§5.3, §5.4 of the paper and harness/book/src/tiny-2ab.md",
        ),
        part(
            "tiny-2AC",
            "the application's view",
            "harness/book/src/tiny-2ac.md",
        ),
        part(
            "tiny-2C",
            "snapshots",
            "§7, Figure 13 of the paper and harness/book/src/tiny-2c.md",
        ),
        part(
            "tiny-3A",
            "leadership and membership",
            "§6 of the paper and harness/book/src/tiny-3a.md",
        ),
        part(
            "3A",
            "in threads: election",
            "harness/book/src/tiny-bridge.md",
        ),
        part(
            "3B",
            "in threads: the log",
            "harness/book/src/tiny-bridge.md",
        ),
        part(
            "3C",
            "in threads: persistence",
            "harness/book/src/tiny-bridge.md",
        ),
        part(
            "3D",
            "in threads: snapshots",
            "harness/book/src/tiny-bridge.md",
        ),
        part("4A", "the replicated state machine", "§2, §8 of the paper"),
        part("4B", "the key/value service", "§8 of the paper"),
        part("4C", "the service's snapshots", "§7 of the paper"),
    ],
    extras: &[
        ("tiny-extra", "an extra: beyond TinyKV"),
        ("3E", "an extra: faults"),
        ("4E", "an extra: faults, clients"),
    ],
    crate_of_raft: "rawraft",
    labs: &["tiny", "3", "4"],
};

impl Track {
    /// That of the workspace with this root. The project itself has both kinds of Raft, and counts
    /// as the labs'.
    pub(super) fn of(root: &Path) -> &'static Track {
        let is_students = !root.join("tests/labs").is_dir();
        match is_students && root.join("rawraft/Cargo.toml").is_file() {
            true => &TINYKV,
            false => &LABS,
        }
    }

    /// The crates in which this part, or extra, is written.
    pub(super) fn crates_of(&self, part: &str) -> Vec<&'static str> {
        let service = part.starts_with('4').then_some("kvraft");
        [self.crate_of_raft].into_iter().chain(service).collect()
    }

    /// The part after this one.
    pub(super) fn after(&self, part: &str) -> Option<&'static str> {
        let place = self.parts.iter().position(|other| other.name == part)?;
        self.parts.get(place + 1).map(|next| next.name)
    }

    /// When in the course this part comes; whatever need not be passed, last.
    pub(super) fn place_of(&self, part: &str) -> usize {
        let place = self.parts.iter().position(|other| other.name == part);
        place.unwrap_or(self.parts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use suites::cases;

    #[test]
    fn parts_are_those_of_the_cases() {
        for track in [&LABS, &TINYKV] {
            let extras = track.extras.iter().map(|(name, _)| *name);
            for name in track.parts.iter().map(|part| part.name).chain(extras) {
                assert!(
                    cases::all().any(|case| case.part.to_string() == name),
                    "{name}"
                );
            }
        }
        assert_eq!(TINYKV.after("tiny-3A"), Some("3A"));
        assert_eq!(TINYKV.after("4C"), None);
        assert_eq!(TINYKV.crates_of("3A"), ["rawraft"]);
        assert_eq!(LABS.crates_of("4A"), ["raft", "kvraft"]);
    }
}
