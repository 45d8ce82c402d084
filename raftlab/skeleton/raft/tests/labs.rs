//! Judges this Raft, and lab 4 on it, by the suites of the labs: `make test-3A`.

use runner::Submission;
use std::process::ExitCode;

pub(crate) fn submission() -> Submission {
    Submission {
        name: "your Raft",
        raft: raft::make,
        lab4: kvraft::lab4(),
    }
}

/// For `cargo test`. `make` and `raftlab` run `examples/labs.rs`.
#[allow(dead_code)] // in the example
fn main() -> ExitCode {
    runner::test(submission())
}
