//! Implementations that are wrong: each costs the case that it spoils, says what it did, and
//! leaves the other cases their results.

use crate::runner::{Answer, fixture, judge_misdeed, labs, shell};
use std::path::Path;
use suites::trace::Trace;

/// `many_elections` failed, alone, and its report says how to see that again.
#[track_caller]
fn fails_alone(answer: &Answer) -> String {
    answer.ends_with(1);
    answer.has_line(&["3A", "initial_election", "passed", "1/1"]);
    answer.has_line(&["3A", "re_election", "passed", "1/1"]);
    answer.has_line(&["3A", "many_elections", "FAILED", "0/1"]);
    answer.has_line(&["3B", "basic_agree", "passed", "1/1"]);
    answer.says(&[
        "failed under seed 1\n",
        "13 of 18 points, 4 runs",
        "3 passed, 1 failed",
    ]);
    assert_eq!(
        answer.after("to see it again: "),
        "make test-3A FILTER=many_elections SEED=1 RAFT=tests/fixtures/misbehaves",
        "{answer}"
    );
    shows_events(answer);
    answer.reason()
}

#[track_caller]
fn contains(reason: &str, words: &[&str]) {
    for word in words {
        assert!(reason.contains(word), "no {word:?} in\n{reason}");
    }
}

/// The report shows the last events, and where all of them lie.
#[track_caller]
fn shows_events(answer: &Answer) {
    let last = answer.stdout.split_once("the last events before it");
    let (_, last) = last.unwrap_or_else(|| panic!("no events in\n{answer}"));
    let is_event = |line: &&str| line.starts_with("    ") && line.contains("  0.0");
    let first = last.lines().take(3).find(is_event);
    assert!(first.is_some(), "no event below the heading in\n{answer}");
    let trace = Path::new(answer.after("the whole trace: raftlab replay "));
    let bytes = std::fs::read(trace).expect("the trace can be read");
    let trace = Trace::parse(&bytes).expect("the trace is one");
    assert_eq!(trace.lines[0].to_string(), "   0.000000  n0 starts");
    assert!(trace.header.failure.is_some(), "{:?}", trace.header);
}

/// The number of the fixture's line that contains `code`, as reports name it.
fn place(code: &str) -> String {
    let text = include_str!("../../../fixtures/misbehaves/src/misdeeds.rs");
    let mut lines = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| line.contains(code));
    let (_, number) = lines.next().expect("the fixture has such a line");
    assert_eq!(lines.count(), 0, "{code} stands there more than once");
    format!("misbehaves/src/misdeeds.rs:{number}:")
}

#[test]
fn nobody_elected() {
    let path = fixture("never-elects");
    let answer = labs(&["3A", "--raft", &path]);
    answer.ends_with(1).says(&[
        "Judging never-elects",
        "0 of 15 points",
        "0 passed, 3 failed",
    ]);
    answer.says(&["expected one leader among the connected servers, got none in 5 s"]);
    for case in ["initial_election", "re_election", "many_elections"] {
        answer.has_line(&["3A", case, "FAILED", "0/1"]);
        answer.says(&[&format!("make test-3A FILTER={case} SEED=1 RAFT={path}\n")]);
    }
    shows_events(&answer);
}

#[test]
fn a_simpler_failure_is_found() {
    let path = fixture("never-elects");
    let answer = labs(&[
        "re_election",
        "--raft",
        &path,
        "--shrink",
        "--strategy",
        "pct",
    ]);
    answer.ends_with(1).says(&[
        &format!("FILTER=re_election SEED=1 RAFT={path} ARGS=\"--strategy pct\"\n"),
        // Ten looks, each after 450 to 549 ms: some seed draws them all short.
        "the simplest failing run of 600 ends after 4.7",
        " s; it fails only as a whole:\n",
        &format!("see it again: make test-3A FILTER=re_election SEED=165 RAFT={path}\n"),
    ]);
}

