//! (interface first)
#![forbid(unsafe_code)]
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// Raft state and snapshot, saved together.
pub struct Persister;

impl Persister {
    /// An empty disk.
    pub fn new() -> Self {
        todo!()
    }
    /// Saves both, atomically.
    pub fn save<S: Serialize + ?Sized>(&self, _state: &S, _snapshot: &Bytes) {
        todo!()
    }
    /// The state last saved, or `None` if none was, ever.
    pub fn read_state<T: DeserializeOwned>(&self) -> Option<T> {
        todo!()
    }
    /// The snapshot last saved; empty if none was.
    pub fn read_snapshot(&self) -> Bytes {
        todo!()
    }
    /// Encoded size of the state last saved, in bytes.
    pub fn state_size(&self) -> usize {
        todo!()
    }
    /// Size of the snapshot last saved, in bytes.
    pub fn snapshot_size(&self) -> usize {
        todo!()
    }
    /// A new persister with this one's content, for the next incarnation; this one is fenced:
    /// whatever is still saved to it changes nothing.
    pub fn fence_and_copy(&self) -> Persister {
        todo!()
    }
}
impl Default for Persister {
    fn default() -> Self {
        Self::new()
    }
}
