//! The worker's side: does one job after another until its parent hangs up. Whatever the code
//! under test does to this process - aborts, overflows a stack, never returns - costs one run.

use super::trial::Manner;
use super::wire::{self, Job, Record};
use super::{logs, trial};
use crate::{Submission, cases};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

/// Set for a worker by its parent.
pub(super) const VARIABLE: &str = "RAFTLAB_WORKER";

pub(super) fn main(submission: Submission) -> ExitCode {
    logs::install();
    labrt::harness::hide_frames(super::own_sources());
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::from(2);
    };
    let mut parent = UnixStream::from(socket);
    while let Ok(job) = wire::receive::<Job>(&mut parent) {
        let Some(case) = cases::all().nth(job.case) else {
            return ExitCode::from(2);
        };
        let mut is_told = false;
        for seed in job.first..job.first + job.count {
            let password = job.password;
            if wire::send(&mut parent, &Record::Begin { password, seed }).is_err() {
                return ExitCode::from(2);
            }
            // A report tells of the first failure of a case: its job's first one, at most. The
            // others' events would be written, and never read.
            let how = Manner {
                tell: job.how.tell && !is_told,
                ..job.how
            };
            let outcome = Box::new(trial::run(submission, case, seed, how));
            is_told |= outcome.failure.is_some();
            let spent = outcome.spent;
            if wire::send(&mut parent, &Record::End { password, outcome }).is_err() {
                return ExitCode::from(2);
            }
            if spent {
                return ExitCode::SUCCESS;
            }
        }
    }
    ExitCode::SUCCESS
}
