//! Leader election (§5.2, §5.4.1).
//!
//! A new leader does *not* append a no-op, though §8 advises it: the labs count indices, and the
//! first command must get index 1. The price: entries of earlier terms stay uncommitted until the
//! service starts a command in the new term (§5.4.2).

use crate::log::{Index, LogId};
use crate::messages::{RequestVoteArgs, RequestVoteReply};
use crate::state::{Follower, Pace, Role, State};
use crate::tally::Tally;
use labapi::time::Instant;
use std::collections::BTreeSet;

impl State {
    /// Becomes a candidate in a new term and votes for itself (Figure 2, "Candidates"). What to
    /// ask the others; a peer without others leads at once.
    pub(crate) fn stand_for_election(&mut self) -> RequestVoteArgs {
        self.persistent.current_term += 1;
        self.persistent.voted_for = Some(self.me);
        self.dirty = true;
        self.role = Role::Candidate {
            votes: BTreeSet::from([self.me]),
        };
        self.reset_election_timer();
        if self.quorum() == 1 {
            self.lead();
        }
        let LogId { term, index } = self.log().last();
        RequestVoteArgs {
            term: self.term(),
            candidate_id: self.me,
            last_log_index: index,
            last_log_term: term,
        }
    }

    /// RequestVote RPC, receiver side (Figure 2; §5.2, §5.4.1).
    pub(crate) fn handle_request_vote(&mut self, args: &RequestVoteArgs) -> RequestVoteReply {
        self.observe_term(args.term);

        // 1. Reply false if term < currentTerm.
        let current = args.term == self.term();

        // 2. Grant if votedFor is null or candidateId, and the candidate's log is at least as
        //    up-to-date as ours.
        let vote = self.persistent.voted_for;
        let free_to_vote = vote.is_none_or(|voted| voted == args.candidate_id);
        let theirs = LogId {
            term: args.last_log_term,
            index: args.last_log_index,
        };
        let up_to_date = theirs >= self.log().last();

        let vote_granted = current && free_to_vote && up_to_date;
        if vote_granted {
            self.dirty |= vote.is_none();
            self.persistent.voted_for = Some(args.candidate_id);
            self.reset_election_timer();
        }
        RequestVoteReply {
            term: self.term(),
            vote_granted,
        }
    }

    /// RequestVote RPC, sender side: `voter` answered what we asked in term `asked.term`.
    pub(crate) fn handle_vote(
        &mut self,
        voter: usize,
        asked: &RequestVoteArgs,
        reply: &RequestVoteReply,
    ) {
        self.observe_term(reply.term);
        // Look around: the answer may be to an election of long ago.
        if asked.term != self.term() || !reply.vote_granted {
            return;
        }
        let quorum = self.quorum();
        if let Role::Candidate { votes } = &mut self.role {
            votes.insert(voter);
            if votes.len() >= quorum {
                self.lead();
            }
        }
    }

    /// The election is won (Figure 2, "Leaders"): speak to everybody at once.
    fn lead(&mut self) {
        let next_index: Index = self.log().last().index + 1;
        let now = Instant::now();
        let mut follower = Follower {
            next_index,
            pace: Pace::Probe,
            match_index: 0,
            under_way: 0,
            heartbeat_due: false,
            heartbeat_at: now,
        };
        follower.heartbeat(now);
        self.role = Role::Leader {
            followers: vec![follower; self.peers],
            tally: Tally::behind(self.commit_index),
        };
        self.call_replicators();
        log::info!("n{} leads term {}", self.me, self.term());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, granted};

    /// One of five.
    fn peer(terms: &[u64]) -> State {
        testing::peer(5, terms)
    }

    fn ask(term: u64, candidate_id: usize, last: (u64, u64)) -> RequestVoteArgs {
        let (last_log_term, last_log_index) = last;
        RequestVoteArgs {
            term,
            candidate_id,
            last_log_index,
            last_log_term,
        }
    }

    #[test]
    fn one_vote_a_term() {
        let mut peer = peer(&[]);
        assert!(peer.handle_request_vote(&ask(1, 1, (0, 0))).vote_granted);
        assert!(!peer.handle_request_vote(&ask(1, 2, (0, 0))).vote_granted);
        assert!(
            peer.handle_request_vote(&ask(1, 1, (0, 0))).vote_granted,
            "asked again"
        );
        assert!(
            peer.handle_request_vote(&ask(2, 2, (0, 0))).vote_granted,
            "a new term"
        );
    }

    #[test]
    fn no_vote_for_an_older_log() {
        let mut peer = peer(&[1, 2]);
        assert!(
            !peer.handle_request_vote(&ask(3, 1, (1, 9))).vote_granted,
            "longer, but older"
        );
        assert!(
            !peer.handle_request_vote(&ask(3, 2, (2, 1))).vote_granted,
            "shorter"
        );
        assert!(
            peer.handle_request_vote(&ask(3, 3, (2, 2))).vote_granted,
            "the same"
        );
        assert_eq!(peer.term(), 3);
    }

    #[test]
    fn no_vote_in_an_older_term() {
        let mut peer = peer(&[4]);
        let reply = peer.handle_request_vote(&ask(3, 1, (4, 9)));
        assert_eq!((reply.term, reply.vote_granted), (4, false));
    }

    #[test]
    fn a_majority_of_different_voters_elects() {
        let mut peer = peer(&[]);
        let asked = peer.stand_for_election();
        peer.handle_vote(1, &asked, &granted(1));
        peer.handle_vote(1, &asked, &granted(1));
        assert!(!peer.is_leader(), "the same vote twice");
        peer.handle_vote(2, &asked, &granted(1));
        assert!(peer.is_leader());
    }

    #[test]
    fn votes_of_an_earlier_election_do_not_count() {
        let mut peer = peer(&[]);
        let old = peer.stand_for_election();
        peer.stand_for_election();
        peer.handle_vote(1, &old, &granted(1));
        peer.handle_vote(2, &old, &granted(1));
        assert!(!peer.is_leader());
    }

    #[test]
    fn a_newer_term_in_a_reply_ends_the_candidacy() {
        let mut peer = peer(&[]);
        let asked = peer.stand_for_election();
        peer.handle_vote(
            1,
            &asked,
            &RequestVoteReply {
                term: 7,
                vote_granted: false,
            },
        );
        assert_eq!(peer.term(), 7);
        assert!(matches!(peer.role, Role::Follower));
        assert_eq!(peer.persistent.voted_for, None);
    }
}
