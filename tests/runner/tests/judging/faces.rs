//! What machines send and read: lists, libtest's arguments, exit code 0, determinism.

use crate::runner::labs;

#[test]
fn success() {
    let answer = labs(&["3A"]);
    answer
        .ends_with(0)
        .says(&["Judging the reference (simulated, seed 1)"]);
    answer.says(&["15 of 15 points, 3 runs", "3 passed, 0 failed"]);
    assert_eq!(answer.stderr, "", "{answer}");
}

/// The reference offers whatever any case needs.
fn all() -> usize {
    suites::cases::all().count()
}

#[test]
fn list() {
    let answer = labs(&["--list"]);
    answer
        .ends_with(0)
        .has_line(&["part", "case", "points", "what it shows"]);
    answer.has_line(&[
        "3A",
        "initial_election",
        "5",
        "TestInitialElection3A",
        "a leader is elected",
    ]);
    answer.has_line(&["3B", "backup", "TestBackup3B"]);
    assert_eq!(answer.stdout.lines().count(), 1 + all(), "{answer}");
    let answer = labs(&["3A", "--filter", "many", "--list"]);
    answer.ends_with(0).has_line(&["3A", "many_elections", "5"]);
    assert_eq!(answer.stdout.lines().count(), 1 + 1, "{answer}");
    let rows = |filter: &str| {
        labs(&["3D", "--filter", filter, "--list"])
            .stdout
            .lines()
            .count()
    };
    assert_eq!(rows("install"), 1 + 4);
    assert_eq!(
        rows("snapshot_install"),
        1 + 1,
        "a whole name means one case"
    );
}

/// The course's names mean the same cases.
#[test]
fn names() {
    for name in [
        "initial_election",
        "3A::initial_election",
        "TestInitialElection3A",
    ] {
        let answer = labs(&[name]);
        answer
            .ends_with(0)
            .has_line(&["3A", "initial_election", "passed"]);
        answer.says(&["1 passed, 0 failed"]);
    }
}

/// What nextest and editors send.
#[test]
fn arguments_of_libtest() {
    let answer = labs(&["--list", "--format", "terse"]);
    answer.ends_with(0);
    assert!(
        answer.stdout.lines().all(|line| line.ends_with(": test")),
        "{answer}"
    );
    assert_eq!(answer.stdout.lines().count(), all(), "{answer}");
    let answer = labs(&["--list", "--format", "terse", "--ignored"]);
    assert_eq!(answer.ends_with(0).stdout, "", "{answer}");
    for arguments in [
        ["--exact", "3A::initial_election", "--nocapture"],
        ["3A::initial_election", "--exact", "--nocapture"],
        ["3A::initial_election", "--test-threads", "1"],
    ] {
        let answer = labs(&arguments);
        answer
            .ends_with(0)
            .says(&["test result: ok. 1 passed; 0 failed"])
            .says(&[&format!("{} filtered out", all() - 1)]);
    }
}

#[test]
fn two_runs_of_a_seed_are_one() {
    let answer = labs(&["--check-determinism", "3A", "3B"]);
    answer.ends_with(0).says(&["13 passed, 0 failed"]);
}

/// `--check-determinism` also fails a seed that did exactly what another one did; not where a case
/// calls a node and leaves nothing to chance.
#[test]
fn seeds_differ() {
    let answer = labs(&["--check-determinism", "--seeds", "10", "initial_election"]);
    answer
        .ends_with(0)
        .has_line(&["3A", "initial_election", "passed", "10/10"]);
    let driven = labs(&["--check-determinism", "--seeds", "10", "tiny"]);
    driven.ends_with(0).says(&["89 passed, 0 failed"]);
}
