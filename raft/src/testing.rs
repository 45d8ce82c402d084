//! Peers for unit tests.

use crate::log::{Entry, Term};
use crate::messages::RequestVoteReply;
use crate::state::{Persistent, State};
use bytes::Bytes;

/// The first of `count` peers, in the last of these terms, with an entry of each in its log.
pub(crate) fn peer(count: usize, terms: &[Term]) -> State {
    let mut persistent = Persistent::default();
    for term in terms {
        persistent.log.append(Entry {
            term: *term,
            command: Bytes::new(),
        });
        persistent.current_term = *term;
    }
    State::revive(0, count, persistent, Bytes::new())
}

/// The same, as the leader of the next term.
pub(crate) fn leader(count: usize, terms: &[Term]) -> State {
    let mut peer = peer(count, terms);
    let asked = peer.stand_for_election();
    for voter in 1..peer.quorum() {
        peer.handle_vote(voter, &asked, &granted(asked.term));
    }
    assert!(peer.is_leader());
    peer
}

/// A vote in this term.
pub(crate) fn granted(term: Term) -> RequestVoteReply {
    RequestVoteReply {
        term,
        vote_granted: true,
    }
}
