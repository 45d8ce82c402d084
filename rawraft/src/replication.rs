//! AppendEntries and heartbeats, both sides (§5.3), and what is committed (§5.4.2).

use crate::peer::Peer;
use labapi::step::{
    Entry, EntryType, Message, MessageType, Progress, Role, StepError, StorageError,
};

/// Entries in one message. A member that was away may lack thousands: its answer asks for the next
/// ones.
const ENTRIES_MAX: usize = 64;

/// Entries in one message to a member that has not answered the last: it may be away still.
const UNANSWERED_MAX: usize = 8;

impl Peer {
    /// Takes what the application proposes, all of it or nothing.
    pub(crate) fn propose(&mut self, entries: Vec<Entry>) -> Result<(), StepError> {
        if self.role != Role::Leader || self.transferee.is_some() {
            return Err(StepError::ProposalDropped);
        }
        let is_change = |entry: &&Entry| entry.entry_type == EntryType::ConfChange;
        match entries.iter().filter(is_change).count() {
            0 => {}
            1 if self.may_change_members() => {
                let place = entries.iter().position(|entry| is_change(&entry));
                let place = place.expect("there is one") as u64;
                self.pending_conf_index = self.log.last_index() + 1 + place;
            }
            _ => return Err(StepError::ProposalDropped),
        }
        self.append(entries);
        self.broadcast_append();
        Ok(())
    }

