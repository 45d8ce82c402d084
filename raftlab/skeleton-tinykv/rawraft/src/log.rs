//! The log: all entries that are not compacted, in memory, and up to where the storage has them.
//!
//! ```text
//!  snapshot   first                                              last
//!  ---------|--------------|------------------|-----------------|
//!                       applied           committed
//!                                 stabled (in storage)
//! ```

use labapi::step::{Entry, Snapshot, Storage, StorageError};
use std::sync::Arc;

pub(crate) struct Log {
    storage: Arc<dyn Storage>,
    /// Index of the highest entry known to be committed: `commitIndex`. It never goes back.
    pub(crate) committed: u64,
    /// Index of the highest entry applied: `lastApplied`; at most `committed`.
    pub(crate) applied: u64,
    /// Index of the last entry that the storage has as it stands here. A conflict lowers it.
    pub(crate) stabled: u64,
    /// One after the other, without a gap; the first follows the last that a snapshot includes.
    entries: Vec<Entry>,
    /// 2C: a leader's snapshot that the application has not saved yet.
    pub(crate) pending_snapshot: Option<Snapshot>,
}

impl Log {
    /// The log in a storage. What is not there any more has been applied.
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Log {
        todo!("2AA: read the log that is in a storage");
    }

    /// Index of the last entry; without one, of the last that is gone.
    pub(crate) fn last_index(&self) -> u64 {
        todo!("2AA: the index of the last entry; 2C: or of the last in a pending snapshot");
    }

    /// The term of the entry at `index`; also of the one before the first, which is gone.
    pub(crate) fn term(&self, index: u64) -> Result<u64, StorageError> {
        todo!("2AA: the term of an entry; 2C: or of the last in a pending snapshot");
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn unstable_entries(&self) -> &[Entry] {
        todo!("2AB: the entries that are not in storage yet");
    }

    /// The entries that are committed and not applied.
    pub(crate) fn next_entries(&self) -> &[Entry] {
        todo!("2AB: the entries that are to be applied next");
    }

    // 2AB: what a leader appends, and what a follower takes: from the first conflict on, what
    // stands here goes (Figure 2, "AppendEntries RPC", 3 and 4).
    // 2C: what a snapshot leaves, and what the storage has dropped.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of your own tests; `cargo test entry` runs it alone, `make test` all of them.
    #[test]
    fn an_entry_is_shown_in_a_word() {
        assert_eq!(Entry::new(5, 2, "x").to_string(), "5@2\"x\"");
    }
}
