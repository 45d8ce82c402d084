//! Time, candidates, votes (§5.2, §5.4.1).

use crate::peer::Peer;
use labapi::step::Message;

impl Peer {
    pub(crate) fn tick(&mut self) {
        todo!("2AA: count a tick: towards an election, or a leader's next heartbeats");
    }

    /// Stands for election, if it may: upon its own clock, or upon a Hup.
    pub(crate) fn campaign(&mut self) {
        todo!("2AA: become a candidate, and ask the others; alone, lead at once");
    }

    /// RequestVote RPC, receiver's side (Figure 2).
    pub(crate) fn handle_request_vote(&mut self, request: &Message) {
        todo!("2AA: answer a candidate (Figure 2, \"RequestVote RPC\")");
    }

    /// An answer to a candidate.
    pub(crate) fn handle_vote(&mut self, answer: &Message) {
        todo!("2AA: count a vote; lead with a majority, follow when one is out of reach");
    }
}