#[test]
fn panic_in_a_peer() {
    let answer = judge_misdeed("panic");
    let reason = fails_alone(&answer);
    let place = place("panic!(\"a mistake");
    contains(
        &reason,
        &["panic at ", &place, ": a mistake of the student's"],
    );
    contains(&reason, &["in thread n0/culprit at 0.01", " s, seed 1"]);
}

#[test]
fn panic_in_make() {
    let reason = fails_alone(&judge_misdeed("panic-in-make"));
    contains(
        &reason,
        &[
            &place("panic!(\"made"),
            ": made with a mistake",
            "in thread n0/make",
        ],
    );
}

/// Real threads cannot be unwound, but a panic of one still fails its case alone.
#[test]
fn panic_in_real_time() {
    let path = fixture("misbehaves");
    let cases = ["many_elections", "basic_agree", "--jobs", "1"];
    let real = ["--mode", "real", "--raft", &path];
    let answer = crate::runner::labs_with(&[cases, real].concat(), "panic");
    answer
        .ends_with(1)
        .has_line(&["3B", "basic_agree", "passed", "1/1"]);
    answer.has_line(&["3A", "many_elections", "FAILED", "0/1"]);
    let place = place("panic!(\"a mistake");
    contains(
        &answer.reason(),
        &["panic at ", &place, "in thread n0/culprit at 0."],
    );
    answer.says(&["make test-3A FILTER=many_elections SEED=1 MODE=real RAFT=tests/fixtures/mis"]);
}

/// What the harness finds wrong on real threads is told in its own words, and with the frames of
/// whoever did it.
#[test]
fn verdict_in_real_time() {
    let path = fixture("misbehaves");
    let real = ["many_elections", "--mode", "real", "--raft", &path];
    let reason = crate::runner::labs_with(&real, "unknown-method").reason();
    assert!(reason.starts_with("  call of Raft.Nonsense"), "{reason}");
    contains(
        &reason,
        &["in thread n0/culprit", "misbehaves/src/misdeeds.rs:"],
    );
    assert!(!reason.contains("labrpc/src"), "{reason}");
}

#[test]
fn deadlock() {
    let answer = judge_misdeed("deadlock");
    let reason = fails_alone(&answer);
    contains(
        &reason,
        &["deadlock: 2 threads wait for each other's locks", "seed 1"],
    );
    let (one, other) = (
        "let mut first = first.lock()",
        "let mut other = other.lock()",
    );
    for (thread, holds, waits) in [
        ("n0/culprit", one, "*first += *second.lock()"),
        ("n0/accomplice", other, "*other += *one.lock()"),
    ] {
        let story = reason.split_once(&format!("{thread} holds the lock it took at "));
        let (_, story) = story.unwrap_or_else(|| panic!("nothing of {thread} in\n{reason}"));
        let (held, waited) = story
            .split_once("and waits for the lock at ")
            .expect("both locks");
        contains(held, &[&place(holds)]);
        let waited = waited.lines().next().unwrap_or_default();
        contains(waited, &[&place(waits)]);
    }
}

#[test]
fn stack_overflow() {
    let reason = fails_alone(&judge_misdeed("overflow"));
    contains(
        &reason,
        &[
            "stack overflow: endless recursion, or more than",
            "in thread n0/culprit at 0.01",
            " s, seed 1",
        ],
    );
}

#[test]
fn abort() {
    contains(
        &fails_alone(&judge_misdeed("abort")),
        &["crashed: ", "SIGABRT"],
    );
}

#[test]
fn exit_without_a_verdict() {
    let reason = fails_alone(&judge_misdeed("exit"));
    contains(
        &reason,
        &["ended early: the code under test ended the process with exit code 0"],
    );
}

#[test]
fn endless_loop() {
    let reason = fails_alone(&judge_misdeed("endless"));
    contains(
        &reason,
        &[
            "stuck: an endless loop",
            "n0/culprit",
            &place("spin_loop()"),
        ],
    );
}

#[test]
fn sleep_of_std() {
    let answer = judge_misdeed("std-sleep");
    let reason = fails_alone(&answer);
    contains(
        &reason,
        &[
            "std::thread::sleep inside a simulation",
            "use labapi's thread::sleep",
        ],
    );
    contains(&reason, &["n0/culprit", &place("\"std-sleep\" =>")]);
}

