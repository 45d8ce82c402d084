//! InstallSnapshot, both sides (§7, Figure 13).

use crate::peer::Peer;
use labapi::step::{Message, MessageType, Snapshot};

impl Peer {
    /// Sends a snapshot in place of entries that are gone; whether there was one to send. If not,
    /// the next occasion asks for it again.
    pub(crate) fn send_snapshot(&mut self, to: u64) -> bool {
        let Ok(snapshot) = self.log.snapshot() else {
            return false;
        };
        if snapshot == Snapshot::default() {
            return false; // nobody has made one
        }
        self.send(Message {
            msg_type: MessageType::Snapshot,
            to,
            snapshot: Some(snapshot),
            ..Message::default()
        });
        true
    }

    /// InstallSnapshot RPC, receiver's side. The answer is that of an AppendEntries: up to where
    /// the log is the leader's.
    pub(crate) fn handle_snapshot(&mut self, request: Message) {
        if request.term < self.term {
            return self.answer_append(request.from, self.log.last_index(), 0, true);
        }
        self.become_follower(request.term, request.from);
        let Some(snapshot) = request.snapshot else {
            return;
        };
        let last = &snapshot.metadata;
        // 6. An entry that is the snapshot's last keeps what follows it: that may be acknowledged
        //    already. All that the snapshot tells is what is committed; and an older one not even
        //    that.
        if last.index <= self.log.committed || self.log.matches(last.index, last.term) {
            self.log.commit_to(last.index);
            return self.answer_append(request.from, self.log.committed, 0, false);
        }
        let members = snapshot.metadata.conf_state.nodes.clone();
        self.log.restore(snapshot);
        self.set_members(&members);
        self.answer_append(request.from, self.log.last_index(), 0, false);
    }
}
