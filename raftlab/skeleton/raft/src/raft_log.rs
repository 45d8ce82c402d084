//! The log: entries by index. The first entry has index 1.

use labapi::Bytes;
use serde::{Deserialize, Serialize};

/// A position in the log.
pub(crate) type Index = u64;
/// An election term; 0 before the first election.
pub(crate) type Term = u64;

/// A command, and the term in which a leader received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) term: Term,
    pub(crate) command: Bytes,
}

/// 3B: the entries. Give it methods that speak of indices as the paper does (`last_index`,
/// `term_at`, …), and let nobody else count from zero: 3D, where the log no longer begins with
/// entry 1, will then touch this file and few others. A `labapi::Journal<Entry>` reads like a
/// `Vec`, and is much cheaper to save.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Log {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of your own tests; `cargo test entry` runs it alone, `make test` all of them.
    #[test]
    fn an_entry_is_what_was_encoded() {
        let entry = Entry {
            term: 3,
            command: Bytes::from_static(b"set x"),
        };
        let bytes = labapi::codec::encode(&entry).expect("an entry can be encoded");
        assert_eq!(labapi::codec::decode(&bytes).ok(), Some(entry));
    }
}