#[test]
fn lock_of_std() {
    let reason = fails_alone(&judge_misdeed("std-mutex"));
    contains(
        &reason,
        &["stuck: a thread blocks in a lock, channel or join of std"],
    );
    contains(
        &reason,
        &["use labapi's sync", &place("let owned = lock.lock()")],
    );
}

#[test]
fn unknown_method() {
    let answer = judge_misdeed("unknown-method");
    let reason = fails_alone(&answer);
    contains(
        &reason,
        &["call of Raft.Nonsense", "the server has no such method"],
    );
    contains(
        &reason,
        &["it offers Raft.RequestVote", "in thread n0/culprit"],
    );
}

/// What is claimed on the process's outputs and its standard input reaches nobody who counts.
#[test]
fn forged_success() {
    let answer = judge_misdeed("forged");
    let reason = fails_alone(&answer);
    contains(&reason, &[&place("panic!(\"all is"), ": all is claimed"]);
    answer.says(&["3 passed, 1 failed\n"]);
    // It was printed, and is told as that.
    answer.has_line(&["n0 INFO (culprit) many_elections passed"]);
    let claims = |line: &str| line.starts_with("many_elections") || line.starts_with("15 of 15");
    assert!(!answer.stdout.lines().any(claims), "{answer}");
}

/// The runner's orders do not come on the standard input of the code under test.
#[test]
fn stolen_orders() {
    let path = fixture("thief");
    let answer = labs(&["3A", "3B", "--seeds", "20", "--raft", &path]);
    answer
        .ends_with(1)
        .says(&["0 of 45 points", "0 passed, 13 failed"]);
    assert!(!answer.stderr.contains("stolen"), "{answer}");
    answer.has_line(&["3A", "initial_election", "FAILED", "0/20"]);
}

#[test]
fn rpc_under_a_lock() {
    let answer = judge_misdeed("rpc-under-lock");
    answer
        .ends_with(0)
        .says(&["4 passed, 0 failed", "warnings\n"]);
    answer.has_line(&[
        "lock held across an RPC: the lock taken at",
        &place("let held = lock.lock()"),
        "is still held in an RPC at",
        &place("end.call(\"Raft.RequestVote\""),
        "release it before",
    ]);
}

#[test]
fn threads_that_outlive_kill() {
    let answer = judge_misdeed("outlives-kill");
    answer.ends_with(0).says(&["4 passed, 0 failed"]);
    answer.has_line(&[
        "1× outlived kill: threads that were started at",
        "(culprit) still run two seconds after kill(); they wait for a sleep's end at",
    ]);
}

#[test]
fn busy_wait() {
    let answer = judge_misdeed("busy");
    answer.ends_with(0).says(&["4 passed, 0 failed"]);
    answer.has_line(&[
        "1× busy-wait: thread culprit reached",
        "wait on a condition variable",
    ]);
}

/// The command in a report, typed as it stands, shows the same failure.
#[test]
fn replay() {
    for misdeed in ["panic", "overflow"] {
        let answer = judge_misdeed(misdeed);
        let again = shell(answer.after("to see it again: "), misdeed);
        again.ends_with(2).says(&["0 passed, 1 failed"]);
        assert_eq!(again.reason(), answer.reason(), "{again}");
    }
}

/// A rare failure: its seed alone is replayed.
#[test]
fn replay_of_one_seed_among_many() {
    let reason = fails_alone(&judge_misdeed("panic"));
    let path = fixture("misbehaves");
    let many = ["3A", "--seed", "5", "--seeds", "4", "--raft", &path];
    let answer = crate::runner::labs_with(&many, "panic");
    answer
        .ends_with(1)
        .says(&["failed under seed 5 (first of 4 among 4)"]);
    answer.says(&["FILTER=many_elections SEED=5 RAFT="]);
    assert_eq!(answer.reason().lines().next(), reason.lines().next());
}
