//! One member more or less (§6, in the form of the thesis' §4.1), and leadership handed over
//! (thesis, §3.10).

use crate::peer::Peer;
use labapi::step::{Message, MessageType, NONE, Progress, Role};

impl Peer {
    /// Whether no membership change is under way: two at once could make two majorities that have
    /// no member in common.
    pub(crate) fn may_change_members(&self) -> bool {
        self.pending_conf_index <= self.log.applied
    }

    pub(crate) fn add_node(&mut self, id: u64) {
        let next = self.log.last_index() + 1;
        self.progress
            .entry(id)
            .or_insert(Progress { matched: 0, next });
    }

    pub(crate) fn remove_node(&mut self, id: u64) {
        let was_member = self.progress.remove(&id).is_some();
        if !was_member || self.progress.is_empty() {
            return;
        }
        self.transferee = self.transferee.filter(|to| *to != id);
        // A smaller group has smaller majorities: they may have more.
        if self.role == Role::Leader && self.commit() {
            self.broadcast_append();
        }
    }

    /// `message.from` shall lead.
    pub(crate) fn transfer(&mut self, message: Message) {
        if self.role != Role::Leader {
            // The leader's affair. Whose wish it is stays in the message.
            if self.lead != NONE {
                let to = self.lead;
                self.messages.push(Message { to, ..message });
            }
            return;
        }
        let to = message.from;
        if to == self.id {
            self.transferee = None; // it stays after all
        } else if self.progress.contains_key(&to) && self.transferee != Some(to) {
            self.transferee = Some(to);
            self.clock.election_elapsed = 0; // it has one election timeout
            if !self.go_on_with_transfer(to) {
                self.send_append(to);
            }
        }
    }

    /// Once the member that is to lead has all entries, it stands for election: nobody has a longer
    /// log, so all can vote for it. Whether it does.
    pub(crate) fn go_on_with_transfer(&mut self, of: u64) -> bool {
        let last = self.log.last_index();
        let is_ready = self
            .progress
            .get(&of)
            .is_some_and(|one| one.matched == last);
        let goes = self.transferee == Some(of) && is_ready;
        if goes {
            self.send(Message {
                msg_type: MessageType::TimeoutNow,
                to: of,
                ..Message::default()
            });
        }
        goes
    }
}
