//! What must hold whenever the lock is released: one sentence and one check each. Only checks that
//! cost no more than the change they follow; the harness compares whole logs from outside.

use crate::state::{Role, State};

/// What some invariants compare the present with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    term: u64,
    commit_index: u64,
    last_applied: u64,
    base: u64,
}

impl State {
    pub(crate) fn before(&self) -> Before {
        Before {
            term: self.term(),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
            base: self.log().base().index,
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
            self.log().tail_is_ordered(8),
            "terms never decrease along the log"
        );
        assert!(!self.dirty, "what must survive a crash is on disk");
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
            Role::Leader { followers } => {
                assert_eq!(
                    self.persistent.voted_for,
                    Some(self.me),
                    "leaders voted for themselves"
                );
                for follower in followers {
                    assert!(
                        follower.match_index <= last.index,
                        "nobody holds more than the leader"
                    );
                    assert!(
                        follower.next_index <= last.index + 1,
                        "nothing is sent beyond the end"
                    );
                    assert!(
                        follower.match_index < follower.next_index,
                        "what is held is not sent"
                    );
                }
            }
        }
    }
}
