//! The state of Figure 2, the three roles (Figure 4), and what every message meets first.

use crate::log::Log;
use labapi::rand::RngExt;
use labapi::step::{
    Config, ConfigError, Entry, Message, MessageType, NONE, Progress, Role, StepError,
};
use std::collections::{BTreeMap, BTreeSet};

/// One node. What it wants to be sent lies in `messages`; what it wants to be saved is for
/// [`RawPeer`](crate::RawPeer) to see.
pub struct Peer {
    pub(crate) id: u64,
    /// `currentTerm`.
    pub(crate) term: u64,
    /// `votedFor` in that term, or nobody.
    pub(crate) vote: u64,
    pub(crate) log: Log,
    pub(crate) role: Role,
    /// Who leads this term, as far as is known. At most one node ever does (Election Safety).
    pub(crate) lead: u64,
    /// All members, this node too if it is one. `matchIndex` and `nextIndex` mean something while
    /// it leads.
    pub(crate) progress: BTreeMap<u64, Progress>,
    /// A candidate's answers so far.
    pub(crate) votes: BTreeMap<u64, bool>,
    /// Members to whom an Append went out since they were heard of last.
    pub(crate) asked: BTreeSet<u64>,
    /// What is to be sent.
    pub(crate) messages: Vec<Message>,
    pub(crate) clock: Clock,
    /// To whom this leader is about to hand its leadership.
    pub(crate) transferee: Option<u64>,
    /// No membership change may be proposed before this index is applied: at most one is under way
    /// (thesis, §4.1).
    pub(crate) pending_conf_index: u64,
}

/// Ticks.
pub(crate) struct Clock {
    pub(crate) heartbeat_tick: u64,
    pub(crate) election_tick: u64,
    /// Drawn from `election_tick..2 * election_tick` at each change of role (§5.2).
    pub(crate) timeout: u64,
    /// Since the last word of a leader or vote for a candidate; to a leader, of its term.
    pub(crate) election_elapsed: u64,
    /// Since a leader's last heartbeat.
    pub(crate) heartbeat_elapsed: u64,
}

impl Clock {
    fn reset(&mut self) {
        (self.election_elapsed, self.heartbeat_elapsed) = (0, 0);
        let range = self.election_tick..2 * self.election_tick;
        self.timeout = labapi::rand::rng().random_range(range);
    }
}

