//! Judges the reference implementation. `RAFT=path` judges another one by the same suites.

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    tests::main(tests::Submission {
        name: "the reference",
        raft: raft::make,
    })
}
