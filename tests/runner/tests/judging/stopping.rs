//! Ends before the end: `--fail-fast`, and what graders ask for; and what is kept of whole runs.

use crate::runner::{Answer, fixture, labs, root};
use serde_json::Value;
use std::fs;

/// Lab 3 under 20 seeds, by an implementation of which every run fails.
fn judge(arguments: &[&str]) -> Answer {
    let path = fixture("never-elects");
    let all = [&["3", "--seeds", "20", "--raft", &path], arguments].concat();
    labs(&all)
}

/// The number in front of `words`.
#[track_caller]
fn count(answer: &Answer, words: &str) -> u64 {
    let before = answer.stdout.split_once(words).map(|(before, _)| before);
    let number = before.and_then(|before| before.rsplit([' ', '\n']).next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no number before {words:?} in\n{answer}"))
}

#[test]
fn one_failure_is_enough() {
    let answer = judge(&["--fail-fast", "--jobs", "1"]);
    answer.ends_with(1).says(&[
        "failed under seed 1\n",
        "stopped at the first failure: 559 of 560 runs were not made\n",
        "0 of 100 points, 1 run in",
        "0 passed, 1 failed, 27 not finished",
    ]);
    answer.has_line(&["3A", "initial_election", "FAILED", "0/1"]);
    assert!(!answer.stdout.contains("re_election"), "{answer}");
}

/// A case counts under all seeds or not at all, so a grader needs to see it fail once.
#[test]
fn a_failure_of_each_case_is_enough() {
    let answer = judge(&["--enough", "--jobs", "1"]);
    answer.ends_with(1).says(&[
        "532 of 560 runs were not made\n",
        "0 of 100 points, 28 runs in",
        "0 passed, 28 failed\n",
    ]);
    answer.has_line(&["3A", "re_election", "FAILED", "0/1"]);
    labs(&["3A", "--seeds", "5", "--enough"])
        .ends_with(0)
        .says(&["15 runs in", "3 passed, 0 failed\n"]);
}

/// Seeds add up, as long as the program is the same; real threads add none, and take none away.
#[test]
fn seeds_of_several_runs() {
    let file = root().join("target/raftlab/seeds-of-several-runs.json");
    let _ = fs::remove_file(&file);
    let ranges = |words: &[&str]| {
        let path = file.to_str().expect("it is text");
        let fixed = ["initial_election", "--results", path];
        labs(&[&fixed, words].concat()).ends_with(0);
        let kept = fs::read_to_string(&file).expect("results are kept");
        let kept: Value = serde_json::from_str(&kept).expect("they are JSON");
        kept["3A::initial_election"]["seeds"].to_string()
    };
    assert_eq!(ranges(&["--seeds", "3"]), "[[1,3]]");
    assert_eq!(ranges(&["--seed", "9"]), "[[1,3],[9,9]]");
    assert_eq!(ranges(&["--seed", "3", "--seeds", "6"]), "[[1,9]]");
    assert_eq!(ranges(&["--mode", "real"]), "[[1,9]]");
}

/// Workers that are busy when it comes are not waited for; what they had done counts.
#[test]
fn side_by_side() {
    let answer = judge(&["--fail-fast", "--jobs", "4"]);
    answer.ends_with(1);
    let left = count(&answer, " of 560 runs were not made");
    let made = match answer.stdout.contains(" 1 run in") {
        true => 1,
        false => count(&answer, " runs in"),
    };
    assert_eq!(made + left, 560, "{answer}");
}

/// What is still to be done takes no memory.
#[test]
fn billions_of_seeds() {
    let path = fixture("never-elects");
    for seeds in [1_000_000_000, u64::MAX - 1] {
        let seeds = seeds.to_string();
        let answer = labs(&["3A", "--seeds", &seeds, "--fail-fast", "--raft", &path]);
        answer
            .ends_with(1)
            .says(&["failed under seed ", "stopped at the first failure: "]);
    }
}

/// Without it all runs are made; with it too, if none fails.
#[test]
fn otherwise_all_runs_are_made() {
    let path = fixture("never-elects");
    let answer = labs(&["3A", "--seeds", "20", "--raft", &path]);
    answer
        .ends_with(1)
        .says(&["60 runs in", "0 passed, 3 failed\n"]);
    let answer = labs(&["3A", "--seeds", "20", "--fail-fast"]);
    answer
        .ends_with(0)
        .says(&["60 runs in", "3 passed, 0 failed\n"]);
}
