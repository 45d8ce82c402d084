//! The ground under every lab: threads, locks, channels, clock and randomness
//! that are either real or simulated. (Interface first; the simulated world follows.)

pub mod channel;
pub mod harness;
pub mod node;
pub mod rand;
pub mod sim;
pub mod sync;
pub mod thread;
pub mod time;
pub mod trace;

pub use node::{Node, NodeId};
pub use sim::Simulation;
