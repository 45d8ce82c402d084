//! Judges the reference implementation. `RAFT=path` and `KV=path` judge others by the same suites.
//!
//! A package of its own, since it is what a first build waits for: the runner's tests need crates
//! that it does not.

#![forbid(unsafe_code)]

use labapi::step::StepDriven;
use runner::{Judged, Submission};
use std::process::ExitCode;

fn main() -> ExitCode {
    let submission = Submission {
        name: "the reference",
        raft: raft::make,
        lab4: kvraft::lab4(),
    };
    let judged = Judged {
        submission,
        step: Some(StepDriven::of::<rawraft::Tiny>()),
    };
    match cfg!(test) {
        true => runner::test(judged),
        false => runner::main(judged),
    }
}
