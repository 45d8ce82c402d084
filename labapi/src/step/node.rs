//! The protocol as a state machine, and what a suite looks at in it.

use super::message::{Entry, Message};
use super::storage::{Storage, StorageError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Raft, driven from outside. All that a call leads to happens within the call; what is to be sent
/// lies in the outbox when it returns.
pub trait Node: Inspect + Send {
    /// Takes a message: another node's, or a local one.
    ///
    /// # Errors
    /// [`StepError::ProposalDropped`] for what is proposed where it cannot be taken.
    fn step(&mut self, message: Message) -> Result<(), StepError>;

    /// Time has gone on by one tick.
    fn tick(&mut self);

    /// Becomes a follower in `term`, of `lead` or of nobody. In a term that is not new it keeps
    /// its vote.
    fn become_follower(&mut self, term: u64, lead: u64);

    /// Stands in the next term and votes for itself. Sends nothing yet.
    fn become_candidate(&mut self);

    /// Leads its term, whose first entry, without data, it appends.
    fn become_leader(&mut self);

    /// Puts an Append, or a Snapshot where entries are gone, for `to` into the outbox; whether it
    /// did.
    fn send_append(&mut self, to: u64) -> bool;

    /// AppendEntries RPC, receiver's side (Figure 2).
    fn handle_append_entries(&mut self, message: Message);

    /// InstallSnapshot RPC, receiver's side (Figure 13).
    fn handle_snapshot(&mut self, message: Message);

    /// A member more, once that is applied. Nothing, if it is one.
    fn add_node(&mut self, id: u64);

    /// A member less, once that is applied.
    fn remove_node(&mut self, id: u64);
}

/// What the suite looks at, and what it sets to bring a node about which no run would. Everything
/// else in a node is its author's affair.
pub trait Inspect {
    /// The numbers that can be told in a line.
    fn status(&self) -> Status;

    /// All entries that are not compacted, in storage or not.
    fn entries(&self) -> Vec<Entry>;

    /// Those of them that are not in storage yet.
    fn unstable_entries(&self) -> Vec<Entry>;

    /// Those that are committed and not applied yet.
    fn next_entries(&self) -> Vec<Entry>;

    /// The term of an entry, also of the last that a snapshot includes.
    ///
    /// # Errors
    /// As [`Storage::term`].
    fn term_at(&self, index: u64) -> Result<u64, StorageError>;

    /// The votes that came in this term: for it, or against.
    fn votes(&self) -> BTreeMap<u64, bool>;

    /// The members, and how far each is known to be.
    fn progress(&self) -> BTreeMap<u64, Progress>;

    /// What waits to be sent, in order.
    fn messages(&self) -> &[Message];

    /// The same, taken out.
    fn take_messages(&mut self) -> Vec<Message>;

    /// Sets something, as no run would, and has nothing else follow from it.
    fn set(&mut self, field: Field);
}

/// Something that a suite sets.
#[derive(Clone)]
pub enum Field {
    /// The term.
    Term(u64),
    /// Who has the vote.
    Vote(u64),
    /// The role, and nothing that becoming it entails.
    Role(Role),
    /// A whole log: as a node has it that was just made on this storage.
    Log(Arc<dyn Storage>),
    /// The commit index.
    Committed(u64),
    /// The last index applied.
    Applied(u64),
    /// The last index in storage.
    Stabled(u64),
    /// The index of the next entry to send to a member.
    Next {
        /// The member; new, if there is none.
        of: u64,
        /// The index.
        next: u64,
    },
}

/// A node in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its number.
    pub id: u64,
    /// `currentTerm` (Figure 2).
    pub term: u64,
    /// `votedFor`, or [`NONE`](super::NONE).
    pub vote: u64,
    /// Who leads this term, as far as it knows.
    pub lead: u64,
    /// What it is.
    pub role: Role,
    /// `commitIndex`.
    pub committed: u64,
    /// `lastApplied`.
    pub applied: u64,
    /// The last index that is in storage.
    pub stabled: u64,
    /// The index of the last entry, or of the last that a snapshot includes.
    pub last_index: u64,
}

/// What a node is (Figure 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers.
    #[default]
    Follower,
    /// Asks for votes.
    Candidate,
    /// Replicates.
    Leader,
}

/// How far a member is known to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// `matchIndex`.
    pub matched: u64,
    /// `nextIndex`. It moves on answers only.
    pub next: u64,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// Nothing can be proposed here now: it does not lead, or is about to hand leadership over, or
    /// another membership change is still under way.
    ProposalDropped,
    /// A message that a node may only send itself came from outside.
    LocalMessage,
    /// An answer of somebody who is no member.
    PeerNotFound,
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepError::ProposalDropped => "the proposal was dropped",
            StepError::LocalMessage => "a local message came from outside",
            StepError::PeerNotFound => "an answer came from somebody who is no member",
        })
    }
}

impl std::error::Error for StepError {}
