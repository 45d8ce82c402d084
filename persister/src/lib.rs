//! What survives a crash: Raft state and snapshot, saved together.
//!
//! The state is any `Serialize` value, so that a harness can see its fields; the snapshot is the
//! service's, opaque bytes that cost nothing to pass again.
//!
//! ```
//! use bytes::Bytes;
//! use persister::Persister;
//! use persister::harness::Disk;
//! use serde::{Deserialize, Serialize};
//! use std::sync::Arc;
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct State {
//!     current_term: u64,
//!     voted_for: Option<usize>,
//! }
//!
//! // The harness has the disk, the server a handle to it.
//! let disk = Arc::new(Disk::owned_by("n2"));
//! let persister: Persister = disk.persister();
//! assert_eq!(persister.read_state::<State>(), None, "nothing was ever saved");
//!
//! persister.save(&State { current_term: 1, voted_for: Some(2) }, &Bytes::new());
//! persister.save(&State { current_term: 2, voted_for: None }, &Bytes::from_static(b"x=1"));
//!
//! // The server crashes. Its next incarnation has a copy; what is left of the old one saves to
//! // nowhere.
//! let next = Arc::new(disk.fence_and_copy());
//! persister.save(&State { current_term: 9, voted_for: None }, &Bytes::new());
//!
//! let persister = next.persister();
//! let state: State = persister.read_state().expect("it was saved");
//! assert_eq!(state, State { current_term: 2, voted_for: None });
//! assert_eq!(persister.read_snapshot(), "x=1");
//! ```
#![forbid(unsafe_code)]

// A map of the code: `save` is what a harness sees of a save, `disk` the disk, `handle` what the
// server has of it, `harness` what of all this is for tests and harnesses.

mod disk;
mod handle;
pub mod harness;
mod save;

pub use handle::Persister;
