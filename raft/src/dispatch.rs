//! Who must hear from us and has not yet, and which thread tells it.
//!
//! A leader's messages are sent by its replicators, threads of which each has one follower. Nobody
//! keeps them ready: whoever finds that a follower must hear from us calls for one, and if none
//! waits, one is started. One that comes back from sending waits for the next call, unless enough
//! others do. So a follower's peer has no replicators at all, and a dead connection, over which a
//! message may take seconds to fail, never keeps the next one from being sent.

use crate::messages::RequestVoteArgs;
use crate::state::{Follower, Pace, Role, State};
use crate::tuning;
use labapi::time::Instant;
use std::time::Duration;

/// How many replicators of one follower wait for a call, at most. More than one, since messages
/// overlap when there is much to send.
const IDLE: usize = 2;

/// Heartbeats that are due so soon go out along with those that are due now.
const TOGETHER: Duration = Duration::from_millis(10);

/// The replicators of one follower, as far as the lock's holders must know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Replicators {
    /// How many wait for a call.
    pub(crate) waiting: usize,
    /// One was called, and none has looked since: another call would be one too many.
    called: bool,
}

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
        let Role::Leader { followers } = &self.role else {
            return false;
        };
        let follower = &followers[peer];
        let news = follower.next_index <= self.log().last().index;
        peer != self.me && (follower.heartbeat_due || (news && follower.pace == Pace::Stream))
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

    /// A replicator of `peer` has come, and looks.
    pub(crate) fn turn(&mut self, peer: usize) -> Turn {
        let is_due = self.is_due(peer);
        let leads = self.is_leader();
        let replicators = &mut self.replicators[peer];
        replicators.called = false;
        match () {
            () if is_due => Turn::Send,
            () if leads && replicators.waiting < IDLE => Turn::Wait,
            () => Turn::Leave,
        }
    }

    /// When the ticker has something to do, unless something happens before.
    pub(crate) fn alarm(&self) -> Instant {
        let Role::Leader { followers } = &self.role else {
            return self.election_at;
        };
        let heartbeats = followers.iter().map(|follower| follower.heartbeat_at);
        heartbeats.min().unwrap_or(self.election_at)
    }

    /// The alarm's time has come: a leader speaks to whoever has heard nothing for a while; anybody
    /// else stands for election, and must ask the others for their votes.
    pub(crate) fn attend_alarm(&mut self) -> Option<RequestVoteArgs> {
        let now = Instant::now();
        let Role::Leader { followers } = &mut self.role else {
            return Some(self.stand_for_election());
        };
        for follower in followers {
            if follower.heartbeat_at <= now + TOGETHER {
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
