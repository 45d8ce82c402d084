//! Where a node finds what was saved; and a storage in memory, whose facts the cases rely on.

use super::message::{ConfState, Entry, HardState, Snapshot};
use bytes::Bytes;
use labrt::sync::Mutex;
use std::fmt;

/// What was saved, as a node reads it. The node never writes: its application does, as a
/// [`Ready`](super::Ready) tells it.
pub trait Storage: Send + Sync {
    /// What was saved of the node's own state, and the members of its group.
    fn initial_state(&self) -> (HardState, ConfState);

    /// The entries from `low` to `high - 1`.
    ///
    /// # Errors
    /// [`StorageError::Compacted`] when `low` is gone, [`StorageError::Unavailable`] when there is
    /// none of them.
    fn entries(&self, low: u64, high: u64) -> Result<Vec<Entry>, StorageError>;

    /// The term of the entry at `index`, which may be any from `first_index - 1` to `last_index`.
    ///
    /// # Errors
    /// [`StorageError::Compacted`] before that, [`StorageError::Unavailable`] behind it.
    fn term(&self, index: u64) -> Result<u64, StorageError>;

    /// The index of the last entry, or of the last that the snapshot includes.
    fn last_index(&self) -> u64;

    /// The index of the first entry that is still there, or will be.
    fn first_index(&self) -> u64;

    /// A snapshot to send to somebody whose next entry is gone.
    ///
    /// # Errors
    /// [`StorageError::SnapshotTemporarilyUnavailable`] when it is not ready; ask again later.
    fn snapshot(&self) -> Result<Snapshot, StorageError>;
}

/// Why a storage has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// It was asked for what a snapshot replaced.
    Compacted,
    /// It was asked for what it does not have yet.
    Unavailable,
    /// It has a newer snapshot.
    SnapshotOutOfDate,
    /// It has no snapshot yet, and will.
    SnapshotTemporarilyUnavailable,
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StorageError::Compacted => "the entry is gone, a snapshot includes it",
            StorageError::Unavailable => "there is no such entry yet",
            StorageError::SnapshotOutOfDate => "there is a newer snapshot",
            StorageError::SnapshotTemporarilyUnavailable => "the snapshot is not ready yet",
        })
    }
}

impl std::error::Error for StorageError {}

/// A storage in memory. Whoever makes the node keeps a second reference, and writes through it.
///
/// # Panics
/// Where an index lies behind its last one, or entries leave a gap: those are mistakes of the
/// caller, not states that a storage can be in.
#[derive(Default)]
pub struct MemoryStorage {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    hard_state: HardState,
    snapshot: Snapshot,
    /// Index and term of the last entry that is gone.
    base: (u64, u64),
    entries: Vec<Entry>,
}

impl Kept {
    fn last(&self) -> u64 {
        self.base.0 + self.entries.len() as u64
    }

    fn term(&self, index: u64) -> Result<u64, StorageError> {
        let (base, term) = self.base;
        match index.checked_sub(base) {
            None => Err(StorageError::Compacted),
            Some(0) => Ok(term),
            Some(behind) => {
                let entry = self.entries.get(behind as usize - 1);
                entry
                    .map(|entry| entry.term)
                    .ok_or(StorageError::Unavailable)
            }
        }
    }
}

impl MemoryStorage {
    /// An empty one: nothing was saved.
    pub fn new() -> MemoryStorage {
        MemoryStorage::default()
    }

    /// Saves term, vote and commit index.
    pub fn set_hard_state(&self, state: HardState) {
        self.kept.lock().hard_state = state;
    }

    /// Saves entries. What stands in their place and behind it goes; of those that are gone
    /// already, nothing is kept.
    pub fn append(&self, entries: &[Entry]) {
        let mut kept = self.kept.lock();
        let base = kept.base.0;
        let from = entries.partition_point(|entry| entry.index <= base);
        let Some(first) = entries.get(from).map(|entry| entry.index) else {
            return;
        };
        assert!(
            first <= kept.last() + 1,
            "entries before {first} are missing"
        );
        kept.entries.truncate((first - base - 1) as usize);
        kept.entries.extend_from_slice(&entries[from..]);
    }

    /// Makes a snapshot that includes all up to `index`, and keeps it; without members, those of
    /// the last one stay.
    ///
    /// # Errors
    /// [`StorageError::SnapshotOutOfDate`] when there is one that includes as much.
    pub fn create_snapshot(
        &self,
        index: u64,
        members: Option<ConfState>,
        data: Bytes,
    ) -> Result<Snapshot, StorageError> {
        let mut kept = self.kept.lock();
        if index <= kept.snapshot.metadata.index {
            return Err(StorageError::SnapshotOutOfDate);
        }
        assert!(index <= kept.last(), "there is no entry {index} yet");
        let term = kept.term(index)?;
        let snapshot = &mut kept.snapshot;
        snapshot.data = data;
        (snapshot.metadata.index, snapshot.metadata.term) = (index, term);
        if let Some(members) = members {
            snapshot.metadata.conf_state = members;
        }
        Ok(snapshot.clone())
    }

