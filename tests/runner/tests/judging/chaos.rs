//! Faults that are asked for on any case.

use crate::runner::{fixture, labs, labs_where};

/// Part by part, with so many seeds that a fault which is too harsh would show.
#[test]
fn who_is_right_passes_with_all_of_them() {
    for flag in ["--duplicate", "--late", "--jitter", "--pause", "--skew"] {
        labs(&["3", flag]).ends_with(0).says(&[
            &format!("(simulated, seed 1, {flag})"),
            "28 passed, 0 failed",
        ]);
    }
    labs(&["--seeds", "3", "--chaos"])
        .ends_with(0)
        .says(&["(simulated, seeds 1 to 3, --chaos)", " passed, 0 failed"]);
    labs(&["3A", "--mode", "real", "--chaos"]).ends_with(0);
}

#[test]
fn runs_with_them_follow_from_their_seeds() {
    labs(&["3C", "--chaos", "--check-determinism"]).ends_with(0);
    let events = |flags: &[&str]| {
        let replay = ["replay", "re_election", "--seed", "1", "--plain"];
        let answer = labs(&[&replay, flags].concat());
        answer.ends_with(0).stdout.clone()
    };
    let with = events(&["--pause", "--late"]);
    assert_eq!(with, events(&["--pause", "--late"]));
    assert!(with.contains("pauses for"), "{with}");
    assert_ne!(with, events(&[]));
}

/// A log that is cut behind each message, whatever that is: no case of 3B sees it, as messages come
/// in order and once. The command that a report ends with asks for the same faults.
#[test]
fn who_trusts_in_the_order_of_messages_does_not() {
    let path = fixture("mistakes");
    let judge = |words: &[&str]| {
        let fixed = ["3B", "--seeds", "3", "--raft", &path, "--jobs", "1"];
        let mistake = ("RAFTLAB_MISTAKE", "cuts-always");
        labs_where(&[&fixed, words].concat(), mistake)
    };
    judge(&[]).ends_with(0);
    let with = judge(&["--duplicate", "--late"]);
    with.ends_with(1).says(&["AckRetained"]);
    let again = "SEED=1 RAFT=tests/fixtures/mistakes ARGS=\"--duplicate --late\"";
    with.has_line(&["to see it again: make test-3B FILTER=", again]);
    let again = "RAFT=tests/fixtures/mistakes CHAOS=1";
    judge(&["--chaos"])
        .ends_with(1)
        .has_line(&["to see it again:", again]);
}

#[test]
fn no_real_clock_can_be_wrong() {
    for flag in ["--pause", "--skew"] {
        let answer = labs(&["3A", "--mode", "real", flag]);
        answer.ends_with(2);
        assert!(
            answer
                .stderr
                .contains(&format!("error: {flag} is for the simulation"))
        );
    }
}
