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
    /// A leader's snapshot that the application has not saved yet.
    pub(crate) pending_snapshot: Option<Snapshot>,
}

impl Log {
    /// The log in a storage. What is not there any more has been applied.
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Log {
        let (first, last) = (storage.first_index(), storage.last_index());
        let entries = match first <= last {
            true => storage.entries(first, last + 1),
            false => Ok(Vec::new()),
        };
        Log {
            committed: first - 1,
            applied: first - 1,
            stabled: last,
            entries: entries.expect("a storage has what it says it has"),
            pending_snapshot: None,
            storage,
        }
    }

    /// Index of the last entry, or of the last that the snapshot includes.
    pub(crate) fn last_index(&self) -> u64 {
        match (self.entries.last(), &self.pending_snapshot) {
            (Some(entry), _) => entry.index,
            (None, Some(snapshot)) => snapshot.metadata.index,
            (None, None) => self.storage.last_index(),
        }
    }

    pub(crate) fn last_term(&self) -> u64 {
        self.term(self.last_index())
            .expect("the last entry has a term")
    }

    pub(crate) fn term(&self, index: u64) -> Result<u64, StorageError> {
        if let Some(place) = self.place_of(index) {
            let entry = self.entries.get(place);
            return entry
                .map(|entry| entry.term)
                .ok_or(StorageError::Unavailable);
        }
        match &self.pending_snapshot {
            Some(snapshot) if index == snapshot.metadata.index => Ok(snapshot.metadata.term),
            // The storage's entries are those that the snapshot replaces.
            Some(snapshot) if index < snapshot.metadata.index => Err(StorageError::Compacted),
            _ => self.storage.term(index),
        }
    }

    /// Whether an entry of this term stands at this index.
    pub(crate) fn matches(&self, index: u64, term: u64) -> bool {
        self.term(index) == Ok(term)
    }

    /// Where in `entries` an index has its place, be there an entry or not; `None` before the
    /// first.
    fn place_of(&self, index: u64) -> Option<usize> {
        let first = self.entries.first()?.index;
        index.checked_sub(first).map(|place| place as usize)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries stand before `index`: they have no gaps.
    fn count_before(&self, index: u64) -> usize {
        let first = self.entries.first().map_or(index, |first| first.index);
        (index.saturating_sub(first) as usize).min(self.entries.len())
    }

    /// The entries with indices from `low` on.
    pub(crate) fn entries_from(&self, low: u64) -> &[Entry] {
        &self.entries[self.count_before(low)..]
    }

    pub(crate) fn unstable_entries(&self) -> &[Entry] {
        self.entries_from(self.stabled + 1)
    }

    /// The entries that are committed and not applied.
    pub(crate) fn next_entries(&self) -> &[Entry] {
        let [begin, end] = [self.applied, self.committed].map(|last| self.count_before(last + 1));
        &self.entries[begin..end.max(begin)]
    }

    /// A leader appends; it never overwrites or deletes (Leader Append-Only, Figure 3).
    pub(crate) fn push(&mut self, entry: Entry) {
        debug_assert_eq!(entry.index, self.last_index() + 1);
        self.entries.push(entry);
    }

    /// AppendEntries, steps 3 and 4 (Figure 2): from the first conflict on, what stands here goes.
    /// What matches stays, and whatever follows it: the message may be an old one.
    pub(crate) fn merge(&mut self, entries: Vec<Entry>) {
        let is_new = |entry: &Entry| !self.matches(entry.index, entry.term);
        let Some(first_new) = entries.iter().position(is_new) else {
            return;
        };
        let from = entries[first_new].index;
        self.entries.truncate(self.count_before(from));
        self.stabled = self.stabled.min(from - 1);
        self.entries.extend(entries.into_iter().skip(first_new));
    }

    /// The commit index goes up to `index`, and never back.
    pub(crate) fn commit_to(&mut self, index: u64) {
        self.committed = self.committed.max(index);
    }

    /// A snapshot takes the place of everything.
    pub(crate) fn restore(&mut self, snapshot: Snapshot) {
        let index = snapshot.metadata.index;
        self.entries.clear();
        (self.committed, self.applied, self.stabled) = (index, index, index);
        self.pending_snapshot = Some(snapshot);
    }

    /// A snapshot to send: the one that waits to be saved is newer than the storage's.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StorageError> {
        match &self.pending_snapshot {
            Some(snapshot) => Ok(snapshot.clone()),
            None => self.storage.snapshot(),
        }
    }

    /// What the storage has dropped need not stay in memory.
    pub(crate) fn compact(&mut self) {
        let gone = self.count_before(self.storage.first_index());
        self.entries.drain(..gone);
    }
}
