//! Recorded histories with known verdicts: the checker must agree with every one.

#![cfg(not(miri))] // it would take hours

mod formats;

use linearizability::models::{Append, Register, Versioned};
use linearizability::{Limits, Model, Operation, Report, Verdict, check};

/// Checks a history, and the evidence that comes with the verdict.
fn judge<M: Model>(model: &M, history: &[Operation<M::Input, M::Output>]) -> Report<M::Key> {
    check(model, history, Limits::default())
}

#[test]
fn known_verdicts_are_agreed_with() {
    let verdicts = formats::verdicts();
    assert_eq!(verdicts.len(), 58, "files are missing");
    for (name, expected) in verdicts {
        let (kind, _) = name.split_once('/').expect("a folder");
        let found = match kind {
            "etcd" => decided(judge(&Register, &formats::etcd(&name))),
            "kv" => decided(judge(&Append, &formats::kv(&name))),
            "lab" => decided(judge(&Versioned, &formats::lab(&name))),
            other => panic!("{other} is no folder that is known"),
        };
        assert_eq!(found, Some(expected), "{name}");
    }
}

fn decided<K: std::fmt::Debug>(report: Report<K>) -> Option<bool> {
    match report.verdict {
        Verdict::Linearizable(_) => Some(true),
        Verdict::NotLinearizable(_) => Some(false),
        Verdict::Undecided(_) => None,
    }
}
