//! What a peer knows (Figure 2, "State"), and the rules about terms and roles.

use crate::log::{Index, Log, Term};
use crate::tally::Tally;
use crate::tuning;
use bytes::Bytes;
use labapi::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What must be on disk before any message that depends on it leaves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Persistent {
    /// The latest term that this peer has seen.
    pub(crate) current_term: Term,
    /// Who got this peer's vote in that term.
    pub(crate) voted_for: Option<usize>,
    pub(crate) log: Log,
}

/// What a peer is at the moment (Figure 4).
#[derive(Clone, Debug)]
pub(crate) enum Role {
    Follower,
    /// With the peers that voted for it: a set, since a reply may come twice.
    Candidate {
        votes: BTreeSet<usize>,
    },
    /// With what it believes of each peer's log.
    Leader {
        followers: Vec<Follower>,
        tally: Tally,
    },
}

/// What a leader believes of a peer's log (Figure 2, "Volatile state on leaders").
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    /// The next entry to send. While streaming it runs ahead of the answers.
    pub(crate) next_index: Index,
    pub(crate) pace: Pace,
    /// The last entry known to be there. Never moves back.
    pub(crate) match_index: Index,
    /// Messages that are neither answered nor known to be lost.
    pub(crate) under_way: usize,
    /// It must hear from us even if there is nothing new.
    pub(crate) heartbeat_due: bool,
    /// When that will be so again.
    pub(crate) heartbeat_at: Instant,
}

/// How entries go to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// What is sent counts as received until we hear otherwise, so that no message repeats it.
    Stream,
    /// It has not answered in this term, something was lost, or the logs differ: the same again at
    /// each heartbeat, until it is accepted. (Were they streamed to a peer that is away, each
    /// command would cost a message that fails, and each of those would have the rest of the log
    /// sent once more.)
    Probe,
}

pub(crate) struct State {
    pub(crate) me: usize,
    /// Number of peers, this one included.
    pub(crate) peers: usize,
    pub(crate) persistent: Persistent,
    /// `persistent` or `snapshot` differ from what is on disk.
    pub(crate) dirty: bool,
    pub(crate) role: Role,
    /// The highest entry known to be committed.
    pub(crate) commit_index: Index,
    /// The highest entry handed to the service, or about to be.
    pub(crate) last_applied: Index,
    /// Stands for the log up to its base; empty before the first.
    pub(crate) snapshot: Bytes,
    /// The service has yet to be given `snapshot`.
    pub(crate) snapshot_pending: bool,
    /// When this peer stands for election, unless it hears from a leader before.
    pub(crate) election_at: Instant,
    pub(crate) killed: bool,
    /// Of each peer.
    pub(crate) replicators: Vec<Replicators>,
    /// Peers of which a replicator is to be called.
    pub(crate) calls: Vec<usize>,
}

/// The replicators of one follower, as far as the lock's holders must know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Replicators {
    /// How many wait for a call.
    pub(crate) waiting: usize,
    /// One was called, and none has looked since: another call would be one too many.
    pub(crate) called: bool,
}

impl State {
    pub(crate) fn revive(
        me: usize,
        peers: usize,
        persistent: Persistent,
        snapshot: Bytes,
    ) -> State {
        let base = persistent.log.base().index;
        State {
            me,
            peers,
            persistent,
            dirty: false,
            role: Role::Follower,
            // What a snapshot covers was committed, and the service read the snapshot itself.
            commit_index: base,
            last_applied: base,
            snapshot,
            snapshot_pending: false,
            election_at: Instant::now() + tuning::election_timeout(),
            killed: false,
            replicators: vec![Replicators::default(); peers],
            calls: Vec::new(),
        }
    }

    pub(crate) fn term(&self) -> Term {
        self.persistent.current_term
    }

    pub(crate) fn log(&self) -> &Log {
        &self.persistent.log
    }

    pub(crate) fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// How many peers are more than half.
    pub(crate) fn quorum(&self) -> usize {
        self.peers / 2 + 1
    }

    /// The rule for every message, request or reply: a newer term makes us a follower in it
    /// (Figure 2, "All Servers"; §5.1).
    pub(crate) fn observe_term(&mut self, term: Term) {
        if term > self.term() {
            self.persistent.current_term = term;
            self.persistent.voted_for = None;
            self.dirty = true;
            self.step_down();
        }
    }

    /// The leader of our own term has spoken: whoever still runs against it gives up (§5.2).
    pub(crate) fn follow(&mut self) {
        debug_assert!(!self.is_leader(), "two leaders in term {}", self.term());
        self.step_down();
        self.reset_election_timer();
    }

    fn step_down(&mut self) {
        if self.is_leader() {
            // A leader has no election timer running.
            self.reset_election_timer();
        }
        self.role = Role::Follower;
    }

    /// Called when a leader of the current term speaks, a vote is granted or an election begins;
    /// at nothing else, or a peer that cannot win keeps everybody from trying.
    pub(crate) fn reset_election_timer(&mut self) {
        self.election_at = Instant::now() + tuning::election_timeout();
    }

    /// Reads or changes the leader's view of `peer`, as long as we lead.
    pub(crate) fn with_follower<T>(
        &mut self,
        peer: usize,
        act: impl FnOnce(&mut Follower) -> T,
    ) -> Option<T> {
        let last = self.log().last().index;
        let Role::Leader { followers, .. } = &mut self.role else {
            return None;
        };
        let out = act(&mut followers[peer]);
        followers[peer].check_invariants(last);
        Some(out)
    }
}
