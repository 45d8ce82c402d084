//! Judges the reference implementation. `RAFT=path` and `KV=path` judge others by the
//! same suites.

use runner::Submission;
use std::process::ExitCode;

pub(crate) fn submission() -> Submission {
    Submission {
        name: "the reference",
        raft: raft::make,
        lab4: kvraft::lab4(),
    }
}

/// For `cargo test`. `make` and `raftlab` run `examples/labs.rs`.
#[allow(dead_code)] // in the example
fn main() -> ExitCode {
    runner::test(submission())
}
