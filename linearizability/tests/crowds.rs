//! Many operations at once: more than fit into a machine word, and more than fit into four.

#![cfg(not(miri))] // it would take hours

use linearizability::models::{Append, AppendInput, AppendOutput};
use linearizability::{Limits, Operation, Verdict, check};

type History = Vec<Operation<AppendInput, AppendOutput>>;

fn append(client: usize) -> AppendInput {
    AppendInput::Append("k".to_string(), format!("<{client}>"))
}

/// A get, after everything else, that saw the appends of these clients in this order.
fn get(seen: impl Iterator<Item = usize>) -> Operation<AppendInput, AppendOutput> {
    let value = seen.map(|client| format!("<{client}>")).collect();
    let input = AppendInput::Get("k".to_string());
    Operation::new(0, 200, input, 210, AppendOutput::Value(value))
}

/// The place of the operation that does not fit; `None` if all do.
fn misfit(history: &History) -> Option<usize> {
    match check(&Append, history, Limits::default()).verdict {
        Verdict::Linearizable(_) => None,
        Verdict::NotLinearizable(failure) => Some(failure.operation),
        Verdict::Undecided(undecided) => panic!("{undecided:?}"),
    }
}

#[test]
fn appends_that_all_return() {
    for clients in [63, 64, 65, 255, 256, 257] {
        let appends = (0..clients).map(|client| {
            Operation::new(client as u64, 0, append(client), 100, AppendOutput::Done)
        });
        let mut history: History = appends.collect();
        history.push(get((0..clients).rev()));
        assert_eq!(misfit(&history), None, "{clients} clients");
        // One that returned is not seen.
        history[clients] = get((1..clients).rev());
        assert!(misfit(&history).is_some(), "{clients} clients");
    }
}

#[test]
fn appends_that_never_return() {
    for clients in [63, 64, 65, 255, 256, 257] {
        let appends =
            (0..clients).map(|client| Operation::pending(client as u64, 0, append(client)));
        let mut history: History = appends.collect();
        // Whether one of these is seen is up to it.
        history.push(get((1..clients).rev()));
        assert_eq!(misfit(&history), None, "{clients} clients");
        // But none can be seen twice.
        history[clients] = get((1..clients).rev().chain([5]));
        assert_eq!(misfit(&history), Some(clients), "{clients} clients");
    }
}
