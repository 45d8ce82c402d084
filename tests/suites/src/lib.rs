//! The suites of the labs: what is checked of an implementation, and on what it is checked.
//!
//! | room | what it is |
//! | --- | --- |
//! | `cluster` | the servers under test and the verbs that a case speaks |
//! | `services` | lab 4 on those servers: counters and key/value services, and their clients |
//! | `cases` | the course's cases, as data |
//!
//! What runs them, under many seeds and in processes of their own, is the crate `runner`.
#![forbid(unsafe_code)]

pub mod cases;
pub mod cluster;
pub mod services;

use labapi::MakeRaft;
use labapi::kv::Lab4;
use services::Counter;
use std::time::Duration;

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
