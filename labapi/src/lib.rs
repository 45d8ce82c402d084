//! What a student implements: the contract between an implementation and the suites, and everything
//! that an implementation may use, so that it needs one dependency of the harness.
//!
//! [`Raft`] and [`MakeRaft`] are lab 3's contract, [`Rsm`] and [`StateMachine`] that of 4A, [`kv`]
//! that of 4B and 4C, [`step`] that of a Raft which somebody else drives. Here is a peer that votes
//! and never stands for election:
//!
//! ```
//! use labapi::channel::{Sender, unbounded};
//! use labapi::sync::{Arc, Mutex};
//! use labapi::{ApplyMsg, Bytes, ClientEnd, MakeRaft, Persister, Raft, Service, Started, State};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Default, Serialize, Deserialize)]
//! struct Saved {
//!     current_term: u64,
//!     voted_for: Option<usize>,
//! }
//!
//! struct Voter {
//!     saved: Mutex<Saved>,
//!     disk: Arc<Persister>,
//! }
//!
//! impl Voter {
//!     fn vote(&self, term: u64, candidate: usize) -> bool {
//!         let mut saved = self.saved.lock();
//!         if term <= saved.current_term {
//!             return false;
//!         }
//!         *saved = Saved { current_term: term, voted_for: Some(candidate) };
//!         self.disk.save(&*saved, &Bytes::new()); // before the reply leaves
//!         true
//!     }
//! }
//!
//! impl Raft for Voter {
//!     fn start(&self, _command: Bytes) -> Option<Started> {
//!         None // it never leads
//!     }
//!     fn state(&self) -> State {
//!         State { term: self.saved.lock().current_term, is_leader: false }
//!     }
//!     fn snapshot(&self, _index: u64, _snapshot: Bytes) {}
//!     fn service(self: Arc<Self>) -> Service {
//!         Service::new("Raft")
//!             .method("RequestVote", move |(term, who): (u64, usize)| self.vote(term, who))
//!     }
//!     fn kill(&self) {}
//! }
//!
//! fn make(
//!     _peers: Vec<ClientEnd>,
//!     _me: usize,
//!     disk: Arc<Persister>,
//!     _apply: Sender<ApplyMsg>,
//! ) -> Arc<dyn Raft> {
//!     let saved = Mutex::new(disk.read_state().unwrap_or_default());
//!     Arc::new(Voter { saved, disk })
//! }
//!
//! let make_raft: MakeRaft = make;
//! let (apply, _applied) = unbounded();
//! let peer = make_raft(Vec::new(), 0, Arc::new(Persister::new()), apply);
//! assert_eq!(peer.state(), State { term: 0, is_leader: false });
//! assert_eq!(peer.start(Bytes::from_static(b"x")), None);
//! ```
//!
//! # Threads, locks, channels, time
//!
//! [`thread`], [`sync`], [`channel`], [`time`], [`rand`] and [`thread_local!`] have the names and
//! signatures of `std`, `parking_lot`, `crossbeam_channel` and `rand`. On real threads they are
//! those; in the simulation each operation is a place where another thread may come in, and all
//! chance and time are the seed's. What these modules do not offer, they name; the simulation does
//! not see what comes from elsewhere, such as `std::sync::Mutex`, `std::thread::spawn`, an
//! asynchronous runtime, or threads of C code.
#![forbid(unsafe_code)]

mod face;
pub mod kv;
mod machine;
pub mod step;

pub use face::{channel, rand, sync, thread, time};
#[doc(inline)]
pub use labrt::thread_local;

/// Bytes of a value and back: for operations, snapshots, whatever else must become bytes.
pub mod codec {
    #[doc(inline)]
    pub use labcodec::{Error, decode, encode, in_place};
}

pub use bytes::Bytes;
#[doc(inline)]
pub use labcodec::{Excerpt, Journal};
#[doc(inline)]
pub use labrpc::{ClientEnd, Service};
pub use machine::{MakeRsm, Replica, Rsm, StateMachine, WrongLeader};
#[doc(inline)]
pub use persister::Persister;

use channel::Sender;
use sync::Arc;

/// One peer of a Raft group, whoever wrote it. The suites know no more of it than this.
pub trait Raft: Send + Sync {
    /// Starts agreement on `command` and returns at once, without waiting for it. `None` when this
    /// peer does not believe that it leads. A `Some` is a hope, not a promise: the command may
    /// never be committed, since the leader may fail or lose an election. But it does say that this
    /// peer leads [`Started::term`], and no other peer may ever say so of the same term.
    fn start(&self, command: Bytes) -> Option<Started>;

    /// The current term, and whether this peer believes that it leads.
    fn state(&self) -> State;

    /// 3D: the service holds everything up to and including `index` in `snapshot`; the log before
    /// it may go (§7).
    fn snapshot(&self, index: u64, snapshot: Bytes);

    /// The methods that other peers call, by name (`"Raft.RequestVote"`, …).
    fn service(self: Arc<Self>) -> Service;

    /// Asks all threads of this peer to end. Called once, on shutdown.
    fn kill(&self);
}

/// Where a command would stand in the log if it is ever committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The command's index; the log's first entry has index 1.
    pub index: u64,
    /// The term in which the leader took the command.
    pub term: u64,
}

/// What a peer says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// `currentTerm` (Figure 2).
    pub term: u64,
    /// Whether this peer believes that it leads in that term.
    pub is_leader: bool,
}

/// What a peer tells its service, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplyMsg {
    /// The entry at `index` is committed.
    Command {
        /// Index of the entry.
        index: u64,
        /// What the entry holds.
        command: Bytes,
    },
    /// 3D: the state up to and including `index` is `snapshot`; it replaces what the service holds.
    Snapshot {
        /// The last index that the snapshot includes.
        index: u64,
        /// The term of that index's entry.
        term: u64,
        /// The bytes that some service passed to [`Raft::snapshot`].
        snapshot: Bytes,
    },
}

/// Makes a peer, or revives it from what the persister holds: the ends of all peers (the own one
/// included, at `me`), the own number, the persister, and where committed entries go. Must return
/// quickly: long work belongs in threads of its own.
pub type MakeRaft = fn(Vec<ClientEnd>, usize, Arc<Persister>, Sender<ApplyMsg>) -> Arc<dyn Raft>;
