//! Raft as a state machine, to be read beside Figure 2 of the extended paper (§5, §6, §7). No
//! thread runs here, no lock is taken and nothing is sent: whoever owns a [`Peer`] ticks it, hands
//! messages in, takes messages out and saves what is to be saved.
//!
//! | file | what stands there | paper |
//! | --- | --- | --- |
//! | `peer` | the state of Figure 2, the three roles, the rule for newer terms | §5.1 |
//! | `election` | time, candidates, votes | §5.2, §5.4.1 |
//! | `replication` | AppendEntries and heartbeats, both sides; what a majority has is committed | §5.3, §5.4.2 |
//! | `snapshot` | InstallSnapshot, both sides | §7 |
//! | `membership` | one member more or less; leadership handed over | §6; thesis, §3.10 and §4.1 |
//! | `log` | entries in memory before a storage | |
//! | `raw_node` | what is new since the application last looked | |
//! | `inspect` | what a suite looks at | |
//!
//! ```
//! use labapi::step::{Config, MemoryStorage, Role, Track};
//! use std::sync::Arc;
//!
//! let config = Config {
//!     id: 1,
//!     peers: vec![1],
//!     election_tick: 10,
//!     heartbeat_tick: 1,
//!     storage: Arc::new(MemoryStorage::new()),
//!     applied: 0,
//! };
//! let mut alone = rawraft::Tiny::raw_node(&config)?;
//! alone.campaign().expect("it may");
//! assert_eq!(alone.node().status().role, Role::Leader);
//! assert_eq!(alone.ready().entries.len(), 1); // its term begins with an entry of its own
//! # Ok::<(), labapi::step::ConfigError>(())
//! ```
#![forbid(unsafe_code)]

mod election;
mod inspect;
mod log;
mod membership;
mod peer;
mod raw_node;
mod replication;
mod snapshot;

pub use peer::Peer;
pub use raw_node::RawPeer;

use labapi::step::{Config, ConfigError, Node, RawNode, Track};

/// This implementation, for whoever judges or drives it.
pub struct Tiny;

impl Track for Tiny {
    fn node(config: &Config) -> Result<Box<dyn Node>, ConfigError> {
        Ok(Box::new(Peer::new(config)?))
    }

    fn raw_node(config: &Config) -> Result<Box<dyn RawNode>, ConfigError> {
        Ok(Box::new(RawPeer::new(config)?))
    }
}
