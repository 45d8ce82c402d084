//! Judges the reference implementation. `RAFT=path` and `KV=path` judge others by the
//! same suites.

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    runner::main(runner::Submission {
        name: "the reference",
        raft: raft::make,
        lab4: kvraft::lab4(),
    })
}