impl Peer {
    /// A new node, or one that is started again from what its storage holds.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    pub fn new(config: &Config) -> Result<Peer, ConfigError> {
        config.validate()?;
        let (hard_state, members) = config.storage.initial_state();
        let members = match config.peers.is_empty() {
            true => members.nodes,
            false => config.peers.clone(),
        };
        let mut log = Log::new(config.storage.clone());
        log.commit_to(hard_state.commit);
        log.applied = log.applied.max(config.applied);
        let mut peer = Peer {
            id: config.id,
            term: hard_state.term,
            vote: hard_state.vote,
            log,
            role: Role::Follower,
            lead: NONE,
            progress: BTreeMap::new(),
            votes: BTreeMap::new(),
            asked: BTreeSet::new(),
            messages: Vec::new(),
            clock: Clock {
                heartbeat_tick: config.heartbeat_tick,
                election_tick: config.election_tick,
                timeout: 0,
                election_elapsed: 0,
                heartbeat_elapsed: 0,
            },
            transferee: None,
            pending_conf_index: 0,
        };
        peer.set_members(&members);
        peer.clock.reset();
        Ok(peer)
    }

    /// These are the members, of whom nothing is known yet.
    pub(crate) fn set_members(&mut self, members: &[u64]) {
        let next = self.log.last_index() + 1;
        let unknown = Progress { matched: 0, next };
        self.progress = members.iter().map(|id| (*id, unknown)).collect();
        self.asked.clear();
    }

    /// All members but this one.
    pub(crate) fn others(&self) -> Vec<u64> {
        let others = self.progress.keys().copied();
        others.filter(|id| *id != self.id).collect()
    }

    pub(crate) fn is_member(&self) -> bool {
        self.progress.contains_key(&self.id)
    }

    pub(crate) fn majority(&self) -> usize {
        self.progress.len() / 2 + 1
    }

    /// Puts a message into the outbox, under this node's name and term.
    pub(crate) fn send(&mut self, message: Message) {
        self.messages.push(Message {
            from: self.id,
            term: self.term,
            ..message
        });
    }

    pub(crate) fn become_follower(&mut self, term: u64, lead: u64) {
        if term > self.term {
            (self.term, self.vote) = (term, NONE); // one vote a term (§5.2)
        }
        self.role = Role::Follower;
        self.lead = lead;
        self.transferee = None;
        self.clock.reset();
    }

    /// A newer term came. Only a leader's word or a vote granted starts the wait for an election
    /// anew (Figure 2, Followers): whoever refuses a candidate, since its log is the longer one,
    /// may be the only one that can win.
    fn observe_term(&mut self, term: u64, lead: u64) {
        let (elapsed, timeout) = (self.clock.election_elapsed, self.clock.timeout);
        let goes_on = lead == NONE && self.role != Role::Leader;
        self.become_follower(term, lead);
        if goes_on {
            (self.clock.election_elapsed, self.clock.timeout) = (elapsed, timeout);
        }
    }

    pub(crate) fn become_candidate(&mut self) {
        self.term += 1;
        self.vote = self.id;
        self.role = Role::Candidate;
        self.lead = NONE;
        self.votes = BTreeMap::from([(self.id, true)]);
        self.clock.reset();
    }

    /// Leads, and says so by the first entry of its term: what earlier terms left is committed
    /// along with it (§5.4.2, §8).
    pub(crate) fn become_leader(&mut self) {
        self.role = Role::Leader;
        self.lead = self.id;
        self.transferee = None;
        self.clock.reset();
        let members: Vec<u64> = self.progress.keys().copied().collect();
        self.set_members(&members);
        // A change of members may be among what earlier terms left.
        self.pending_conf_index = self.log.last_index();
        self.append(vec![Entry::default()]);
        self.broadcast_append();
    }

    /// Any message.
    pub(crate) fn step(&mut self, message: Message) -> Result<(), StepError> {
        if message.msg_type.is_local() {
            return self.step_local(message);
        }
        if message.term > self.term {
            // All servers: a newer term makes a follower (Figure 2). Of whom, some messages say.
            let lead = match message.msg_type {
                MessageType::Append | MessageType::Heartbeat | MessageType::Snapshot => {
                    message.from
                }
                _ => NONE,
            };
            self.observe_term(message.term, lead);
        }
        match message.msg_type {
            MessageType::Append => self.handle_append_entries(message),
            MessageType::Heartbeat => self.handle_heartbeat(&message),
            MessageType::Snapshot => self.handle_snapshot(message),
            MessageType::RequestVote => self.handle_request_vote(&message),
            // What is an answer to, or an order of, an earlier term means nothing now.
            _ if message.term < self.term => {}
            MessageType::TimeoutNow => self.campaign(),
            MessageType::RequestVoteResponse => self.handle_vote(&message),
            MessageType::AppendResponse => self.handle_append_response(&message),
            MessageType::HeartbeatResponse => self.handle_heartbeat_response(&message),
            MessageType::Hup
            | MessageType::Beat
            | MessageType::Propose
            | MessageType::TransferLeader => unreachable!("it is local"),
        }
        Ok(())
    }

    fn step_local(&mut self, message: Message) -> Result<(), StepError> {
        match message.msg_type {
            MessageType::Beat => self.broadcast_heartbeat(),
            MessageType::Propose => return self.propose(message.entries),
            MessageType::TransferLeader => self.transfer(message),
            _ => self.campaign(),
        }
        Ok(())
    }
}
