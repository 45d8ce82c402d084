//! What survives a crash: Raft state and snapshot, saved together.
//!
//! The state is any `Serialize` value, so that the harness can see its fields; the snapshot is the
//! service's, opaque bytes that cost nothing to pass again.
#![forbid(unsafe_code)]

use bytes::Bytes;
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;

/// The disk of one incarnation of a server.
pub struct Persister {
    disk: Mutex<Disk>,
}

#[derive(Clone, Default)]
struct Disk {
    state: Option<Bytes>,
    snapshot: Bytes,
    saves: u64,
    largest_state: usize,
    fenced: bool,
}

impl Persister {
    /// An empty disk.
    pub fn new() -> Self {
        Persister {
            disk: Mutex::new(Disk::default()),
        }
    }

    /// Saves both, atomically: a crash leaves either both old or both new.
    pub fn save<S: Serialize + ?Sized>(&self, state: &S, snapshot: &Bytes) {
        let state = match labcodec::encode(state) {
            Ok(bytes) => Bytes::from(bytes),
            Err(error) => harness::fail(format!("cannot save a {}: it {error}", type_name::<S>())),
        };
        labrt::trace::fold(&state);
        let mut disk = self.disk.lock();
        if disk.fenced || harness::is_crashed() {
            return;
        }
        disk.saves += 1;
        disk.largest_state = disk.largest_state.max(state.len());
        disk.state = Some(state);
        disk.snapshot = snapshot.clone();
    }

    /// The state last saved, or `None` if none was, ever. Fails the run when what was saved are
    /// not the bytes of a `T`.
    pub fn read_state<T: DeserializeOwned>(&self) -> Option<T> {
        let bytes = self.disk.lock().state.clone()?;
        match labcodec::decode(&bytes) {
            Ok(state) => Some(state),
            Err(error) => harness::fail(format!(
                "cannot read the saved state as a {}: {error}",
                type_name::<T>()
            )),
        }
    }

    /// The snapshot last saved; empty if none was.
    pub fn read_snapshot(&self) -> Bytes {
        self.disk.lock().snapshot.clone()
    }

    /// Encoded size of the state last saved, in bytes.
    pub fn state_size(&self) -> usize {
        self.disk.lock().state.as_ref().map_or(0, Bytes::len)
    }

    /// Size of the snapshot last saved, in bytes.
    pub fn snapshot_size(&self) -> usize {
        self.disk.lock().snapshot.len()
    }

    /// A new persister with this one's content, for the next incarnation; this one is fenced:
    /// whatever is still saved to it changes nothing.
    pub fn fence_and_copy(&self) -> Persister {
        let mut disk = self.disk.lock();
        let copy = Disk {
            fenced: false,
            ..disk.clone()
        };
        disk.fenced = true;
        Persister {
            disk: Mutex::new(copy),
        }
    }
}

impl Default for Persister {
    fn default() -> Self {
        Self::new()
    }
}
