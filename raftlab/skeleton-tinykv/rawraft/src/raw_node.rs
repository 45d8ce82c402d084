//! What is new since the application last looked.

use crate::peer::Peer;
use bytes::Bytes;
use labapi::step::{
    ChangeType, ConfChange, ConfState, Config, ConfigError, Entry, EntryType, Inspect, Message,
    MessageType, NONE, Progress, RawNode, Ready, Role, StepError,
};
use std::collections::BTreeMap;

/// A [`Peer`], and how much of it the application knows.
pub struct RawPeer {
    peer: Peer,
    // 2AC: what the last Ready said of soft and hard state.
}

impl RawPeer {
    /// A new node, or one that is started again from what its storage holds.
    ///
    /// # Errors
    /// As [`Config::validate`] says.
    pub fn new(config: &Config) -> Result<RawPeer, ConfigError> {
        todo!("2AC: a node, of which the application knows all (harness/book/src/tiny-2ac.md)");
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
        todo!("2AC: all that is new; messages are taken out of the outbox");
    }

    fn has_ready(&self) -> bool {
        todo!("2AC: whether anything is new");
    }

    fn advance(&mut self, ready: Ready) {
        todo!("2AC: note what is saved and applied; 2C: drop what is no longer needed");
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
