//! The other shape of Raft: a state machine that somebody else drives, as in etcd, TiKV and TinyKV.
//! It has no threads, no clock and no sockets. Ticks and messages go in; messages, and what is to
//! be saved and applied, come out. What this module calls by a name of its own, TinyKV's course
//! calls by nearly the same one (project 2, and the part of project 3 about leadership and
//! membership).
//!
//! | file | what it is |
//! | --- | --- |
//! | `message` | what nodes send each other, and what logs consist of |
//! | `storage` | where a node finds what was saved; one in memory |
//! | `node` | the protocol: [`Node`], and what a suite looks at and sets: [`Inspect`] |
//! | `raw_node` | the node as its application sees it: [`RawNode`] and [`Ready`] |
//!
//! A submission is a type that makes both:
//!
//! ```
//! use labapi::step::{Config, ConfigError, MemoryStorage};
//! use std::sync::Arc;
//!
//! let config = Config {
//!     id: 1,
//!     peers: vec![1, 2, 3],
//!     election_tick: 10,
//!     heartbeat_tick: 1,
//!     storage: Arc::new(MemoryStorage::new()),
//!     applied: 0,
//! };
//! assert_eq!(config.validate(), Ok(()));
//! let hasty = Config { heartbeat_tick: 10, ..config };
//! assert_eq!(hasty.validate(), Err(ConfigError::ElectionTick));
//! ```

mod message;
mod node;
mod raw_node;
mod storage;

pub use message::{
    ChangeType, ConfChange, ConfState, Entry, EntryType, HardState, Message, MessageType, Snapshot,
    SnapshotMetadata,
};
pub use node::{Field, Inspect, Node, Progress, Role, Status, StepError};
pub use raw_node::{RawNode, Ready, SoftState};
pub use storage::{MemoryStorage, Storage, StorageError};

use std::fmt;
use std::sync::Arc;

/// No node: who was voted for in a term without a vote, who leads where nobody does.
pub const NONE: u64 = 0;

/// What a node is made from.
#[derive(Clone)]
pub struct Config {
    /// Its own number, which is not [`NONE`].
    pub id: u64,
    /// All members of a new group, its own number included. Empty for a node that is started again:
    /// then the storage's [`ConfState`] names them.
    pub peers: Vec<u64>,
    /// Ticks without a word from a leader before an election, at least: each wait is drawn anew
    /// from `election_tick..2 * election_tick`. More than `heartbeat_tick`.
    pub election_tick: u64,
    /// Ticks between two heartbeats of a leader, at least one.
    pub heartbeat_tick: u64,
    /// What was saved, by this node's last run or by nobody.
    pub storage: Arc<dyn Storage>,
    /// The last index that the application has applied, if it starts again; else 0, and the node
    /// takes what its storage no longer holds to be applied.
    pub applied: u64,
}

impl Config {
    /// Whether a node can be made from it.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match self {
            Config { id: NONE, .. } => Err(ConfigError::NoId),
            Config {
                heartbeat_tick: 0, ..
            } => Err(ConfigError::HeartbeatTick),
            config if config.election_tick <= config.heartbeat_tick => {
                Err(ConfigError::ElectionTick)
            }
            _ => Ok(()),
        }
    }
}

/// Why no node can be made from a [`Config`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// A node cannot be nobody.
    NoId,
    /// A leader must send heartbeats at some time.
    HeartbeatTick,
    /// A follower must wait longer than a leader is silent.
    ElectionTick,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConfigError::NoId => "a node's id cannot be 0, which means nobody",
            ConfigError::HeartbeatTick => "heartbeat_tick must be greater than 0",
            ConfigError::ElectionTick => "election_tick must be greater than heartbeat_tick",
        })
    }
}

impl std::error::Error for ConfigError {}

/// An implementation: what makes its nodes.
pub trait Track: 'static {
    /// Makes a node.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    fn node(config: &Config) -> Result<Box<dyn Node>, ConfigError>;

    /// Makes a node as an application sees it.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    fn raw_node(config: &Config) -> Result<Box<dyn RawNode>, ConfigError>;
}

/// The same as a value, for whoever judges implementations that it does not know.
#[derive(Clone, Copy)]
pub struct StepDriven {
    /// [`Track::node`].
    pub node: fn(&Config) -> Result<Box<dyn Node>, ConfigError>,
    /// [`Track::raw_node`].
    pub raw_node: fn(&Config) -> Result<Box<dyn RawNode>, ConfigError>,
}

impl StepDriven {
    /// That of an implementation.
    pub fn of<T: Track>() -> StepDriven {
        StepDriven {
            node: T::node,
            raw_node: T::raw_node,
        }
    }
}
