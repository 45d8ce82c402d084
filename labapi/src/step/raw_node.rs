//! The node as its application sees it.

use super::message::{ConfChange, ConfState, Entry, HardState, Message, Snapshot};
use super::node::{Inspect, Progress, Role, StepError};
use bytes::Bytes;
use std::collections::BTreeMap;

/// A [`Node`](super::Node) and what its application must do for it, one [`Ready`] after the other.
pub trait RawNode: Send {
    /// Time has gone on by one tick.
    fn tick(&mut self);

    /// Stands for election, now.
    ///
    /// # Errors
    /// As [`RawNode::step`].
    fn campaign(&mut self) -> Result<(), StepError>;

    /// Offers a command.
    ///
    /// # Errors
    /// [`StepError::ProposalDropped`], where it cannot be taken.
    fn propose(&mut self, data: Bytes) -> Result<(), StepError>;

    /// Offers a membership change.
    ///
    /// # Errors
    /// [`StepError::ProposalDropped`], where it cannot be taken.
    fn propose_conf_change(&mut self, change: &ConfChange) -> Result<(), StepError>;

    /// A committed membership change holds from now on; the members then. One of
    /// [`NONE`](super::NONE) is refused: nothing changes.
    fn apply_conf_change(&mut self, change: &ConfChange) -> ConfState;

    /// Takes a message from outside.
    ///
    /// # Errors
    /// [`StepError::LocalMessage`] for a Hup or a Beat, [`StepError::PeerNotFound`] for an answer
    /// of somebody who is no member, and those of [`Node::step`](super::Node::step).
    fn step(&mut self, message: Message) -> Result<(), StepError>;

    /// All that has come up since the last one. It does not count as done before
    /// [`RawNode::advance`]; but its messages are taken out.
    fn ready(&mut self) -> Ready;

    /// Whether there is anything to do.
    fn has_ready(&self) -> bool;

    /// The application has done all of this.
    fn advance(&mut self, ready: Ready);

    /// How far each member is known to be; a leader's answer only.
    fn progress(&self) -> Option<BTreeMap<u64, Progress>>;

    /// Asks the leader to hand its leadership to this member.
    fn transfer_leader(&mut self, to: u64);

    /// The node inside, to be looked at.
    fn node(&self) -> &dyn Inspect;
}

/// What the application has to do, in this order: save `hard_state`, `entries` and `snapshot`; then
/// send `messages`, which rest on what is saved; apply the snapshot and `committed_entries`; and
/// say so, by [`RawNode::advance`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// What need not be saved, if it has changed.
    pub soft_state: Option<SoftState>,
    /// Term, vote and commit index, if one has changed; else [empty](HardState::is_empty).
    pub hard_state: HardState,
    /// Entries to be saved.
    pub entries: Vec<Entry>,
    /// A leader's snapshot, to be saved in place of everything.
    pub snapshot: Option<Snapshot>,
    /// Entries to be applied.
    pub committed_entries: Vec<Entry>,
    /// Messages to be sent.
    pub messages: Vec<Message>,
}

/// What of a node need not be saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoftState {
    /// Who leads.
    pub lead: u64,
    /// What the node is.
    pub role: Role,
}
