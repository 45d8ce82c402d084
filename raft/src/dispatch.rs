//! Who must hear from us and has not yet, and which thread tells it.
//!
//! A leader's messages are sent by its replicators, threads of which each has one follower. Nobody
//! keeps them ready: whoever finds that a follower must hear from us calls for one, and if none
//! waits, one is started. One that comes back from sending waits for the next call, unless enough
//! others do. So a peer that follows has no replicators at all, and a dead connection, over which a
//! message may take seconds to fail, does not keep the next ones from being sent.

use crate::log::Term;
use crate::messages::RequestVoteArgs;
use crate::state::{Follower, Pace, Role, State};
use crate::tuning;
use labapi::time::Instant;

/// What a replicator is to do, once it has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Send what is due.
    Send,
    /// Wait for a call.
    Wait,
    /// End: enough others wait, or there is nothing to lead.
    Leave,
}

impl State {
    /// Whether `peer` must hear from us now, if we lead.
    fn is_due(&self, peer: usize) -> bool {
        let Role::Leader { followers, .. } = &self.role else {
            return false;
        };
        let follower = &followers[peer];
        let news = follower.next_index <= self.log().last().index;
        peer != self.me
            && follower.under_way < tuning::UNDER_WAY
            && (follower.heartbeat_due || (news && follower.pace == Pace::Stream))
    }

    /// Has a replicator called for each follower that must hear from us, as soon as the lock is
    /// free.
    pub(crate) fn call_replicators(&mut self) {
        for peer in 0..self.peers {
            if self.is_due(peer) && !self.replicators[peer].called {
                self.replicators[peer].called = true;
                self.calls.push(peer);
            }
        }
    }

    /// A replicator of `peer` has come, and looks. If it comes back from sending a message, that
    /// was one of term `back`.
    pub(crate) fn turn(&mut self, peer: usize, back: Option<Term>) -> Turn {
        if back == Some(self.term()) {
            self.with_follower(peer, |follower| follower.under_way -= 1);
        }
        let is_due = self.is_due(peer);
        let leads = self.is_leader();
        let replicators = &mut self.replicators[peer];
        replicators.called = false;
        match () {
            () if is_due => Turn::Send,
            () if leads && replicators.waiting < tuning::IDLE => Turn::Wait,
            () => Turn::Leave,
        }
    }

    /// When the ticker has something to do, unless something happens before.
    pub(crate) fn alarm(&self) -> Instant {
        let Role::Leader { followers, .. } = &self.role else {
            return self.election_at;
        };
        let heartbeats = followers.iter().map(|follower| follower.heartbeat_at);
        heartbeats.min().unwrap_or(self.election_at)
    }

    /// The alarm's time has come: a leader speaks to whoever has heard nothing for a while; anybody
    /// else stands for election, and must ask the others for their votes.
    pub(crate) fn attend_alarm(&mut self) -> Option<RequestVoteArgs> {
        let now = Instant::now();
        let Role::Leader { followers, .. } = &mut self.role else {
            return Some(self.stand_for_election());
        };
        for follower in followers {
            if follower.heartbeat_at <= now + tuning::TOGETHER {
                follower.heartbeat(now);
            }
        }
        self.call_replicators();
        None
    }
}

impl Follower {
    /// It must hear from us at once, and the next time as usual.
    pub(crate) fn heartbeat(&mut self, now: Instant) {
        self.heartbeat_due = true;
        self.heartbeat_at = now + tuning::HEARTBEAT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::RequestVoteReply;
    use crate::state::Persistent;
    use bytes::Bytes;

    /// The leader of three, which has told the others so, and heard that they agree.
    fn leader() -> State {
        let mut leader = State::revive(0, 3, Persistent::default(), Bytes::new());
        let asked = leader.stand_for_election();
        let reply = RequestVoteReply {
            term: 1,
            vote_granted: true,
        };
        leader.handle_vote(1, &asked, &reply);
        assert_eq!(
            calls(&mut leader),
            [1, 2],
            "a new leader speaks to everybody"
        );
        for peer in [1, 2] {
            assert_eq!(leader.turn(peer, None), Turn::Send);
            assert!(leader.replicate(peer).is_some());
            leader.acknowledged(peer, 0);
        }
        leader
    }

    fn calls(state: &mut State) -> Vec<usize> {
        std::mem::take(&mut state.calls)
    }

    #[test]
    fn a_burst_of_commands_calls_once() {
        let mut leader = leader();
        leader.start(Bytes::new());
        leader.start(Bytes::new());
        assert_eq!(calls(&mut leader), [1, 2]);
        assert_eq!(leader.turn(1, None), Turn::Send);
        assert!(leader.replicate(1).is_some());
        leader.start(Bytes::new());
        assert_eq!(calls(&mut leader), [1], "nobody has come for 2 yet");
    }

    #[test]
    fn a_replicator_that_has_nothing_to_send_waits_or_leaves() {
        let mut leader = leader();
        assert_eq!(leader.turn(1, Some(1)), Turn::Wait);
        leader.replicators[1].waiting = tuning::IDLE;
        assert_eq!(leader.turn(1, None), Turn::Leave, "enough others wait");
        leader.observe_term(2);
        assert_eq!(leader.turn(2, Some(1)), Turn::Leave, "it leads no more");
    }

    #[test]
    fn heartbeats_go_to_those_who_heard_nothing() {
        let mut leader = leader();
        assert!(leader.alarm() > Instant::now());
        let Role::Leader { followers, .. } = &mut leader.role else {
            panic!("it leads")
        };
        followers[2].heartbeat_at = Instant::now();
        assert!(leader.alarm() <= Instant::now());
        assert!(leader.attend_alarm().is_none(), "no election");
        assert_eq!(calls(&mut leader), [2]);
        assert_eq!(leader.turn(2, None), Turn::Send);
        assert!(leader.alarm() > Instant::now());
    }

    #[test]
    fn over_a_dead_connection_messages_do_not_pile_up() {
        let mut leader = leader();
        for _ in 1..tuning::UNDER_WAY {
            leader.start(Bytes::new());
            assert_eq!(leader.turn(1, None), Turn::Send);
            assert!(leader.replicate(1).is_some());
        }
        calls(&mut leader);
        leader.start(Bytes::new());
        assert!(calls(&mut leader).is_empty(), "no more to 1");
        assert_eq!(leader.turn(1, None), Turn::Wait);
        assert_eq!(leader.turn(1, Some(1)), Turn::Send, "one came back");
    }
}
