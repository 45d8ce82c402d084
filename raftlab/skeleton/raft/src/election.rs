//! Leader election (§5.2, §5.4.1).

use crate::messages::{RequestVoteArgs, RequestVoteReply};
use crate::state::State;

impl State {
    /// Whether it is time to stand for election: a random while, longer than a few heartbeats, has
    /// passed without word from a leader and without a vote granted. Draw that while with
    /// `labapi::rand` where the timer starts again, and keep it: this is asked every few
    /// milliseconds, and whoever draws anew at each look mostly finds a short one.
    pub(crate) fn election_due(&self) -> bool {
        todo!("3A: tell whether the election timeout has passed");
    }

    /// Becomes a candidate in a new term and votes for itself. What to ask the others.
    pub(crate) fn stand_for_election(&mut self) -> RequestVoteArgs {
        todo!("3A: become a candidate (Figure 2, \"Candidates\")");
    }

    /// RequestVote RPC, receiver side.
    pub(crate) fn handle_request_vote(&mut self, args: &RequestVoteArgs) -> RequestVoteReply {
        todo!("3A: answer a candidate (Figure 2, \"RequestVote RPC\")");
    }

    /// RequestVote RPC, sender side: `voter` answered `asked`. It may have taken a long time: look
    /// first whether term and role are still those in which you asked.
    pub(crate) fn handle_vote(
        &mut self,
        voter: usize,
        asked: &RequestVoteArgs,
        reply: &RequestVoteReply,
    ) {
        todo!("3A: count a vote, and lead with a majority");
    }
}