    /// Appends entries of this term to the leader's own log.
    pub(crate) fn append(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let (index, term) = (self.log.last_index() + 1, self.term);
            self.log.push(Entry {
                index,
                term,
                ..entry
            });
        }
        let last = self.log.last_index();
        if let Some(own) = self.progress.get_mut(&self.id) {
            (own.matched, own.next) = (last, last + 1);
        }
        if self.majority() == 1 {
            self.commit();
        }
    }

    pub(crate) fn broadcast_append(&mut self) {
        for to in self.others() {
            self.send_append(to);
        }
    }

    /// AppendEntries RPC, sender's side: what this member may lack, as much as a message takes.
    /// `nextIndex` stays where it is until an answer comes: what is lost is sent again by the next
    /// occasion.
    pub(crate) fn send_append(&mut self, to: u64) -> bool {
        let Some(progress) = self.progress.get(&to) else {
            return false;
        };
        let (next, last) = (progress.next, self.log.last_index());
        let entries = self.log.entries_from(next);
        let is_whole = entries
            .first()
            .map_or(next > last, |first| first.index == next);
        let (true, Ok(log_term)) = (is_whole, self.log.term(next - 1)) else {
            return self.send_snapshot(to);
        };
        let most = match self.asked.insert(to) {
            true => ENTRIES_MAX,
            false => UNANSWERED_MAX,
        };
        let entries = entries[..entries.len().min(most)].to_vec();
        self.send(Message {
            msg_type: MessageType::Append,
            to,
            index: next - 1,
            log_term,
            entries,
            commit: self.log.committed,
            ..Message::default()
        });
        true
    }

    /// AppendEntries RPC, receiver's side (Figure 2).
    pub(crate) fn handle_append_entries(&mut self, request: Message) {
        // 1. No, if term < currentTerm. The answer's term tells the sender.
        if request.term < self.term {
            return self.answer_append(request.from, self.log.last_index(), 0, true);
        }
        self.become_follower(request.term, request.from);
        // What a snapshot includes is committed, and so is the same everywhere.
        let committed = self.log.committed;
        if self.log.term(request.index) == Err(StorageError::Compacted) {
            return self.answer_append(request.from, committed, 0, false);
        }
        // 2. No, if the log lacks an entry at prevLogIndex whose term is prevLogTerm.
        if !self.log.matches(request.index, request.log_term) {
            let (index, term) =
                self.last_that_may_match(request.index, request.log_term, committed);
            return self.answer_append(request.from, index, term, true);
        }
        // 3, 4. Conflicting entries go, new ones come.
        let last_new = request.index + request.entries.len() as u64;
        self.log.merge(request.entries);
        // 5. commitIndex = min(leaderCommit, index of last new entry): what stands behind that may
        //    be another leader's.
        self.log.commit_to(request.commit.min(last_new));
        self.answer_append(request.from, last_new, 0, false);
    }

    pub(crate) fn answer_append(&mut self, to: u64, index: u64, log_term: u64, reject: bool) {
        self.send(Message {
            msg_type: MessageType::AppendResponse,
            to,
            index,
            log_term,
            reject,
            ..Message::default()
        });
    }

    /// The last place up to `index` that may be the same in a log which has `term` at `index`:
    /// terms only grow along a log, so entries of later terms cannot be (end of §5.3). Up to
    /// `known` it is the same.
    fn last_that_may_match(&self, index: u64, term: u64, known: u64) -> (u64, u64) {
        let mut index = index.min(self.log.last_index());
        loop {
            match self.log.term(index) {
                Ok(own) if own > term && index > known => index -= 1,
                own => return (index, own.unwrap_or(0)),
            }
        }
    }

    pub(crate) fn handle_append_response(&mut self, answer: &Message) {
        if self.role != Role::Leader {
            return;
        }
        self.asked.remove(&answer.from);
        if answer.reject {
            return self.back_up(answer);
        }
        let last = self.log.last_index();
        let Some(progress) = self.progress.get_mut(&answer.from) else {
            return;
        };
        // An old answer says less than what is known.
        let is_news = answer.index > progress.matched;
        progress.matched = progress.matched.max(answer.index.min(last));
        progress.next = progress.next.max(progress.matched + 1);
        let is_complete = progress.matched == last;
        if is_news && self.commit() {
            self.broadcast_append(); // this is how followers learn of it
        } else if is_news && !is_complete {
            self.send_append(answer.from);
        }
        self.go_on_with_transfer(answer.from);
    }

    /// A follower's log is not this one's at `nextIndex - 1`: tries further down.
    fn back_up(&mut self, answer: &Message) {
        let Some(&progress) = self.progress.get(&answer.from) else {
            return;
        };
        let (hint, _) = self.last_that_may_match(answer.index, answer.log_term, progress.matched);
        // At least one down, for the entry at `nextIndex - 1` is known not to be there; and not
        // below what is known to be, as an answer to an earlier message would have it.
        let next = (hint + 1).min(progress.next - 1);
        if next > progress.matched {
            self.progress
                .insert(answer.from, Progress { next, ..progress });
            self.send_append(answer.from);
        }
    }

    /// Leader: an index of the own term that a majority has is committed, and with it all before
    /// (Figure 2; §5.4.2). Whether the commit index moved.
    pub(crate) fn commit(&mut self) -> bool {
        let mut matched: Vec<u64> = self.progress.values().map(|one| one.matched).collect();
        matched.sort_unstable_by(|one, other| other.cmp(one));
        let Some(index) = matched.get(self.majority() - 1).copied() else {
            return false;
        };
        let moves = index > self.log.committed && self.log.matches(index, self.term);
        if moves {
            self.log.commit_to(index);
        }
        moves
    }

    pub(crate) fn broadcast_heartbeat(&mut self) {
        if self.role != Role::Leader {
            return;
        }
        for to in self.others() {
            // A heartbeat checks no log: it may tell a follower of no more than it is known to
            // have.
            let commit = self.progress[&to].matched.min(self.log.committed);
            self.send(Message {
                msg_type: MessageType::Heartbeat,
                to,
                commit,
                ..Message::default()
            });
        }
    }

    pub(crate) fn handle_heartbeat(&mut self, request: &Message) {
        if request.term >= self.term {
            self.become_follower(request.term, request.from);
            self.log
                .commit_to(request.commit.min(self.log.last_index()));
        }
        // One of an earlier term is answered too: that leader shall know.
        self.send(Message {
            msg_type: MessageType::HeartbeatResponse,
            to: request.from,
            ..Message::default()
        });
    }

    pub(crate) fn handle_heartbeat_response(&mut self, answer: &Message) {
        let last = self.log.last_index();
        self.asked.remove(&answer.from);
        let progress = self.progress.get(&answer.from);
        if self.role == Role::Leader && progress.is_some_and(|progress| progress.matched < last) {
            self.send_append(answer.from);
        }
    }
}
