//! Judges this Raft, and lab 4 on it, by the suites of the labs: `make test-3A`.

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    runner::main(runner::Submission {
        name: "your Raft",
        raft: raft::make,
        lab4: kvraft::lab4(),
    })
}
