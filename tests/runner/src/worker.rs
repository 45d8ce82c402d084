//! The worker's side: does one job after another until its parent hangs up. Whatever the code
//! under test does to this process - aborts, overflows a stack, never returns - costs one run.

use super::trial::Manner;
use super::wire::{self, Job, Record};
use super::{interrupt, logs, trial};
use labrt::channel::{self, Sender};
use labrt::thread;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::{self, ExitCode};
use suites::{Submission, cases};

/// Set for a worker by its parent.
pub(super) const VARIABLE: &str = "RAFTLAB_WORKER";

pub(super) fn main(submission: Submission) -> ExitCode {
    interrupt::leave_to_parent();
    logs::install();
    labrt::harness::hide_frames(super::own_sources());
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::from(2);
    };
    let mut parent = UnixStream::from(socket);
    let Ok(reader) = parent.try_clone() else {
        return ExitCode::from(2);
    };
    let (jobs, inbox) = channel::unbounded();
    thread::spawn(move || listen(reader, &jobs));
    while let Ok(job) = inbox.recv() {
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

/// Takes jobs from the parent. When it has hung up, or is no more, nobody wants to know what
/// becomes of the run that is under way, and the process ends in the middle of it.
fn listen(mut parent: UnixStream, jobs: &Sender<Job>) {
    while let Ok(job) = wire::receive(&mut parent) {
        if jobs.send(job).is_err() {
            return;
        }
    }
    let _whole = interrupt::whole();
    process::exit(0)
}
