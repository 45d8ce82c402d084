//! Sizes and counts of a run.

use super::Cluster;
use crate::oracles::{Figures, Oracles, Situations};
use std::sync::Arc;

/// What a run has used, for its line in the report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Number of servers.
    pub servers: usize,
    /// Requests sent by anyone.
    pub rpcs: u64,
    /// Bytes of all arguments sent and replies delivered.
    pub bytes: u64,
    /// Commands that were committed.
    pub commands: u64,
    /// What the oracles saw come about; nothing on real threads, where there are none.
    pub situations: Situations,
    /// What the oracles measured; nothing on real threads.
    pub figures: Figures,
}

impl Cluster {
    /// Nothing goes wrong in the run but what one of the course's own cases asks for.
    pub(crate) fn is_of_course(&self) {
        if let Some(oracles) = &self.inner.oracles {
            let inner = Arc::downgrade(&self.inner);
            oracles.be_strict(move || {
                let lab = inner.upgrade().map(|inner| Cluster { inner });
                lab.map_or(String::new(), |lab| lab.waits())
            });
        }
    }

    /// Whether the network keeps every message.
    pub fn is_reliable(&self) -> bool {
        self.net().is_reliable()
    }

    /// Bytes of the Raft state that a server saved last.
    pub fn state_size(&self, server: usize) -> usize {
        self.inner.servers.lock()[server].disk.state_size()
    }

    /// Bytes of the snapshot that a server saved last.
    pub fn snapshot_size(&self, server: usize) -> usize {
        self.inner.servers.lock()[server].disk.snapshot_size()
    }

    /// The largest Raft state that any server saved last, in bytes.
    pub fn largest_state(&self) -> usize {
        (0..self.len())
            .map(|server| self.state_size(server))
            .max()
            .unwrap_or(0)
    }

    /// What the run has used so far.
    pub fn usage(&self) -> Usage {
        Usage {
            servers: self.len(),
            rpcs: self.net().total_count(),
            bytes: self.net().total_bytes(),
            commands: self.inner.record.lock().highest(),
            situations: self
                .inner
                .oracles
                .as_ref()
                .map(Oracles::met)
                .unwrap_or_default(),
            figures: self
                .inner
                .oracles
                .as_ref()
                .map(Oracles::figures)
                .unwrap_or_default(),
        }
    }
}
