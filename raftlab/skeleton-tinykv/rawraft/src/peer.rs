//! The state of Figure 2, the three roles (Figure 4), and what every message meets first.

use crate::log::Log;
use labapi::step::{Config, ConfigError, Message, Progress, Role, StepError};
use std::collections::BTreeMap;

/// One node. What it wants to be sent lies in `messages`; what it wants to be saved is for
/// [`RawPeer`](crate::RawPeer) to see.
pub struct Peer {
    pub(crate) id: u64,
    /// `currentTerm`.
    pub(crate) term: u64,
    /// `votedFor` in that term, or nobody (`labapi::step::NONE`).
    pub(crate) vote: u64,
    pub(crate) log: Log,
    pub(crate) role: Role,
    /// Who leads this term, as far as is known.
    pub(crate) lead: u64,
    /// All members, this node too if it is one. `matchIndex` and `nextIndex` mean something while
    /// it leads.
    pub(crate) progress: BTreeMap<u64, Progress>,
    /// A candidate's answers so far.
    pub(crate) votes: BTreeMap<u64, bool>,
    /// What is to be sent.
    pub(crate) messages: Vec<Message>,
    pub(crate) clock: Clock,
    /// 3A: to whom this leader is about to hand its leadership.
    pub(crate) transferee: Option<u64>,
    /// 3A: no membership change may be proposed before this index is applied.
    pub(crate) pending_conf_index: u64,
}

/// Ticks.
pub(crate) struct Clock {
    pub(crate) heartbeat_tick: u64,
    pub(crate) election_tick: u64,
    /// Drawn from `election_tick..2 * election_tick` at each change of role (§5.2), by
    /// `labapi::rand::rng().random_range(…)` of `labapi::rand::RngExt`.
    pub(crate) timeout: u64,
    /// Since the last word of a leader or vote for a candidate; to a leader, of its term.
    pub(crate) election_elapsed: u64,
    /// Since a leader's last heartbeat.
    pub(crate) heartbeat_elapsed: u64,
}

impl Peer {
    /// A new node, or one that is started again from what its storage holds.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    pub fn new(config: &Config) -> Result<Peer, ConfigError> {
        todo!(
            "2AA: begin here: a follower, from its config and its storage \
             (harness/book/src/tiny-2aa.md)"
        );
    }

    /// Puts a message into the outbox, under this node's name and term. What is not this node's
    /// own, or has no term, goes to `messages` as it is.
    pub(crate) fn send(&mut self, message: Message) {
        self.messages.push(Message {
            from: self.id,
            term: self.term,
            ..message
        });
    }

    pub(crate) fn become_follower(&mut self, term: u64, lead: u64) {
        todo!("2AA: follow, in a term that may be new");
    }

    pub(crate) fn become_candidate(&mut self) {
        todo!("2AA: stand in the next term, and send nothing yet");
    }

    pub(crate) fn become_leader(&mut self) {
        todo!("2AA: lead the term; 2AB: append its first entry, without data, and send it");
    }

    /// Any message: first the rule for newer terms (Figure 2, "All Servers"), then its type.
    pub(crate) fn step(&mut self, message: Message) -> Result<(), StepError> {
        todo!("2AA: take a message");
    }
}
