//! 4A: the contract of the replicated state machine. What every replica must hold goes through
//! Raft's log, and comes out on every replica in the same order.

use crate::{ApplyMsg, Persister, Raft};
use bytes::Bytes;
use labrt::channel::Sender;
use labrt::sync::Arc;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// What is replicated: a value that operations change. Deterministic, since every replica applies
/// the same operations on its own: no clock, no chance, no order of a `HashMap`.
pub trait StateMachine: Send + 'static {
    /// What may be asked of it. Travels in Raft's log.
    type Op: Serialize + DeserializeOwned + Send + 'static;
    /// What it answers. Stays on the replica where the operation was submitted.
    type Reply: Send + 'static;

    /// Carries out one operation.
    fn apply(&mut self, op: Self::Op) -> Self::Reply;

    /// All that it holds, as bytes: 4C.
    fn snapshot(&self) -> Bytes;

    /// Becomes what [`StateMachine::snapshot`] made these bytes of, on this replica or another: 4C.
    fn restore(&mut self, snapshot: &Bytes);
}

/// One replica of a state machine: the layer between a service and its Raft.
pub trait Rsm<M: StateMachine>: Send + Sync {
    /// Offers `op` to Raft, waits until it is applied *on this replica*, and returns the machine's
    /// reply.
    ///
    /// # Errors
    /// [`WrongLeader`] as soon as that is in doubt: this peer does not lead, another command took
    /// the index, the term went on, or the replica was killed.
    fn submit(&self, op: M::Op) -> Result<M::Reply, WrongLeader>;

    /// Asks all threads of this replica to end, and those who wait in `submit` to go. Called once,
    /// on shutdown, before its Raft is killed.
    fn kill(&self);
}

/// This replica could not tell what became of an operation. It may never be applied, have been
/// applied, or be applied later: whoever asks again must be able to bear that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrongLeader;

impl fmt::Display for WrongLeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the leader, or no longer")
    }
}

impl std::error::Error for WrongLeader {}

/// What a replica is made from.
pub struct Replica {
    /// Which replica of its group it is, from 0.
    pub me: usize,
    /// Its disk. Raft saves to it; a replica reads the snapshot that it begins with.
    pub persister: Arc<Persister>,
    /// 4C: once the saved Raft state is larger, in bytes, the replica must make a snapshot. `None`
    /// is never.
    pub max_raft_state: Option<usize>,
    start_raft: StartRaft,
}

/// Starts a replica's Raft.
type StartRaft = Box<dyn FnOnce(Sender<ApplyMsg>) -> Arc<dyn Raft> + Send>;

impl Replica {
    /// For the harness: a replica whose Raft is made by `start_raft`.
    pub fn new(
        me: usize,
        persister: Arc<Persister>,
        max_raft_state: Option<usize>,
        start_raft: impl FnOnce(Sender<ApplyMsg>) -> Arc<dyn Raft> + Send + 'static,
    ) -> Replica {
        Replica {
            me,
            persister,
            max_raft_state,
            start_raft: Box::new(start_raft),
        }
    }

    /// Starts the replica's peer of the Raft group, whoever wrote it. What is committed goes to
    /// `apply`. The harness connects the peer to the others, and kills it on shutdown.
    pub fn start_raft(self, apply: Sender<ApplyMsg>) -> Arc<dyn Raft> {
        (self.start_raft)(apply)
    }
}

/// Makes a replica of `M`, or revives it from what the disk holds. Must return quickly.
pub type MakeRsm<M> = fn(Replica, M) -> Arc<dyn Rsm<M>>;
