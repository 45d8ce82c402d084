//! Whether a history of concurrent operations is linearizable: whether each operation can have
//! taken effect at one moment between its call and its return, so that all answers are those of a
//! sequential object (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent
//! Objects", 1990).
//!
//! The problem is NP-complete: no checker is fast on every history. So a check has limits, and a
//! check that runs into one has no verdict: [`Verdict::Undecided`], which is not a success.
//!
//! ```
//! use linearizability::models::{Register, RegisterInput, RegisterOutput};
//! use linearizability::{Limits, Operation, check};
//!
//! let history = [
//!     Operation::new(1, 0, RegisterInput::Write(7), 10, RegisterOutput::Written),
//!     Operation::new(2, 5, RegisterInput::Read, 15, RegisterOutput::Value(Some(7))),
//!     Operation::new(3, 20, RegisterInput::Read, 30, RegisterOutput::Value(None)),
//! ];
//! assert!(check(&Register, &history[..2], Limits::default()).is_linearizable());
//!
//! let report = check(&Register, &history, Limits::default());
//! assert_eq!(report.failure().map(|failure| failure.operation), Some(2));
//! ```
//!
//! A map of the code, from the outside in: `history` and `model` are what a caller gives, `report`
//! is what it gets, `models` are examples. `check` takes the keys in turns, `key` checks one,
//! `limits` holds time and memory. `walk` is the search; it goes along a `timeline`, knows where
//! operations lead from `moves`, does not come twice where it has `visited`, and leaves a `trail`.
//! `mask`, `hash` and `index` serve it.
#![forbid(unsafe_code)]

mod check;
mod hash;
mod history;
mod index;
mod key;
mod limits;
mod mask;
mod model;
pub mod models;
mod moves;
mod report;
mod timeline;
mod trail;
mod visited;
mod walk;

pub use check::{check, check_until};
pub use history::{Operation, Return};
pub use limits::{Limit, Limits};
pub use model::{Kind, Model, Step};
pub use report::{
    Effort, Failure, Linearization, OpenKey, Partial, Report, Undecided, Verdict, replay,
};
