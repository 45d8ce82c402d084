//! What must hold whenever the lock is released: one sentence and one check each. Only checks that
//! cost no more than the change they follow; the harness compares whole logs from outside.

use crate::log::{Index, LogId};
use crate::state::{Follower, Role, State};

/// What some invariants compare the present with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    term: u64,
    commit_index: u64,
    last_applied: u64,
    base: u64,
    last: LogId,
    leads: bool,
}

impl State {
    pub(crate) fn before(&self) -> Before {
        Before {
            term: self.term(),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
            base: self.log().base().index,
            last: self.log().last(),
            leads: self.is_leader(),
        }
    }

    /// Whether more is committed than before.
    pub(crate) fn commits_more_than(&self, before: Before) -> bool {
        self.commit_index > before.commit_index
    }

    /// # Panics
    /// If an invariant does not hold, with its sentence.
    pub(crate) fn check_invariants(&self, before: Before) {
        let base = self.log().base().index;
        let last = self.log().last();
        assert!(self.term() >= before.term, "currentTerm never decreases");
        assert!(
            self.commit_index >= before.commit_index,
            "commitIndex never decreases"
        );
        assert!(
            self.last_applied >= before.last_applied,
            "lastApplied never decreases"
        );
        assert!(base >= before.base, "snapshots only move forward");
        assert!(
            self.last_applied <= self.commit_index,
            "what is applied is committed"
        );
        assert!(
            self.commit_index <= last.index,
            "what is committed is in the log"
        );
        assert!(
            base <= self.commit_index,
            "a snapshot covers committed entries only"
        );
        assert!(
            last.term <= self.term(),
            "no entry is of a later term than our own"
        );
        assert!(
            last == before.last || self.log().tail_is_ordered(8),
            "terms never decrease along the log"
        );
        assert!(!self.dirty, "what must survive a crash is on disk");
        assert!(
            !(before.leads && self.is_leader()) || last >= before.last,
            "a leader drops none of its entries"
        );
        match &self.role {
            Role::Follower => {}
            Role::Candidate { votes } => {
                assert_eq!(
                    self.persistent.voted_for,
                    Some(self.me),
                    "candidates vote for themselves"
                );
                assert!(
                    votes.len() < self.quorum(),
                    "a candidate with a quorum leads"
                );
            }
            Role::Leader { .. } => {
                assert_eq!(
                    self.persistent.voted_for,
                    Some(self.me),
                    "leaders voted for themselves"
                );
            }
        }
    }
}

impl Follower {
    /// # Panics
    /// If an invariant of what a leader believes of a peer does not hold. `last` is the index of
    /// the leader's last entry, which never decreases.
    pub(crate) fn check_invariants(&self, last: Index) {
        assert!(
            self.match_index <= last,
            "nobody holds more than the leader"
        );
        assert!(
            self.next_index <= last + 1,
            "nothing is sent beyond the end"
        );
        assert!(
            self.match_index < self.next_index,
            "what is held is not sent"
        );
    }
}
