//! The ground under every lab: threads, locks, channels, a clock and randomness, in two worlds.
//!
//! In the **real** world they are `std::thread`, `parking_lot`, `crossbeam_channel`, `std::time`
//! and `rand`. In the **simulated** one, inside [`Simulation::run`], the same program runs on one
//! OS thread: its threads are coroutines, its time is virtual, and every choice follows from a
//! seed. Which world a call is in is decided when it is made, so one binary does both.
//!
//! | module | face | map |
//! | --- | --- | --- |
//! | [`thread`], [`sync`], [`channel`], [`time`], [`rand`] | for code under test: known names | |
//! | [`Node`] | for the harness: threads that crash, pause and drift together | `node` |
//! | [`Simulation`] | one run: seed, strategy, limits, report | `sim` |
//! | [`trace`] | the run's events and its hash | |
//! | [`harness`] | what only the harness's crates need | |

// Three floors, each of which imports lower ones only: `base`, plain data; `kernel`, the scheduler;
// and all other modules, the faces, among them `outside` for what the scheduler cannot see.

mod base;
pub mod channel;
pub mod harness;
mod kernel;
pub mod node;
mod outside;
pub mod rand;
mod real_node;
pub mod sim;
pub mod sync;
pub mod thread;
pub mod time;
pub mod trace;

pub use base::{Failure, FailureKind, NodeId, Panicked, Strategy};
pub use node::Node;
pub use sim::{Report, Simulation};
