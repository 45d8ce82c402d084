//! Scenes of a lecture: files that are played, in the folder `lectures`. They are no part of the
//! labs.

use super::case::Draft;
use super::{Case, Part};
use crate::lectures::play;

/// A scene, by the name of its file.
macro_rules! scene {
    ($name:literal) => {
        include_str!(concat!("../lectures/", $name, ".toml"))
    };
}

const fn scene(name: &'static str, servers: usize, about: &'static str) -> Draft {
    Draft::extra(Part::Lecture, name)
        .servers(servers)
        .about(about)
}

pub(super) const LECTURES: &[Case] = &[
    scene(
        "first_election",
        3,
        "three servers elect their first leader",
    )
    .raft(|lab| play(lab, scene!("first_election"))),
    scene(
        "split_vote",
        4,
        "two of four votes elect nobody, however often; three do",
    )
    .raft(|lab| play(lab, scene!("split_vote"))),
    scene(
        "replication_steps",
        3,
        "a command goes through log, majority, commit and service",
    )
    .raft(|lab| play(lab, scene!("replication_steps"))),
    scene(
        "two_and_three",
        5,
        "writes on both sides of a partition, and what becomes of them when it heals",
    )
    .raft(|lab| play(lab, scene!("two_and_three"))),
    scene(
        "conflicting_log",
        3,
        "entries that nobody committed give way to the leader's",
    )
    .raft(|lab| play(lab, scene!("conflicting_log"))),
    scene(
        "log_check",
        3,
        "who lacks a committed entry is not elected, whatever its term",
    )
    .raft(|lab| play(lab, scene!("log_check"))),
    scene(
        "figure_8",
        5,
        "a leader commits entries of earlier terms only together with one of its own",
    )
    .raft(|lab| play(lab, scene!("figure_8"))),
    scene(
        "old_leader",
        5,
        "a longer log of an earlier term loses against a shorter one of a later term",
    )
    .raft(|lab| play(lab, scene!("old_leader"))),
    scene(
        "grown_term",
        3,
        "a higher term ends a leader's term, and elects nobody by itself",
    )
    .raft(|lab| play(lab, scene!("grown_term"))),
    scene(
        "untold_commit",
        5,
        "what a leader has committed is in every later leader's log",
    )
    .raft(|lab| play(lab, scene!("untold_commit"))),
    scene(
        "timing",
        3,
        "each must be much smaller than the next, shown by turning one of them",
    )
    .raft(|lab| play(lab, scene!("timing"))),
    scene(
        "comes_twice",
        3,
        "the same request twice does what it does once",
    )
    .raft(|lab| play(lab, scene!("comes_twice"))),
    scene(
        "catch_up",
        3,
        "entries that the leader no longer has travel as a snapshot",
    )
    .snapshots()
    .raft(|lab| play(lab, scene!("catch_up"))),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lectures::Script;

    #[test]
    fn scenes_are_what_their_files_say() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lectures");
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("it can be read").path();
            if path.extension().is_none_or(|ending| ending != "toml") {
                continue;
            }
            files += 1;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let script = Script::read(&std::fs::read_to_string(&path).expect("it is a text"));
            let case = LECTURES.iter().find(|case| case.name == name);
            let case = case.unwrap_or_else(|| panic!("nobody plays {name}"));
            assert_eq!(
                (case.servers, case.about),
                (script.servers, &*script.about),
                "{name}"
            );
        }
        assert_eq!(files, LECTURES.len());
    }
}