    /// A leader's snapshot takes the place of everything.
    ///
    /// # Errors
    /// [`StorageError::SnapshotOutOfDate`] when there is one that includes as much.
    pub fn apply_snapshot(&self, snapshot: Snapshot) -> Result<(), StorageError> {
        let mut kept = self.kept.lock();
        let last = &snapshot.metadata;
        if last.index <= kept.snapshot.metadata.index {
            return Err(StorageError::SnapshotOutOfDate);
        }
        kept.base = (last.index, last.term);
        kept.entries.clear();
        kept.snapshot = snapshot;
        Ok(())
    }

    /// Drops the entries up to `index`.
    ///
    /// # Errors
    /// [`StorageError::Compacted`] when they are gone already.
    pub fn compact(&self, index: u64) -> Result<(), StorageError> {
        let mut kept = self.kept.lock();
        if index <= kept.base.0 {
            return Err(StorageError::Compacted);
        }
        assert!(index <= kept.last(), "there is no entry {index} yet");
        let term = kept.term(index)?;
        let gone = (index - kept.base.0) as usize;
        kept.entries.drain(..gone);
        kept.base = (index, term);
        Ok(())
    }
}

impl Storage for MemoryStorage {
    fn initial_state(&self) -> (HardState, ConfState) {
        let kept = self.kept.lock();
        (kept.hard_state, kept.snapshot.metadata.conf_state.clone())
    }

    fn entries(&self, low: u64, high: u64) -> Result<Vec<Entry>, StorageError> {
        let kept = self.kept.lock();
        let base = kept.base.0;
        if low <= base {
            return Err(StorageError::Compacted);
        }
        assert!(
            high <= kept.last() + 1,
            "there is no entry {} yet",
            high - 1
        );
        if kept.entries.is_empty() {
            return Err(StorageError::Unavailable);
        }
        let range = (low - base - 1) as usize..(high - base - 1) as usize;
        Ok(kept.entries[range].to_vec())
    }

    fn term(&self, index: u64) -> Result<u64, StorageError> {
        self.kept.lock().term(index)
    }

    fn last_index(&self) -> u64 {
        self.kept.lock().last()
    }

    fn first_index(&self) -> u64 {
        self.kept.lock().base.0 + 1
    }

    /// The one that was made or taken over last; one of index 0 if there was none.
    fn snapshot(&self) -> Result<Snapshot, StorageError> {
        Ok(self.kept.lock().snapshot.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> MemoryStorage {
        let storage = MemoryStorage::new();
        storage.append(&[3, 4, 5].map(|index| Entry::new(index - 2, index, "")));
        storage
    }

    #[test]
    fn what_is_gone_and_what_is_not_there_yet_are_told_apart() {
        let storage = filled();
        assert_eq!((storage.first_index(), storage.last_index()), (1, 3));
        assert_eq!(storage.compact(2), Ok(()));
        assert_eq!(storage.compact(2), Err(StorageError::Compacted));
        assert_eq!((storage.first_index(), storage.last_index()), (3, 3));
        assert_eq!(storage.term(1), Err(StorageError::Compacted));
        assert_eq!((storage.term(2), storage.term(3)), (Ok(4), Ok(5)));
        assert_eq!(storage.term(4), Err(StorageError::Unavailable));
        assert_eq!(storage.entries(2, 4), Err(StorageError::Compacted));
        assert_eq!(storage.entries(3, 4), Ok(vec![Entry::new(3, 5, "")]));
        storage.compact(3).expect("it is there");
        assert_eq!(storage.entries(4, 4), Err(StorageError::Unavailable));
    }

    #[test]
    fn entries_replace_what_stands_in_their_place_and_behind_it() {
        let storage = filled();
        storage.append(&[]);
        storage.append(&[Entry::new(2, 7, "")]);
        assert_eq!((storage.last_index(), storage.term(2)), (2, Ok(7)));
        storage.compact(2).expect("it is there");
        storage.append(&[Entry::new(1, 8, "")]);
        assert_eq!((storage.last_index(), storage.term(2)), (2, Ok(7)));
        storage.append(&[Entry::new(2, 8, ""), Entry::new(3, 8, "")]);
        assert_eq!((storage.term(2), storage.term(3)), (Ok(7), Ok(8)));
    }

    #[test]
    #[should_panic(expected = "entries before 5 are missing")]
    fn a_gap_is_refused() {
        filled().append(&[Entry::new(5, 5, "")]);
    }

    #[test]
    fn a_snapshot_goes_forward_only() {
        let storage = filled();
        assert_eq!(storage.snapshot(), Ok(Snapshot::default()));
        let members = ConfState { nodes: vec![1, 2] };
        let made = storage.create_snapshot(2, Some(members.clone()), "x".into());
        let made = made.expect("it is the first");
        assert_eq!((made.metadata.index, made.metadata.term), (2, 4));
        let again = storage.create_snapshot(2, None, "y".into());
        assert_eq!(again, Err(StorageError::SnapshotOutOfDate));
        assert_eq!(
            storage.apply_snapshot(made),
            Err(StorageError::SnapshotOutOfDate)
        );
        let mut newer = storage.snapshot().expect("there is one");
        newer.metadata.index = 9;
        assert_eq!(storage.apply_snapshot(newer), Ok(()));
        assert_eq!((storage.first_index(), storage.last_index()), (10, 9));
        assert_eq!(storage.initial_state().1, members);
    }
}
