//! What survives a crash, and the numbers that tell the suites' indices from the node's.
//!
//! A leader of this kind begins its term with an entry without a command. The suites count commands
//! only: to them, the index of an entry is the node's index less the number of such entries up to
//! it. All servers come to the same number, because they have the same log; what a snapshot
//! includes is forgotten, so the snapshot keeps the count.

use labapi::codec::{decode, encode};
use labapi::step::{ConfState, Entry, HardState, NONE, Ready, Snapshot, Storage, StorageError};
use labapi::sync::{Arc, Mutex};
use labapi::{ApplyMsg, Bytes, Journal, Persister};
use serde::{Deserialize, Serialize};

/// What stands before each command in an entry's data, so that even an empty one is something.
pub(crate) const COMMAND: &[u8] = b"c";

pub(crate) fn is_command(entry: &Entry) -> bool {
    !entry.data.is_empty()
}

/// The node's number of a server: to the node 0 is nobody.
pub(crate) fn id_of(server: usize) -> u64 {
    server as u64 + 1
}

/// The server that has this number.
pub(crate) fn server_of(id: u64) -> usize {
    id as usize - 1
}

/// The server's disk, as the node reads it. All of it is in memory too, and saved as a whole: what
/// has not changed in the journal costs nothing to save again.
pub(crate) struct Disk {
    persister: Arc<Persister>,
    servers: usize,
    kept: Mutex<Kept>,
}

struct Kept {
    saved: Saved,
    snapshot: Bytes,
    /// The node's indices of the log's entries without a command, in order.
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

/// What travels as the data of a node's snapshot.
#[derive(Serialize, Deserialize)]
struct Image {
    blanks: u64,
    snapshot: Bytes,
}

impl Disk {
    /// The disk of one of `servers` servers, as the last incarnation left it.
    pub(crate) fn open(persister: Arc<Persister>, servers: usize) -> Disk {
        let saved: Saved = persister.read_state().unwrap_or_default();
        let indices = saved.base.index + 1..;
        let blanks = indices.zip(saved.log.iter());
        let blanks = blanks.filter(|(_, entry)| entry.command.is_none());
        let kept = Kept {
            blanks: blanks.map(|(index, _)| index).collect(),
            snapshot: persister.read_snapshot(),
            saved,
        };
        Disk {
            persister,
            servers,
            kept: Mutex::new(kept),
        }
    }

    /// Whether nothing was ever saved there.
    pub(crate) fn is_new(&self) -> bool {
        self.persister.state_size() == 0
    }

    /// The node's index of the last entry that the snapshot includes.
    pub(crate) fn base(&self) -> u64 {
        self.kept.lock().saved.base.index
    }

    /// Saves what is to be saved before anything is sent, all at once; what the service is to hear
    /// of a leader's snapshot.
    pub(crate) fn save(&self, ready: &Ready) -> Option<ApplyMsg> {
        let mut kept = self.kept.lock();
        let before = (kept.saved.current_term, kept.saved.voted_for);
        let installed = ready
            .snapshot
            .as_ref()
            .map(|snapshot| kept.install(snapshot));
        kept.append(&ready.entries);
        let state = ready.hard_state;
        if !state.is_empty() {
            kept.saved.current_term = state.term;
            kept.saved.voted_for = (state.vote != NONE).then(|| server_of(state.vote));
            kept.saved.commit_index = state.commit;
        }
        // A commit index alone can wait: whoever starts again learns it again.
        let is_same = before == (kept.saved.current_term, kept.saved.voted_for);
        if !is_same || installed.is_some() || !ready.entries.is_empty() {
            self.persister.save(&kept.saved, &kept.snapshot);
        }
        installed
    }

    /// The service has made a snapshot that includes all up to the suites' index `number`: the log
    /// before it may go. `applied` is how far the node knows entries to be applied.
    pub(crate) fn compact(&self, number: u64, snapshot: Bytes, applied: u64) {
        let mut kept = self.kept.lock();
        let index = kept.index_of(number);
        if index <= kept.saved.base.index || index > applied {
            return; // overtaken by a leader's snapshot, or not one of ours
        }
        let term = kept.term(index).expect("it is behind the base and applied");
        let blanks = kept.blanks_up_to(index);
        let gone = (index - kept.saved.base.index) as usize;
        kept.saved.log.drop_first(gone);
        kept.blanks.retain(|blank| *blank > index);
        kept.saved.base = Base {
            index,
            term,
            blanks,
        };
        kept.snapshot = snapshot;
        self.persister.save(&kept.saved, &kept.snapshot);
    }

    /// The suites' index of the entry with this index in the node.
    pub(crate) fn number_of(&self, index: u64) -> u64 {
        index - self.kept.lock().blanks_up_to(index)
    }

