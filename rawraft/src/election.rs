//! Time, candidates, votes (§5.2, §5.4.1).

use crate::peer::Peer;
use labapi::step::{Message, MessageType, NONE, Role};

impl Peer {
    pub(crate) fn tick(&mut self) {
        self.clock.election_elapsed += 1;
        if self.role != Role::Leader {
            if self.clock.election_elapsed >= self.clock.timeout {
                self.clock.election_elapsed = 0;
                self.campaign();
            }
            return;
        }
        self.clock.heartbeat_elapsed += 1;
        if self.clock.heartbeat_elapsed >= self.clock.heartbeat_tick {
            self.clock.heartbeat_elapsed = 0;
            self.broadcast_heartbeat();
        }
        if self.clock.election_elapsed >= self.clock.election_tick {
            self.clock.election_elapsed = 0;
            self.transferee = None; // in all that time it has not taken over
        }
    }

    /// Stands for election, if it may.
    pub(crate) fn campaign(&mut self) {
        if self.role == Role::Leader || !self.is_member() {
            return;
        }
        self.become_candidate();
        if self.majority() == 1 {
            return self.become_leader();
        }
        let (index, log_term) = (self.log.last_index(), self.log.last_term());
        for to in self.others() {
            self.send(Message {
                msg_type: MessageType::RequestVote,
                to,
                index,
                log_term,
                ..Message::default()
            });
        }
    }

    /// RequestVote RPC, receiver's side (Figure 2).
    pub(crate) fn handle_request_vote(&mut self, request: &Message) {
        // 1. No, if term < currentTerm.
        let is_current = request.term == self.term;
        // 2. Yes, if votedFor is null or candidateId, and the candidate's log is at least as
        //    up-to-date as this one.
        let is_free = [NONE, request.from].contains(&self.vote);
        let theirs = (request.log_term, request.index);
        let is_up_to_date = theirs >= (self.log.last_term(), self.log.last_index());
        let is_granted = is_current && is_free && is_up_to_date;
        if is_granted {
            self.vote = request.from;
            self.clock.election_elapsed = 0;
        }
        self.send(Message {
            msg_type: MessageType::RequestVoteResponse,
            to: request.from,
            reject: !is_granted,
            ..Message::default()
        });
    }

    /// An answer to a candidate. As many refusals as would be votes enough end its candidacy: it
    /// cannot win any more, and another one shall not have to wait for it.
    pub(crate) fn handle_vote(&mut self, answer: &Message) {
        if self.role != Role::Candidate || !self.progress.contains_key(&answer.from) {
            return;
        }
        self.votes.entry(answer.from).or_insert(!answer.reject);
        let granted = self.votes.values().filter(|granted| **granted).count();
        if granted >= self.majority() {
            self.become_leader();
        } else if self.votes.len() - granted >= self.majority() {
            self.become_follower(self.term, NONE);
        }
    }
}
