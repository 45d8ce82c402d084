//! What a peer knows (Figure 2, "State"), and the rules about terms and roles.

use crate::raft_log::Term;

/// What a peer is at the moment (Figure 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Follower,
    Candidate,
    Leader,
}

pub(crate) struct State {
    pub(crate) me: usize,
    /// Number of peers, this one included.
    pub(crate) peers: usize,
    pub(crate) current_term: Term,
    pub(crate) role: Role,
    pub(crate) killed: bool,
    // 3A: whom this peer voted for, and when it will stand for election.
    // 3B: the rest of Figure 2's "State".
}

impl State {
    pub(crate) fn new(me: usize, peers: usize) -> State {
        State {
            me,
            peers,
            current_term: 0,
            role: Role::Follower,
            killed: false,
        }
    }

    /// The rule for every message, request or reply: a newer term makes us a follower in it
    /// (Figure 2, "All Servers"; §5.1). Call it first wherever a term comes in.
    pub(crate) fn observe_term(&mut self, term: Term) {
        todo!("3A: become a follower when a message is of a newer term");
    }
}
