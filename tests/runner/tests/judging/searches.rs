//! Many runs: sweeps over seeds and strategies, scenes with every deviation, and the smallest run
//! that fails.

use crate::runner::{Answer, fixture, labs, labs_where};
use std::path::{Path, PathBuf};

/// A file of the test's own, which is not there yet.
fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("raftlab-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn sweep(arguments: &[&str], out: &Path) -> Answer {
    let out = out.display().to_string();
    labs(&[&["sweep"], arguments, &["--out", &out]].concat())
}

#[test]
fn a_sweep_goes_on_where_it_was() {
    let out = scratch("sweep.jsonl");
    let answer = sweep(&["3A", "--seeds", "1..3"], &out);
    answer.ends_with(0).says(&["27 runs, 0 failed"]);
    answer.has_line(&["election won", "100*"]);
    let lines = || {
        std::fs::read_to_string(&out)
            .expect("a file")
            .lines()
            .count()
    };
    assert_eq!(lines(), 1 + 27, "a head, and a line for each run");
    let answer = sweep(&["3A", "--seeds", "1..4"], &out);
    answer
        .ends_with(0)
        .says(&["27 of 36 runs are known from before", "36 runs, 0 failed"]);
    assert_eq!(lines(), 1 + 36);
    let answer = sweep(&["3A", "--seeds", "2..3", "--strategy", "fifo,pct"], &out);
    answer
        .ends_with(0)
        .says(&["12 of 12 runs are known from before", "12 runs, 0 failed"]);
    let _ = std::fs::remove_file(&out);
}

/// Not all that 3B is for comes about under one seed.
#[test]
fn a_suite_that_misses_its_own_is_told() {
    let out = scratch("few.jsonl");
    let answer = sweep(&["3B", "--seeds", "2..2", "--strategy", "fifo"], &out);
    answer.ends_with(0);
    answer.has_line(&["not yet", "3B: what it is for never came about: "]);
    let _ = std::fs::remove_file(&out);
}

#[test]
fn a_scene_with_one_deviation() {
    let answer = labs(&["explore", "election", "--deviations", "1", "--fresh"]);
    answer
        .ends_with(0)
        .says(&["passed all runs with at most 1 deviation of "]);
    let again = labs(&["explore", "election", "--deviations", "1"]);
    assert_eq!(
        answer
            .after("passed all runs with at most 1 deviation of ")
            .split(", in")
            .next(),
        again
            .after("passed all runs with at most 1 deviation of ")
            .split(", in")
            .next(),
        "what is known is counted as well"
    );
}

#[test]
fn searches_that_cannot_be_made() {
    for (arguments, word) in [
        (
            &["explore", "nowhere"][..],
            "there is no scene \"nowhere\": there are election,",
        ),
        (
            &["explore", "election", "--deviations", "10"],
            "0 to 9 are possible",
        ),
        (&["explore", "election", "--plan", "x"], "is none of 7=2"),
        (
            &["explore", "election", "--bug", "raft-r03"],
            "in a checkout",
        ),
        (
            &["sweep", "3A", "--seeds", "5..1"],
            "two numbers are needed, such as 1..100",
        ),
        (&["sweep", "9Z"], "there is no part or case \"9Z\""),
    ] {
        let answer = labs(arguments);
        answer.ends_with(2);
        assert_eq!(answer.stderr.lines().count(), 1, "{answer}");
        assert!(answer.stderr.contains(word), "no {word:?} in\n{answer}");
    }
}

/// Of the commands and faults of a run that breaks a rule, few are needed.
#[test]
fn the_smallest_run_that_fails() {
    let path = fixture("mistakes");
    let arguments = ["3C", "--filter", "persist1", "--shrink", "--raft", &path];
    let answer = labs_where(&arguments, ("RAFTLAB_MISTAKE", "no-persist"));
    answer.ends_with(1);
    let told = answer.after("the simplest failing run of 600 ends after ");
    let counts = told
        .split_once("; ")
        .map(|(_, counts)| counts)
        .unwrap_or_default();
    let numbers: Vec<u32> = counts
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    assert!(numbers.len() == 2 && numbers[0] < numbers[1], "{answer}");
    answer.says(&["what it takes", "--plan "]);
}
