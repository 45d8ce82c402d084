//! The suites of the labs: what is checked of an implementation, and on what it is checked.
//!
//! A [`Submission`] is what is judged, a [`Case`](cases::Case) is one thing that must be so. A case
//! is run in a simulation, or on real threads, once for each seed:
//!
//! ```
//! use labapi::sync::Arc;
//! use labapi::{Bytes, Raft, Service, Started, State};
//! use labapi::kv::Lab4;
//! use suites::cluster::Faults;
//! use suites::{Submission, cases};
//!
//! /// A Raft that never elects anybody.
//! struct Idle;
//!
//! impl Raft for Idle {
//!     fn start(&self, _command: Bytes) -> Option<Started> {
//!         None
//!     }
//!     fn state(&self) -> State {
//!         State { term: 0, is_leader: false }
//!     }
//!     fn snapshot(&self, _index: u64, _snapshot: Bytes) {}
//!     fn service(self: Arc<Self>) -> Service {
//!         Service::new("Raft")
//!     }
//!     fn kill(&self) {}
//! }
//!
//! let submission = Submission {
//!     name: "idle",
//!     raft: |_ends, _me, _persister, _apply| Arc::new(Idle),
//!     lab4: Lab4 {
//!         rsm: |_, _| todo!("4A"),
//!         server: |_| todo!("4B"),
//!         clerk: |_| todo!("4B"),
//!         append: None,
//!     },
//! };
//! let mut cases = cases::all();
//! let case = cases.find(|case| case.is_meant_by("initial_election")).unwrap();
//! let run = move || case.run(&submission.into(), Faults::default());
//! let report = labrt::Simulation::new(1).run(run);
//! let failure = report.outcome.unwrap_err();
//! assert!(failure.to_string().contains("expected one leader among the connected servers"));
//! ```
//!
//! | room | what it is |
//! | --- | --- |
//! | `cluster` | the servers under test and the verbs that a case speaks |
//! | `services` | lab 4 on those servers: counters and key/value services, and their clients |
//! | `cases` | the course's cases, as data |
//! | `driven` | nodes of a step-driven Raft, their network, and what a case says of them |
//! | `oracles` | Raft's invariants, judged online in every simulated run |
//! | `trace` | what happened in a run, as data |
//!
//! What runs them, under many seeds and in processes of their own, is the crate `runner`.
#![forbid(unsafe_code)]

pub mod cases;
pub mod cluster;
pub mod driven;
mod lectures;
pub mod oracles;
pub mod services;
pub mod trace;

use labapi::MakeRaft;
use labapi::kv::Lab4;
use labapi::step::StepDriven;
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

/// What is judged, in all its forms.
#[derive(Clone, Copy)]
pub struct Judged {
    /// For labs 3 and 4.
    pub submission: Submission,
    /// A step-driven Raft, if there is one.
    pub step: Option<StepDriven>,
}

impl From<Submission> for Judged {
    fn from(submission: Submission) -> Judged {
        let step = None;
        Judged { submission, step }
    }
}

/// A run spawns ten thousands of threads and sends as many messages: with glibc's allocator it
/// takes a sixth longer.
#[cfg(not(fuzzing))] // AddressSanitizer wants to see each allocation
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
