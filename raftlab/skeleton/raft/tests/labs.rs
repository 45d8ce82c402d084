//! Judges this Raft by the suites of the labs: `make test-3A`.

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    tests::main(tests::Submission {
        name: "your Raft",
        raft: raft::make,
    })
}
