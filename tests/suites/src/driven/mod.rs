//! What cases need of a step-driven Raft: nodes, a network that hands messages on one by one, and
//! checks that tell what was expected and what was seen, message by message.
//!
//! Nothing here takes time or runs in a thread: a case calls a node, and looks. The messages that
//! the network carries are events of the run's trace.

mod check;
mod net;

pub use net::{Net, Place};

use crate::cluster::Usage;
use labapi::Bytes;
use labapi::step::{
    Config, Entry, HardState, MemoryStorage, Message, MessageType, Node, RawNode, Role, Status,
    StepDriven, Storage,
};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Ticks of an election and of a heartbeat, where a case says nothing else.
pub const TICKS: (u64, u64) = (10, 1);

/// One run of a case.
pub struct StepLab {
    step: StepDriven,
    nodes: Cell<usize>,
    messages: Cell<u64>,
    bytes: Cell<u64>,
}

/// A node under test with the storage that it reads.
pub struct Seat {
    /// The node.
    pub node: Box<dyn Node>,
    /// Its storage, which the case writes.
    pub storage: Arc<MemoryStorage>,
}

impl Deref for Seat {
    type Target = dyn Node;

    fn deref(&self) -> &Self::Target {
        &*self.node
    }
}

impl DerefMut for Seat {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.node
    }
}

impl StepLab {
    /// One run's beginning.
    pub fn new(step: StepDriven) -> StepLab {
        StepLab {
            step,
            nodes: Cell::new(0),
            messages: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// What the run has used: the messages that its network carried are its RPCs.
    pub fn usage(&self) -> Usage {
        Usage {
            servers: self.nodes.get(),
            rpcs: self.messages.get(),
            bytes: self.bytes.get(),
            ..Usage::default()
        }
    }

    /// A node on an empty storage, with the usual ticks.
    pub fn node(&self, id: u64, peers: &[u64]) -> Seat {
        self.node_with(id, peers, TICKS, MemoryStorage::new())
    }

    /// A node on this storage.
    pub fn node_with(
        &self,
        id: u64,
        peers: &[u64],
        ticks: (u64, u64),
        storage: MemoryStorage,
    ) -> Seat {
        let storage = Arc::new(storage);
        let made = (self.step.node)(&config(id, peers, ticks, &storage));
        let node = self.made(made);
        self.nodes.set(self.nodes.get() + 1);
        Seat { node, storage }
    }

    /// A node as an application sees it, with the usual ticks.
    pub fn raw_node(
        &self,
        id: u64,
        peers: &[u64],
        storage: &Arc<MemoryStorage>,
    ) -> Box<dyn RawNode> {
        let made = (self.step.raw_node)(&config(id, peers, TICKS, storage));
        self.nodes.set(self.nodes.get() + 1);
        self.made(made)
    }

    /// Whether a node can be made from this.
    pub fn accepts(&self, config: &Config) -> bool {
        (self.step.node)(config).is_ok() && (self.step.raw_node)(config).is_ok()
    }

    #[track_caller]
    fn made<T>(&self, made: Result<T, labapi::step::ConfigError>) -> T {
        match made {
            Ok(made) => made,
            Err(error) => {
                labrt::harness::fail(format!("a sound configuration was refused: {error}"))
            }
        }
    }
}

/// What a node is made from.
pub fn config(
    id: u64,
    peers: &[u64],
    (election_tick, heartbeat_tick): (u64, u64),
    storage: &Arc<MemoryStorage>,
) -> Config {
    Config {
        id,
        peers: peers.to_vec(),
        election_tick,
        heartbeat_tick,
        storage: Arc::<MemoryStorage>::clone(storage),
        applied: 0,
    }
}

/// A storage that holds entries of these terms, from index 1 on.
pub fn stored(terms: &[u64]) -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.append(&log(terms));
    storage
}

/// The same with what was saved of the node.
pub fn saved(terms: &[u64], term: u64, vote: u64) -> MemoryStorage {
    let storage = stored(terms);
    storage.set_hard_state(HardState {
        term,
        vote,
        commit: 0,
    });
    storage
}

/// Entries without data of these terms, from index 1 on.
pub fn log(terms: &[u64]) -> Vec<Entry> {
    log_from(1, terms)
}

/// Entries without data of these terms, from `first` on.
pub fn log_from(first: u64, terms: &[u64]) -> Vec<Entry> {
    let entries = (first..).zip(terms);
    entries
        .map(|(index, term)| Entry::new(index, *term, Bytes::new()))
        .collect()
}

/// A message of this type; whatever else it says is written behind it.
pub fn message(msg_type: MessageType, from: u64, to: u64, term: u64) -> Message {
    Message {
        msg_type,
        from,
        to,
        term,
        ..Message::default()
    }
}

/// Its clock asks it to stand for election.
pub fn hup(id: u64) -> Message {
    message(MessageType::Hup, id, id, 0)
}

/// Its clock asks it for heartbeats.
pub fn beat(id: u64) -> Message {
    message(MessageType::Beat, id, id, 0)
}

/// Its application proposes a command.
pub fn proposal(id: u64, data: &'static str) -> Message {
    Message {
        entries: vec![Entry::new(0, 0, data)],
        ..message(MessageType::Propose, id, id, 0)
    }
}

/// An application wants `to` to lead, and says so to `at`.
pub fn transfer(to: u64, at: u64) -> Message {
    message(MessageType::TransferLeader, to, at, 0)
}

/// The answer of somebody whose log is now that of the message's sender.
pub fn accepted(append: &Message) -> Message {
    Message {
        index: append.index + append.entries.len() as u64,
        ..message(
            MessageType::AppendResponse,
            append.to,
            append.from,
            append.term,
        )
    }
}

impl Seat {
    /// Becomes this, as a run would make it: a candidate in the next term, a leader after that.
    pub fn become_role(&mut self, role: Role, term: u64, lead: u64) {
        match role {
            Role::Follower => self.become_follower(term, lead),
            Role::Candidate => self.become_candidate(),
            Role::Leader => self.lead(),
        }
    }

    /// Leads the next term.
    pub fn lead(&mut self) {
        self.become_candidate();
        self.become_leader();
    }

    /// Saves what is not saved, and takes out what is to be applied: an application's turn.
    pub fn next_entries_saved(&mut self) -> Vec<Entry> {
        use labapi::step::Field;
        self.storage.append(&self.node.unstable_entries());
        let last = self.storage.last_index();
        self.set(Field::Stabled(last));
        let next = self.next_entries();
        let committed = self.status().committed;
        self.set(Field::Applied(committed));
        next
    }

    /// Has ticks go by until it stands for election.
    pub fn tick_until_candidate(&mut self, lab: &StepLab) {
        for _ in 0..=2 * TICKS.0 {
            if self.status().role == Role::Candidate {
                return;
            }
            self.tick();
        }
        lab.fail(format!(
            "n{}: {} ticks without a word from a leader, and it does not stand for election",
            self.status().id,
            2 * TICKS.0
        ));
    }

    /// Where it stands, in a line.
    pub fn stand(&self) -> (Role, u64) {
        let Status { role, term, .. } = self.status();
        (role, term)
    }
}
