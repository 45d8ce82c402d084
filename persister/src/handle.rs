//! What a server has of its disk.

use crate::disk::Disk;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// A server's handle to its disk, in one incarnation of the server: it saves and reads, and can do
/// nothing else. Clones are handles to the same disk.
#[derive(Clone, Default)]
pub struct Persister {
    disk: Arc<Disk>,
}

impl Persister {
    /// An empty disk of its own, as unit tests want one.
    pub fn new() -> Persister {
        Persister::default()
    }

    /// Saves both, atomically: a crash leaves either both old or both new. Fails the run when the
    /// state cannot be encoded.
    ///
    /// Once the server has crashed nothing is saved any more, whatever its threads still do.
    pub fn save<S: Serialize + ?Sized>(&self, state: &S, snapshot: &Bytes) {
        self.disk.save(state, snapshot);
    }

    /// The state last saved, or `None` if none was, ever. Fails the run when what was saved are
    /// not the bytes of a `T`.
    pub fn read_state<T: DeserializeOwned>(&self) -> Option<T> {
        self.disk.read_state()
    }

    /// The snapshot last saved; empty if none was.
    pub fn read_snapshot(&self) -> Bytes {
        self.disk.snapshot()
    }

    /// Encoded size of the state last saved, in bytes; 0 if none was.
    pub fn state_size(&self) -> usize {
        self.disk.state_size()
    }

    /// Size of the snapshot last saved, in bytes.
    pub fn snapshot_size(&self) -> usize {
        self.disk.snapshot_size()
    }
}

impl Disk {
    /// The handle that the server is given.
    pub fn persister(self: &Arc<Disk>) -> Persister {
        Persister {
            disk: Arc::clone(self),
        }
    }
}

/// As [`Persister::save`], of a state that is encoded already, and is shown as `state`.
pub fn save_encoded<S: Serialize>(
    persister: &Persister,
    bytes: Vec<u8>,
    state: &S,
    snapshot: &Bytes,
) {
    persister.disk.save_encoded(bytes, state, snapshot);
}

/// What was last saved: the state's bytes, if any ever was, and the snapshot.
pub fn saved(persister: &Persister) -> (Option<Vec<u8>>, Bytes) {
    persister.disk.saved()
}
