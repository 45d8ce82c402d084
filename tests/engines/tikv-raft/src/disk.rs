//! What survives a crash, and the numbers that tell the suites' indices from the engine's.
//!
//! A new leader of raft-rs appends an entry without a command, so as to commit what earlier terms
//! left behind (§8). The suites count commands only: to them, the index of an entry is the engine's
//! index less the number of such entries up to it. All servers come to the same number, because
//! they have the same log; what a snapshot includes is forgotten, so the snapshot keeps the count.

use labapi::codec::{decode, encode};
use labapi::sync::Arc;
use labapi::{ApplyMsg, Bytes, Journal, Persister};
use raft::eraftpb::{ConfState, Entry, HardState, Snapshot};
use raft::{Error, GetEntriesContext, RaftState, Storage, StorageError, util};
use serde::{Deserialize, Serialize};

/// The mark of an entry that holds a command, even an empty one.
pub(crate) const COMMAND: &[u8] = b"c";

/// The engine's number of a server: the engine keeps 0 for nobody.
pub(crate) fn id_of(server: usize) -> u64 {
    server as u64 + 1
}

/// The server that has this number in the engine.
pub(crate) fn server_of(id: u64) -> usize {
    id as usize - 1
}

pub(crate) fn is_command(entry: &Entry) -> bool {
    entry.context == COMMAND
}

/// The server's disk, as the engine reads it. All of it is in memory too, and saved as a whole:
/// what has not changed in the journal costs nothing to save again.
pub(crate) struct Disk {
    persister: Arc<Persister>,
    voters: Vec<u64>,
    state: Saved,
    snapshot: Bytes,
    /// The engine's indices of the log's entries without a command, in order.
    blanks: Vec<u64>,
}

/// What is saved, by the paper's names.
#[derive(Default, Serialize, Deserialize)]
struct Saved {
    current_term: u64,
    voted_for: Option<usize>,
    commit_index: u64,
    /// Where the log begins: the last entry that the snapshot includes.
    base: Base,
    log: Journal<LogEntry>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Base {
    index: u64,
    term: u64,
    /// How many entries up to `index` have no command.
    blanks: u64,
}

#[derive(Serialize, Deserialize)]
struct LogEntry {
    term: u64,
    /// `None` in the entry with which a leader begins its term.
    command: Option<Bytes>,
}

/// What travels as the data of the engine's snapshot.
#[derive(Serialize, Deserialize)]
struct Image {
    blanks: u64,
    snapshot: Bytes,
}

impl Disk {
    /// The disk of one of `servers` servers, as the last incarnation left it.
    pub(crate) fn open(persister: Arc<Persister>, servers: usize) -> Disk {
        let state: Saved = persister.read_state().unwrap_or_default();
        let mut disk = Disk {
            snapshot: persister.read_snapshot(),
            persister,
            voters: (0..servers).map(id_of).collect(),
            blanks: Vec::new(),
            state,
        };
        let first = disk.state.base.index + 1;
        let blank = (first..).zip(disk.state.log.iter());
        let blank = blank.filter(|(_, entry)| entry.command.is_none());
        disk.blanks = blank.map(|(index, _)| index).collect();
        disk
    }

    /// Saves everything, at once.
    pub(crate) fn save(&self) {
        self.persister.save(&self.state, &self.snapshot);
    }

    /// Takes over term, vote and commit index.
    pub(crate) fn set_hard_state(&mut self, state: &HardState) {
        self.state.current_term = state.term;
        self.state.voted_for = (state.vote != raft::INVALID_ID).then(|| server_of(state.vote));
        self.state.commit_index = state.commit;
    }

    /// The commit index alone. It may be lost in a crash: whoever restarts learns it again. So it
    /// is saved with whatever is saved next.
    pub(crate) fn set_commit_index(&mut self, index: u64) {
        self.state.commit_index = index;
    }

    /// Adds entries, which replace whatever stands in their place and behind it.
    pub(crate) fn append(&mut self, entries: Vec<Entry>) {
        let Some(first) = entries.first().map(|entry| entry.index) else {
            return;
        };
        assert!(
            first > self.state.base.index,
            "entry {first} is in the snapshot already"
        );
        assert!(first <= self.last() + 1, "a gap in the log before {first}");
        self.state
            .log
            .truncate((first - self.state.base.index - 1) as usize);
        self.blanks.retain(|blank| *blank < first);
        for entry in entries {
            if !is_command(&entry) {
                self.blanks.push(entry.index);
            }
            let command = is_command(&entry).then_some(entry.data);
            self.state.log.push(LogEntry {
                term: entry.term,
                command,
            });
        }
    }

