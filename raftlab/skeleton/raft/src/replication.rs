//! Log replication (§5.3), and what is committed (§5.4.2). In 3A, heartbeats only.

use crate::messages::{AppendEntriesArgs, AppendEntriesReply};
use crate::raft_log::{Index, Term};
use crate::state::State;
use labapi::Bytes;

impl State {
    /// A client's command (§5.3): the entry's index and term, if we lead.
    pub(crate) fn start(&mut self, command: Bytes) -> Option<(Index, Term)> {
        todo!("3B: append a client's command to the leader's log");
    }

    /// What to send to `peer`, if we lead.
    pub(crate) fn replicate(&mut self, peer: usize) -> Option<AppendEntriesArgs> {
        todo!("3A: make a heartbeat; 3B: with the entries that the peer lacks");
    }

    /// AppendEntries RPC, receiver side.
    pub(crate) fn handle_append_entries(&mut self, args: AppendEntriesArgs) -> AppendEntriesReply {
        todo!("3A: hear from a leader; 3B: take its entries (Figure 2, \"AppendEntries RPC\")");
    }

    /// AppendEntries RPC, sender side: `peer` answered `sent`.
    pub(crate) fn handle_append_reply(
        &mut self,
        peer: usize,
        sent: &AppendEntriesArgs,
        reply: &AppendEntriesReply,
    ) {
        todo!("3A: step down for a newer term; 3B: move next and match index, and commit");
    }
}
