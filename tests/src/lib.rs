//! The suites of the labs, and the runner that judges an implementation by them.
//!
//! | room | what it is |
//! | --- | --- |
//! | `cluster` | the servers under test and the verbs that a case speaks |
//! | `services` | lab 4 on those servers: counters and key/value services, and their clients |
//! | `cases` | the course's cases, as data |
//! | `runner` | cases × seeds in worker processes, and the report |
//!
//! An implementation is judged by a program of ten lines, `tests/tests/labs.rs` for the reference:
//! it hands its constructor to [`main`].
#![forbid(unsafe_code)]

pub mod cases;
pub mod cluster;
mod runner;
pub mod services;

pub use runner::{interrupt, lanes, results, usage};

use labapi::MakeRaft;
use labapi::kv::Lab4;
use services::Counter;
use std::process::ExitCode;
use std::time::Duration;

/// A run spawns ten thousands of threads and sends as many messages: with glibc's allocator it
/// takes a sixth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The longest that a case may take, in virtual or real time, as in the course.
pub const TIME_LIMIT: Duration = Duration::from_secs(120);

/// What is judged: the constructors of an implementation.
#[derive(Clone, Copy)]
pub struct Submission {
    /// How reports call it.
    pub name: &'static str,
    /// Its Raft.
    pub raft: MakeRaft,
    /// What it has for lab 4.
    pub lab4: Lab4<Counter>,
}

/// Runs what the command line asks for. Exit codes: 0 when everything passed, 1 when a case
/// failed, 2 when the request could not be carried out; interrupted, it ends by the signal.
pub fn main(submission: Submission) -> ExitCode {
    runner::main(submission)
}
