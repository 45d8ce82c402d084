//! What is new since the application last looked.

use crate::peer::Peer;
use bytes::Bytes;
use labapi::step::{
    ChangeType, ConfChange, ConfState, Config, ConfigError, Entry, EntryType, HardState, Inspect,
    Message, MessageType, NONE, Progress, RawNode, Ready, Role, SoftState, StepError,
};
use std::collections::BTreeMap;

/// A [`Peer`], and how much of it the application knows.
pub struct RawPeer {
    peer: Peer,
    /// What the last Ready said of it.
    soft_state: SoftState,
    hard_state: HardState,
}

impl RawPeer {
    /// A new node, or one that is started again from what its storage holds.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    pub fn new(config: &Config) -> Result<RawPeer, ConfigError> {
        let peer = Peer::new(config)?;
        Ok(RawPeer {
            soft_state: soft_state(&peer),
            hard_state: hard_state(&peer),
            peer,
        })
    }

    fn propose_entry(&mut self, entry_type: EntryType, data: Bytes) -> Result<(), StepError> {
        let entry = Entry {
            entry_type,
            data,
            ..Entry::default()
        };
        self.peer.step(Message {
            msg_type: MessageType::Propose,
            from: self.peer.id,
            entries: vec![entry],
            ..Message::default()
        })
    }
}

fn soft_state(peer: &Peer) -> SoftState {
    SoftState {
        lead: peer.lead,
        role: peer.role,
    }
}

fn hard_state(peer: &Peer) -> HardState {
    HardState {
        term: peer.term,
        vote: peer.vote,
        commit: peer.log.committed,
    }
}

impl RawNode for RawPeer {
    fn tick(&mut self) {
        self.peer.tick();
    }

    fn campaign(&mut self) -> Result<(), StepError> {
        self.peer.campaign();
        Ok(())
    }

    fn propose(&mut self, data: Bytes) -> Result<(), StepError> {
        self.propose_entry(EntryType::Normal, data)
    }

    fn propose_conf_change(&mut self, change: &ConfChange) -> Result<(), StepError> {
        self.propose_entry(EntryType::ConfChange, change.encode())
    }

    fn apply_conf_change(&mut self, change: &ConfChange) -> ConfState {
        match change.change_type {
            _ if change.node_id == NONE => {}
            ChangeType::AddNode => self.peer.add_node(change.node_id),
            ChangeType::RemoveNode => self.peer.remove_node(change.node_id),
        }
        ConfState {
            nodes: self.peer.progress.keys().copied().collect(),
        }
    }

    fn step(&mut self, message: Message) -> Result<(), StepError> {
        if [MessageType::Hup, MessageType::Beat].contains(&message.msg_type) {
            return Err(StepError::LocalMessage);
        }
        let is_known = self.peer.progress.contains_key(&message.from);
        if message.msg_type.is_response() && !is_known {
            return Err(StepError::PeerNotFound);
        }
        self.peer.step(message)
    }

    fn ready(&mut self) -> Ready {
        let (soft, hard) = (soft_state(&self.peer), hard_state(&self.peer));
        let news = (soft != self.soft_state).then_some(soft);
        self.soft_state = soft;
        Ready {
            soft_state: news,
            hard_state: match hard == self.hard_state {
                true => HardState::default(),
                false => hard,
            },
            entries: self.peer.log.unstable_entries().to_vec(),
            snapshot: self.peer.log.pending_snapshot.clone(),
            committed_entries: self.peer.log.next_entries().to_vec(),
            messages: std::mem::take(&mut self.peer.messages),
        }
    }

    fn has_ready(&self) -> bool {
        let log = &self.peer.log;
        soft_state(&self.peer) != self.soft_state
            || hard_state(&self.peer) != self.hard_state
            || !log.unstable_entries().is_empty()
            || log.pending_snapshot.is_some()
            || !log.next_entries().is_empty()
            || !self.peer.messages.is_empty()
    }

    fn advance(&mut self, ready: Ready) {
        if !ready.hard_state.is_empty() {
            self.hard_state = ready.hard_state;
        }
        let log = &mut self.peer.log;
        if let Some(last) = ready.entries.last() {
            log.stabled = last.index;
        }
        if let Some(last) = ready.committed_entries.last() {
            log.applied = last.index;
        }
        if ready.snapshot.is_some() {
            log.pending_snapshot = None;
        }
        log.compact();
    }

    fn progress(&self) -> Option<BTreeMap<u64, Progress>> {
        (self.peer.role == Role::Leader).then(|| self.peer.progress.clone())
    }

    fn transfer_leader(&mut self, to: u64) {
        let wish = Message {
            msg_type: MessageType::TransferLeader,
            from: to,
            ..Message::default()
        };
        let taken = self.peer.step(wish);
        debug_assert_eq!(taken, Ok(()), "only proposals are refused");
    }

    fn node(&self) -> &dyn Inspect {
        &self.peer
    }
}
