//! InstallSnapshot, both sides (§7, Figure 13).

use crate::peer::Peer;
use labapi::step::Message;

impl Peer {
    /// InstallSnapshot RPC, receiver's side. The answer is that of an AppendEntries: up to where
    /// the log is the leader's.
    pub(crate) fn handle_snapshot(&mut self, request: Message) {
        todo!("2C: take a leader's snapshot (Figure 13; harness/book/src/tiny-2c.md)");
    }
}
