//! The skeleton's door to the state tells who came through it.

mod common;

use common::{age_harness, folder, make, out, raftlab};
use std::fs;

/// A lock that is taken twice has two places, and both are in the callers of `with_state`.
#[test]
fn a_door_that_is_entered_twice_names_both_callers() {
    let lab = folder("doors").join("lab");
    assert!(
        raftlab(lab.parent().unwrap(), &["new", "lab"])
            .status
            .success()
    );
    age_harness(&lab);
    let change = |file: &str, from: &str, to: &str| {
        let file = lab.join("raft/src").join(file);
        let text = fs::read_to_string(&file).expect("it is there");
        assert!(text.contains(from), "{} has changed", file.display());
        fs::write(&file, text.replacen(from, to, 1)).expect("it can be written");
    };
    let todo = "todo!(\"3A: tell whether the election timeout has passed\");";
    change("election.rs", todo, "false");
    let outer = "self.with_state(|state| labapi::State {";
    change(
        "peer.rs",
        outer,
        "let _ = self.with_state(|_|\n            self.with_state(|state| state.killed));\n        \
         self.with_state(|state| labapi::State {",
    );
    let text = fs::read_to_string(lab.join("raft/src/peer.rs")).expect("it is there");
    let lines = text.lines().zip(1..);
    let line = |words: &str| {
        let found = lines.clone().find(|(line, _)| line.contains(words));
        found.expect("it was written").1
    };
    let (took, wants) = (line("self.with_state(|_|"), line("|state| state.killed"));
    let told = out(&make(&lab, &["test-3A", "FILTER=initial_election"]));
    assert!(
        told.contains("deadlock: a thread waits for a lock that it holds itself"),
        "{told}"
    );
    let both = [
        format!("holds the lock it took at raft/src/peer.rs:{took}:"),
        format!("and waits for the lock at raft/src/peer.rs:{wants}:"),
    ];
    for words in both {
        assert!(told.contains(&words), "no {words}: {told}");
    }
}
