//! What becomes of what the code under test writes: made harmless, and bounded.

use crate::runner::{fixture, judge_misdeed, labs_with};
use std::path::Path;
use suites::trace::{LINE_MAX, TRACE_MAX, Trace, What};

/// What a terminal would obey never reaches one, wherever it comes from; what is left of it can be
/// read.
#[test]
fn escape_codes() {
    let answer = judge_misdeed("escape");
    answer.says(&[
        "\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{1b}[H15 of 15 points\\r\\u{202e}",
        "in thread n0/culp\\u{1b}[2Jrit at 0.01",
    ]);
    answer.says(&["INFO (culp\\u{1b}[2Jrit) \\u{1b}[2J\\u{1b}[Hlogged"]);
    answer.says(&["\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{1b}[Hprinted"]);
    for text in [&answer.stdout, &answer.stderr] {
        let raw = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(raw, None, "{answer}");
        assert!(!text.contains('\u{202e}'), "{answer}");
    }
}

/// What is printed is part of the run's log, with time, server and thread. Of a run that is made
/// alone it is shown; of several, one is told that there is some.
#[test]
fn prints() {
    let path = fixture("misbehaves");
    let judge = |words: &[&str]| {
        let fixed = ["many_elections", "--raft", &path];
        labs_with(&[&fixed, words].concat(), "prints")
    };
    let lines = ["one 1", "two three", "and 4", "five, six", "seven"];
    for words in [&[][..], &["--trace"], &["--mode", "real"]] {
        let answer = judge(words);
        answer.ends_with(0);
        for line in lines {
            answer.has_line(&["0.01", "  n0 INFO (culprit) ", line]);
        }
        let times = answer.stdout.matches("(culprit) five, six").count();
        assert_eq!(times, 1, "{answer}");
        assert!(!answer.stdout.contains("not shown"), "{answer}");
    }
    assert_eq!(judge(&[]).stderr, "");
    judge(&["--seeds", "2"])
        .ends_with(0)
        .says(&["10 lines that were printed are not shown: part of the log of its run"]);
}

/// A failure that another run of its seed does not show: that one's servers and events led to
/// something else, so none are shown, and the likely causes are named.
#[test]
fn a_failure_that_is_not_reproduced() {
    let answer = judge_misdeed("once");
    answer.ends_with(1).says(&[
        "panic at ",
        "the first time is different",
        "in thread n0/culprit at 0.01",
        "  Another run of the same seed did not end so: something in the code under test does not",
        "mostly a thread of std::thread, the machine's clock, an address in memory, a file",
        "a static that outlives a run",
    ]);
    for absent in [
        "the servers at that moment",
        "the last events",
        "the whole trace",
    ] {
        assert!(!answer.stdout.contains(absent), "{absent} in\n{answer}");
    }
}

/// What differs between two runs of a seed is named, with what mostly makes them differ.
#[test]
fn runs_that_differ() {
    let path = fixture("misbehaves");
    let twice = ["many_elections", "--check-determinism", "--raft", &path];
    labs_with(&twice, "unsteady").ends_with(1).says(&[
        "two runs of seed 1 differ: after ",
        " equal events, one has\n",
        "Something does not follow from the seed, mostly a thread of std::thread,",
        "the last events before it",
    ]);
}

/// However much is logged, a trace is bounded, and so is each of its lines; and the report still
/// knows of each server.
#[test]
fn a_chatty_implementation() {
    let answer = judge_misdeed("chatty");
    answer.ends_with(1).says(&["panic at ", ": said enough"]);
    let servers = answer.stdout.split_once("the servers at that moment\n");
    let (_, servers) = servers.unwrap_or_else(|| panic!("no servers in\n{answer}"));
    for (server, line) in servers.lines().take(7).enumerate() {
        // The case cuts three of them off.
        let is = |place| line.starts_with(&format!("    n{server}  {place}"));
        assert!(is("connected") || is("cut off"), "{answer}");
    }
    let trace = Path::new(answer.after("the whole trace: raftlab replay "));
    let bytes = std::fs::read(trace).expect("the trace can be read");
    assert!(bytes.len() <= TRACE_MAX, "{} bytes", bytes.len());
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    assert!(lines.map(<[u8]>::len).max() <= Some(LINE_MAX));
    let trace = Trace::parse(&bytes).expect("the trace is one");
    let of_kind = |is: fn(&What) -> bool| trace.lines.iter().filter(|line| is(&line.what)).count();
    assert_eq!(of_kind(|what| *what == What::Start), 7);
    assert!(of_kind(|what| *what == What::Connect) >= 7);
    assert_eq!(of_kind(|what| matches!(what, What::Dropped(_))), 1);
    // The last line that it logs is too long to be kept whole.
    assert_eq!(
        of_kind(|what| matches!(what, What::Log(log) if log.text.as_str().ends_with('…'))),
        1
    );
}
