//! Threads, locks, channels, clocks and chance in two worlds.
//!
//! In the **real** world they are `std::thread`, `parking_lot`, `crossbeam_channel`, `std::time`
//! and `rand`. In the **simulated** one, inside [`Simulation::run`], the same program runs in
//! virtual time, and every choice in it follows from one seed. Which world a call is in is decided
//! when it is made, so one binary does both.
//!
//! ```
//! use labrt::channel::{Sender, unbounded};
//! use labrt::sync::{Arc, Mutex};
//! use labrt::time::Duration;
//! use labrt::{Node, Simulation, thread};
//!
//! const SECOND: Duration = Duration::from_secs(1);
//!
//! /// Counts beats, and tells somebody of each.
//! fn beat(beats: &Mutex<u32>, observer: &Sender<u32>) {
//!     loop {
//!         thread::sleep(SECOND);
//!         let mut beats = beats.lock();
//!         *beats += 1;
//!         if observer.send(*beats).is_err() {
//!             return;
//!         }
//!     }
//! }
//!
//! /// A machine beats for a while, and crashes.
//! fn crash_after(seconds: u32) -> (u32, Vec<u32>) {
//!     let (beats, (sender, receiver)) = (Arc::new(Mutex::new(0)), unbounded());
//!     let node = Node::new("n1");
//!     let own = Arc::clone(&beats);
//!     node.spawn("heart", move || beat(&own, &sender));
//!     thread::sleep(seconds * SECOND + SECOND / 2);
//!     node.crash(); // wherever its thread stands; its locks come free, its channels close
//!     thread::sleep(3600 * SECOND);
//!     let beats = *beats.lock();
//!     (beats, receiver.iter().collect())
//! }
//!
//! let report = Simulation::new(17).run(|| crash_after(3)); // an hour, in no time
//! assert_eq!(report.outcome, Ok((3, vec![1, 2, 3])));
//! assert!(report.virtual_time > 3600 * SECOND);
//! let again = Simulation::new(17).run(|| crash_after(3));
//! assert_eq!(again.trace_hash, report.trace_hash); // the same seed, the same run
//! ```
//!
//! | for | see |
//! | --- | --- |
//! | code under test: names that are known from elsewhere | [`thread`], [`sync`], [`channel`], [`time`], [`rand`] |
//! | machines that crash, stand still, and have wrong clocks | [`Node`] |
//! | one run: its seed, strategy and limits, and what it amounted to | [`Simulation`], [`Report`] |
//! | what happened, event by event | [`trace`] |
//! | a harness that builds on this crate | [`harness`] |
//! | a run that is a part of something larger, in a process of its own | [`part`] |

// For maintainers: ARCHITECTURE.md has the map. `base` is the lowest floor, `kernel` stands on it,
// everything else above; a floor imports lower ones only.

mod base;
pub mod channel;
pub mod harness;
mod kernel;
mod mailbox;
pub mod node;
mod outside;
pub mod part;
pub mod rand;
mod real_node;
pub mod sim;
pub mod sync;
pub mod thread;
pub mod time;
pub mod trace;

pub use base::{Choice, Detail, Failure, FailureKind, NodeId, Panicked, Plan, Strategy};
pub use node::Node;
pub use sim::{Report, Simulation};
