//! Raft as a state machine, by you. Keep Figure 2 of the extended Raft paper (Ongaro and
//! Ousterhout, 2014) beside you. No thread runs here, no lock is taken and nothing is sent: whoever
//! owns a [`Peer`] ticks it, hands messages in, takes messages out and saves what is to be saved.
//!
//! | file | room | paper | part |
//! | --- | --- | --- | --- |
//! | `peer` | the state of Figure 2, the three roles, the rule for newer terms | §5.1 | 2AA |
//! | `election` | time, candidates, votes | §5.2, §5.4.1 | 2AA |
//! | `log` | entries in memory before a storage | §5.3 | 2AA, 2AB |
//! | `replication` | AppendEntries and heartbeats, both sides; what is committed | §5.3, §5.4.2 | 2AA, 2AB |
//! | `raw_node` | what is new since the application last looked | | 2AC |
//! | `snapshot` | InstallSnapshot, both sides | §7 | 2C |
//! | `membership` | leadership handed over; one member more or less | §6; thesis, §3.10 and §4.1 | 3A |
//! | `inspect` | what the suite looks at: nothing to write | | |
//!
//! `make test-tiny-2AA` runs the first part. It fails; its report says what is to be written next.
//! The rooms are a proposal: what must stay is [`Tiny`], and what `labapi::step` asks of its nodes.

// While rooms are still empty. Take it out when the last one is furnished.
#![allow(dead_code, unused_variables)]
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