    /// The same of the node's last entry, when these are not saved yet.
    pub(crate) fn number_of_last(&self, last: u64, unsaved: &[Entry]) -> u64 {
        let saved = unsaved.first().map_or(last, |first| first.index - 1);
        let blanks = unsaved.iter().filter(|entry| !is_command(entry)).count();
        last - self.kept.lock().blanks_up_to(saved) - blanks as u64
    }
}

impl Kept {
    fn last(&self) -> u64 {
        self.saved.base.index + self.saved.log.len() as u64
    }

    fn term(&self, index: u64) -> Result<u64, StorageError> {
        let base = self.saved.base;
        match index.checked_sub(base.index) {
            None => Err(StorageError::Compacted),
            Some(0) => Ok(base.term),
            Some(behind) => {
                let entry = self.saved.log.get(behind as usize - 1);
                entry
                    .map(|entry| entry.term)
                    .ok_or(StorageError::Unavailable)
            }
        }
    }

    /// Adds entries, which replace whatever stands in their place and behind it.
    fn append(&mut self, entries: &[Entry]) {
        let base = self.saved.base.index;
        let Some(first) = entries.first().map(|entry| entry.index) else {
            return;
        };
        assert!(first > base, "entry {first} is in the snapshot already");
        assert!(first <= self.last() + 1, "a gap in the log before {first}");
        self.saved.log.truncate((first - base - 1) as usize);
        self.blanks.retain(|blank| *blank < first);
        for entry in entries {
            let command = is_command(entry).then(|| entry.data.slice(COMMAND.len()..));
            if command.is_none() {
                self.blanks.push(entry.index);
            }
            let term = entry.term;
            self.saved.log.push(LogEntry { term, command });
        }
    }

    /// A leader's snapshot takes the place of everything.
    fn install(&mut self, snapshot: &Snapshot) -> ApplyMsg {
        let image: Image = decode(&snapshot.data).expect("a leader sends what `snapshot` made");
        let (index, term) = (snapshot.metadata.index, snapshot.metadata.term);
        let blanks = image.blanks;
        self.saved.base = Base {
            index,
            term,
            blanks,
        };
        self.saved.commit_index = self.saved.commit_index.max(index);
        self.saved.log.clear();
        self.blanks.clear();
        self.snapshot = image.snapshot.clone();
        ApplyMsg::Snapshot {
            index: index - blanks,
            term,
            snapshot: image.snapshot,
        }
    }

    /// The node's index of the command with this index in the suites.
    fn index_of(&self, number: u64) -> u64 {
        let mut index = number + self.saved.base.blanks;
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
        self.saved.base.blanks + here as u64
    }
}

impl Disk {
    fn members(&self) -> ConfState {
        ConfState {
            nodes: (0..self.servers).map(id_of).collect(),
        }
    }
}

impl Storage for Disk {
    fn initial_state(&self) -> (HardState, ConfState) {
        let kept = self.kept.lock();
        let state = HardState {
            term: kept.saved.current_term,
            vote: kept.saved.voted_for.map_or(NONE, id_of),
            // What is in the snapshot was committed, whenever that was last saved.
            commit: kept.saved.commit_index.max(kept.saved.base.index),
        };
        (state, self.members())
    }

    fn entries(&self, low: u64, high: u64) -> Result<Vec<Entry>, StorageError> {
        let kept = self.kept.lock();
        let base = kept.saved.base.index;
        if low <= base {
            return Err(StorageError::Compacted);
        }
        if high > kept.last() + 1 {
            return Err(StorageError::Unavailable);
        }
        let range = (low - base - 1) as usize..(high - base - 1) as usize;
        let entries = (low..).zip(&kept.saved.log[range]);
        let entries = entries.map(|(index, entry)| {
            let data = entry
                .command
                .as_ref()
                .map(|command| [COMMAND, command].concat());
            Entry::new(index, entry.term, data.unwrap_or_default())
        });
        Ok(entries.collect())
    }

    fn term(&self, index: u64) -> Result<u64, StorageError> {
        self.kept.lock().term(index)
    }

    fn last_index(&self) -> u64 {
        self.kept.lock().last()
    }

    fn first_index(&self) -> u64 {
        self.kept.lock().saved.base.index + 1
    }

    fn snapshot(&self) -> Result<Snapshot, StorageError> {
        let kept = self.kept.lock();
        let base = kept.saved.base;
        if base.index == 0 {
            return Err(StorageError::SnapshotTemporarilyUnavailable);
        }
        let image = Image {
            blanks: base.blanks,
            snapshot: kept.snapshot.clone(),
        };
        let mut snapshot = Snapshot {
            data: encode(&image)
                .expect("a number and bytes can be encoded")
                .into(),
            ..Snapshot::default()
        };
        (snapshot.metadata.index, snapshot.metadata.term) = (base.index, base.term);
        snapshot.metadata.conf_state = self.members();
        Ok(snapshot)
    }
}
