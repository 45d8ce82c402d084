//! Judges the node by TinyKV's cases: `make test-tiny-2AA`; and by those of labs 3 and 4, through
//! the bridge: `make test-3A`.

use labapi::step::StepDriven;
use runner::{Judged, Submission};
use std::process::ExitCode;

pub(crate) fn submission() -> Judged {
    let submission = Submission {
        name: "your node",
        raft: raft::make,
        lab4: kvraft::lab4(),
    };
    Judged {
        submission,
        step: Some(StepDriven::of::<rawraft::Tiny>()),
    }
}

/// For `cargo test`. `make` and `raftlab` run `examples/labs.rs`.
#[allow(dead_code)] // in the example
fn main() -> ExitCode {
    runner::test(submission())
}
