//! AppendEntries and heartbeats, both sides (§5.3), and what is committed (§5.4.2).

use crate::peer::Peer;
use labapi::step::{Entry, Message, StepError};

impl Peer {
    /// Takes what the application proposes: entries of which only data and type are set.
    pub(crate) fn propose(&mut self, entries: Vec<Entry>) -> Result<(), StepError> {
        todo!("2AA: refuse a proposal where nobody leads; 2AB: append what is taken, and send it");
    }

    /// AppendEntries RPC, sender's side: what this member may lack. Whether something was sent.
    pub(crate) fn send_append(&mut self, to: u64) -> bool {
        todo!(
            "2AB: send what a member lacks (harness/book/src/tiny-2ab.md); \
             2C: or a snapshot, where that is gone"
        );
    }

    /// AppendEntries RPC, receiver's side (Figure 2).
    pub(crate) fn handle_append_entries(&mut self, request: Message) {
        todo!("2AA: hear from a leader; 2AB: take its entries, and answer");
    }

    pub(crate) fn handle_append_response(&mut self, answer: &Message) {
        todo!("2AB: move match and next of a member, and commit what a majority has");
    }

    pub(crate) fn broadcast_heartbeat(&mut self) {
        todo!("2AA: send a heartbeat to all others; 2AB: with as much of commit as each may know");
    }

    pub(crate) fn handle_heartbeat(&mut self, request: &Message) {
        todo!("2AA: hear from a leader, and answer; 2AB: commit what it tells");
    }

    pub(crate) fn handle_heartbeat_response(&mut self, answer: &Message) {
        todo!("2AA: take no notice; 2AB: send to a member what it lacks");
    }
}
