//! What lab 4 runs on servers: a replicated state machine (4A), and the key/value service in both
//! its forms.
//!
//! | file | room |
//! | --- | --- |
//! | `watch` | the harness between a service and its Raft: it sees all that is applied |
//! | `counter` | the state machine of 4A |
//! | `rsm` | servers that replicate a counter, and what a case says to them |
//! | `clients` | clerks, what they asked and were told, and the check of that history |
//! | `versioned`, `append` | the two forms of the key/value service |

mod append;
mod clients;
mod counter;
mod rsm;
mod versioned;
mod watch;

pub use append::AppendLab;
pub use clients::{Client, Service};
pub use counter::{Counter, CounterOp};
pub use rsm::RsmLab;
pub use versioned::{KvLab, Put};

use labrpc::harness::{Latency, Network};
use labrt::harness;
use std::time::Duration;

/// What a message takes in the simulation, where the code itself takes next to no time: about what
/// the course's servers take to handle one. Otherwise a virtual second would be as long as a
/// hundred thousand operations.
const LATENCY: Latency = Latency::Uniform(Duration::from_micros(500), Duration::from_micros(1500));

/// A network for lab 4.
fn network(reliable: bool) -> Network {
    let net = Network::new();
    net.set_reliable(reliable);
    if harness::is_simulated() {
        net.set_base_latency(Some(LATENCY));
    }
    net
}
