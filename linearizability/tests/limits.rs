//! Limits: a check that cannot finish says so, in time.

#![cfg(not(miri))] // it would take hours

use linearizability::models::{Append, AppendInput, AppendOutput};
use linearizability::{Limit, Limits, Operation, Verdict, check, check_until};
use std::cell::Cell;
use std::time::{Duration, Instant};

type History = Vec<Operation<AppendInput, AppendOutput>>;

/// So many clients append at once; then a put comes to nothing, and a get sees what nobody wrote.
/// No checker can know that without having been in every subset of the appends, in every order.
fn hopeless(key: &str, clients: u64) -> History {
    let mut history = Vec::new();
    for client in 0..clients {
        let value = format!("<{client}>");
        let input = AppendInput::Append(key.to_string(), value);
        history.push(Operation::new(client, 0, input, 100, AppendOutput::Done));
    }
    let put = AppendInput::Put(key.to_string(), "x".to_string());
    history.push(Operation::new(clients, 0, put, 300, AppendOutput::Done));
    let get = AppendInput::Get(key.to_string());
    let nobodys = AppendOutput::Value("?".to_string());
    history.push(Operation::new(clients + 1, 200, get, 300, nobodys));
    history
}

#[test]
fn no_time_is_no_verdict() {
    let history = hopeless("k", 12);
    let report = check_until(&Append, &history, usize::MAX, &|| true);
    let Verdict::Undecided(undecided) = report.verdict else {
        panic!("a verdict without any time");
    };
    assert_eq!(undecided.limit, Limit::Time);
    assert_eq!(undecided.linearizable_keys, 0);
    assert_eq!(undecided.open.len(), 1);
    assert_eq!(undecided.open[0].key, "k");
    assert_eq!(undecided.open[0].operations, history.len());
    assert_eq!(undecided.open[0].placed, 0);
}

/// With a clock that counts how often it is asked: it is asked again and again, after little work,
/// and never again once time is out.
#[test]
fn the_clock_is_looked_at_often() {
    for looks in [1, 2, 10, 1000] {
        let asked = Cell::new(0);
        let expired = || {
            asked.set(asked.get() + 1);
            asked.get() >= looks
        };
        let report = check_until(&Append, &hopeless("k", 12), usize::MAX, &expired);
        assert!(matches!(report.verdict, Verdict::Undecided(_)));
        assert_eq!(asked.get(), looks, "the clock was asked after time was out");
        // 1024 units are well below a millisecond. A step may take a few more than are left.
        assert!(
            report.effort.work <= looks * 1100,
            "{} units",
            report.effort.work
        );
    }
}

/// On the machine's clock. A check ends a little early, since it must give back what it holds; what
/// it is late by is a look's work and what others do on the machine.
#[test]
#[expect(clippy::disallowed_methods, reason = "real time is what is tested")]
fn a_deadline_holds() {
    let history = hopeless("k", 12);
    let lateness = |_| {
        let limit = Duration::from_millis(100);
        let start = Instant::now();
        let report = check(&Append, &history, Limits::within(limit));
        let took = start.elapsed();
        assert!(matches!(report.verdict, Verdict::Undecided(_)));
        assert!(took >= limit / 2, "given up after {took:?}");
        took.saturating_sub(limit)
    };
    // The best of three: a busy machine may hold one up, but not all.
    let least = (0..3).map(lateness).min();
    assert!(least < Some(Duration::from_millis(50)), "late by {least:?}");
}

#[test]
fn memory_is_bounded() {
    let memory_bytes = 4 << 20;
    let limits = Limits {
        time: None,
        memory_bytes,
    };
    let report = check(&Append, &hopeless("k", 12), limits);
    let Verdict::Undecided(undecided) = report.verdict else {
        panic!("a verdict without enough memory");
    };
    assert_eq!(undecided.limit, Limit::Memory);
    let bytes = report.effort.bytes;
    assert!((memory_bytes..3 * memory_bytes).contains(&bytes), "{bytes}");
}

/// A key that takes for ever hides neither the verdict on another key nor how many are fine.
#[test]
fn a_hard_key_keeps_nobody_from_the_others() {
    let mut history = hopeless("a", 12);
    for key in ["b", "c"] {
        let input = AppendInput::Get(key.to_string());
        let output = AppendOutput::Value(String::new());
        history.push(Operation::new(99, 0, input, 1, output));
    }
    let asked = Cell::new(0);
    let expired = || {
        asked.set(asked.get() + 1);
        asked.get() >= 1000
    };
    let report = check_until(&Append, &history, usize::MAX, &expired);
    let Verdict::Undecided(undecided) = report.verdict else {
        panic!("a verdict in no time");
    };
    assert_eq!(undecided.linearizable_keys, 2);
    assert_eq!(undecided.open.len(), 1);

    let input = AppendInput::Get("d".to_string());
    let output = AppendOutput::Value("nobody's".to_string());
    history.push(Operation::new(99, 0, input, 1, output));
    let report = check(&Append, &history, Limits::default());
    assert_eq!(
        report.failure().map(|failure| failure.key.as_str()),
        Some("d")
    );
    assert_eq!(
        report.failure().map(|failure| failure.operation),
        Some(history.len() - 1)
    );
}
