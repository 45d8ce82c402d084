//! What a suite looks at and sets, and the calls that it makes.

use crate::log::Log;
use crate::peer::Peer;
use labapi::step::{
    Entry, Field, Inspect, Message, Node, Progress, Status, StepError, StorageError,
};
use std::collections::BTreeMap;

impl Node for Peer {
    fn step(&mut self, message: Message) -> Result<(), StepError> {
        Peer::step(self, message)
    }

    fn tick(&mut self) {
        Peer::tick(self);
    }

    fn become_follower(&mut self, term: u64, lead: u64) {
        Peer::become_follower(self, term, lead);
    }

    fn become_candidate(&mut self) {
        Peer::become_candidate(self);
    }

    fn become_leader(&mut self) {
        Peer::become_leader(self);
    }

    fn send_append(&mut self, to: u64) -> bool {
        Peer::send_append(self, to)
    }

    fn handle_append_entries(&mut self, message: Message) {
        Peer::handle_append_entries(self, message);
    }

    fn handle_snapshot(&mut self, message: Message) {
        Peer::handle_snapshot(self, message);
    }

    fn add_node(&mut self, id: u64) {
        Peer::add_node(self, id);
    }

    fn remove_node(&mut self, id: u64) {
        Peer::remove_node(self, id);
    }
}

impl Inspect for Peer {
    fn status(&self) -> Status {
        Status {
            id: self.id,
            term: self.term,
            vote: self.vote,
            lead: self.lead,
            role: self.role,
            committed: self.log.committed,
            applied: self.log.applied,
            stabled: self.log.stabled,
            last_index: self.log.last_index(),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        self.log.entries().to_vec()
    }

    fn unstable_entries(&self) -> Vec<Entry> {
        self.log.unstable_entries().to_vec()
    }

    fn next_entries(&self) -> Vec<Entry> {
        self.log.next_entries().to_vec()
    }

    fn term_at(&self, index: u64) -> Result<u64, StorageError> {
        self.log.term(index)
    }

    fn votes(&self) -> BTreeMap<u64, bool> {
        self.votes.clone()
    }

    fn progress(&self) -> BTreeMap<u64, Progress> {
        self.progress.clone()
    }

    fn messages(&self) -> &[Message] {
        &self.messages
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    fn set(&mut self, field: Field) {
        match field {
            Field::Term(term) => self.term = term,
            Field::Vote(vote) => self.vote = vote,
            Field::Role(role) => self.role = role,
            Field::Log(storage) => self.log = Log::new(storage),
            Field::Committed(index) => self.log.committed = index,
            Field::Applied(index) => self.log.applied = index,
            Field::Stabled(index) => self.log.stabled = index,
            Field::Next { of, next } => self.progress.entry(of).or_default().next = next,
        }
    }
}
