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
//! | `kernel` | the scheduler | mechanism, policy and time in files of their own |
//! | `watchdog`, `overflow`, `interpose`, `panics` | what happens outside the scheduler's sight | |

pub mod channel;
mod failure;
pub mod harness;
#[cfg(target_os = "linux")]
#[allow(unreachable_pub)] // the linker finds them
mod interpose;
mod kernel;
pub mod node;
mod overflow;
mod panics;
pub mod rand;
pub mod sim;
pub mod sync;
pub mod thread;
pub mod time;
pub mod trace;
mod watchdog;
mod world;

pub use failure::{Failure, Kind};
pub use kernel::Strategy;
pub use node::{Node, NodeId};
pub use sim::{Report, Simulation};