    /// A leader's snapshot takes the place of everything; what the service is to hear of it.
    pub(crate) fn install(&mut self, snapshot: &Snapshot) -> ApplyMsg {
        let image: Image = decode(&snapshot.data).expect("a leader sends what `snapshot` made");
        let last = snapshot.get_metadata();
        let (index, term) = (last.index, last.term);
        self.state.base = Base {
            index,
            term,
            blanks: image.blanks,
        };
        self.state.commit_index = index.max(self.state.commit_index);
        self.state.log.clear();
        self.blanks.clear();
        self.snapshot = image.snapshot.clone();
        ApplyMsg::Snapshot {
            index: index - image.blanks,
            term,
            snapshot: image.snapshot,
        }
    }

    /// The service has made a snapshot that includes all up to the suites' index `number`: the log
    /// before it may go. `applied` is how far the engine knows entries to be applied.
    pub(crate) fn compact(&mut self, number: u64, snapshot: Bytes, applied: u64) {
        let index = self.index_of(number);
        if index <= self.state.base.index || index > applied {
            return; // overtaken by a leader's snapshot, or not one of ours
        }
        let term = self.term(index).expect("it is behind the base and applied");
        let blanks = self.blanks_up_to(index);
        self.state
            .log
            .drop_first((index - self.state.base.index) as usize);
        self.blanks.retain(|blank| *blank > index);
        self.state.base = Base {
            index,
            term,
            blanks,
        };
        self.snapshot = snapshot;
        self.save();
    }

    /// The engine's index of the last entry that the snapshot includes.
    pub(crate) fn base(&self) -> u64 {
        self.state.base.index
    }

    /// The engine's index of the last entry.
    pub(crate) fn last(&self) -> u64 {
        self.state.base.index + self.state.log.len() as u64
    }

    /// The suites' index of the entry with this index in the engine.
    pub(crate) fn number_of(&self, index: u64) -> u64 {
        index - self.blanks_up_to(index)
    }

    /// The engine's index of the command with this index in the suites.
    fn index_of(&self, number: u64) -> u64 {
        let mut index = number + self.state.base.blanks;
        for blank in &self.blanks {
            if *blank > index {
                break;
            }
            index += 1;
        }
        index
    }

    fn blanks_up_to(&self, index: u64) -> u64 {
        let here = self.blanks.partition_point(|blank| *blank <= index);
        self.state.base.blanks + here as u64
    }
}

impl Storage for Disk {
    fn initial_state(&self) -> raft::Result<RaftState> {
        let state = HardState {
            term: self.state.current_term,
            vote: self.state.voted_for.map_or(raft::INVALID_ID, id_of),
            // What is in the snapshot was committed, whenever that was last saved.
            commit: self.state.commit_index.max(self.state.base.index),
            ..HardState::default()
        };
        Ok(RaftState::new(
            state,
            ConfState::from((self.voters.clone(), vec![])),
        ))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _: GetEntriesContext,
    ) -> raft::Result<Vec<Entry>> {
        let base = self.state.base.index;
        if low <= base {
            return Err(Error::Store(StorageError::Compacted));
        }
        let range = (low - base - 1) as usize..(high - base - 1) as usize;
        let entries = (low..)
            .zip(&self.state.log[range])
            .map(|(index, entry)| Entry {
                index,
                term: entry.term,
                context: entry
                    .command
                    .as_ref()
                    .map_or(Bytes::new(), |_| COMMAND.into()),
                data: entry.command.clone().unwrap_or_default(),
                ..Entry::default()
            });
        let mut entries = entries.collect();
        util::limit_size(&mut entries, max_size.into());
        Ok(entries)
    }

    fn term(&self, index: u64) -> raft::Result<u64> {
        let base = self.state.base;
        if index == base.index {
            return Ok(base.term);
        }
        let Some(place) = index.checked_sub(base.index + 1) else {
            return Err(Error::Store(StorageError::Compacted));
        };
        let entry = self.state.log.get(place as usize);
        entry
            .map(|entry| entry.term)
            .ok_or(Error::Store(StorageError::Unavailable))
    }

    fn first_index(&self) -> raft::Result<u64> {
        Ok(self.state.base.index + 1)
    }

    fn last_index(&self) -> raft::Result<u64> {
        Ok(self.last())
    }

    fn snapshot(&self, request_index: u64, _to: u64) -> raft::Result<Snapshot> {
        let Base {
            index,
            term,
            blanks,
        } = self.state.base;
        if index == 0 || index < request_index {
            return Err(Error::Store(StorageError::SnapshotTemporarilyUnavailable));
        }
        let image = Image {
            blanks,
            snapshot: self.snapshot.clone(),
        };
        let data = encode(&image).expect("a number and bytes can be encoded");
        let mut snapshot = Snapshot {
            data: data.into(),
            ..Snapshot::default()
        };
        let last = snapshot.mut_metadata();
        (last.index, last.term) = (index, term);
        last.set_conf_state(ConfState::from((self.voters.clone(), vec![])));
        Ok(snapshot)
    }
}
