//! What goes to the service (Figure 2, "All Servers": apply what is committed, in order).

use crate::log::Index;
use crate::state::State;
use labapi::ApplyMsg;

impl State {
    /// Whether the service has yet to hear of something.
    pub(crate) fn apply_due(&self) -> bool {
        self.snapshot_pending || self.last_applied < self.commit_index
    }

    /// Everything that the service has yet to hear of: a snapshot first, if one was installed,
    /// then the entries behind it. Counts as applied from here on, since only the applier asks.
    pub(crate) fn take_applicable(&mut self) -> Vec<ApplyMsg> {
        let due = self.commit_index.saturating_sub(self.last_applied) as usize;
        let mut messages = Vec::with_capacity(due + 1);
        if std::mem::take(&mut self.snapshot_pending) {
            let base = self.log().base();
            if base.index > self.last_applied {
                self.last_applied = base.index;
                let snapshot = self.snapshot.clone();
                messages.push(ApplyMsg::Snapshot {
                    index: base.index,
                    term: base.term,
                    snapshot,
                });
            }
        }
        for index in self.last_applied + 1..=self.commit_index {
            messages.push(self.command_at(index));
        }
        self.last_applied = self.commit_index;
        messages
    }

    fn command_at(&self, index: Index) -> ApplyMsg {
        match self.log().entry(index) {
            Some(entry) => ApplyMsg::Command {
                index,
                command: entry.command.clone(),
            },
            None => panic!("entry {index} is committed, but neither applied nor in the log"),
        }
    }
}
