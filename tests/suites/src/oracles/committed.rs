//! What is known to be committed.

use super::facts::Entry;
use super::verdict::event;
use crate::trace::Evidence;
use std::time::Duration;

/// What is known to be committed.
#[derive(Default)]
pub(super) struct Commits {
    /// The committed entries, from index 1 on; of term 0 where an entry is not known.
    pub(super) entries: Vec<Entry>,
    /// Who showed that each is committed, how, and when.
    pub(super) by: Vec<(usize, &'static str, Duration)>,
    /// The highest index that a leader called committed.
    pub(super) announced: u64,
    /// Whoever leads a later term than this must hold all of them.
    pub(super) term: u64,
}

impl Commits {
    /// The highest index.
    pub(super) fn highest(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(super) fn entry(&self, index: u64) -> Option<Entry> {
        let place = usize::try_from(index.checked_sub(1)?).ok()?;
        self.entries
            .get(place)
            .copied()
            .filter(|entry| entry.term > 0)
    }

    /// The term of the committed entry at this index, if that is known.
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        self.entry(index).map(|entry| entry.term)
    }

    /// How an index came to be committed.
    pub(super) fn evidence(&self, index: u64) -> Vec<Evidence> {
        let by = index
            .checked_sub(1)
            .and_then(|place| self.by.get(place as usize));
        let by = by.map(|(server, how, at)| event(*at, *server, format_args!("{how} {index}")));
        by.into_iter().collect()
    }
}
