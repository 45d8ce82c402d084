//! The log: entries by index, from the end of the snapshot on.

use labapi::{Bytes, Excerpt, Journal};
use serde::{Deserialize, Serialize};

/// A position in the log; the first entry has index 1.
pub(crate) type Index = u64;
/// An election term; 0 before the first election.
pub(crate) type Term = u64;

/// A command, and the term in which a leader received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) term: Term,
    #[serde(deserialize_with = "labapi::codec::in_place")]
    pub(crate) command: Bytes,
}

/// Names an entry. Ordered as §5.4.1 orders logs: by term, then by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogId {
    pub(crate) term: Term,
    pub(crate) index: Index,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Log {
    /// The snapshot stands for everything up to this entry; 0 before the first snapshot.
    last_included_index: Index,
    last_included_term: Term,
    /// The entries after it, without gaps; their terms never decrease.
    entries: Journal<Entry>,
}

impl Log {
    /// The last entry that the snapshot covers.
    pub(crate) fn base(&self) -> LogId {
        LogId {
            term: self.last_included_term,
            index: self.last_included_index,
        }
    }

    /// The last entry, which may be one that only the snapshot covers.
    pub(crate) fn last(&self) -> LogId {
        let index = self.last_included_index + self.entries.len() as Index;
        match self.entries.last() {
            Some(entry) => LogId {
                term: entry.term,
                index,
            },
            None => self.base(),
        }
    }

    /// Where `index` stands in `entries`.
    fn position(&self, index: Index) -> Option<usize> {
        let offset = index.checked_sub(self.last_included_index + 1)?;
        Some(offset as usize).filter(|offset| *offset < self.entries.len())
    }

    /// The term of the entry at `index`; `None` if it lies before the snapshot's end, or ahead.
    pub(crate) fn term_at(&self, index: Index) -> Option<Term> {
        if index == self.last_included_index {
            return Some(self.last_included_term);
        }
        self.position(index).map(|at| self.entries[at].term)
    }

    pub(crate) fn entry(&self, index: Index) -> Option<&Entry> {
        self.position(index).map(|at| &self.entries[at])
    }

    /// The entries after `index`, which must not lie before the snapshot's end; `most` of them.
    pub(crate) fn after(&self, index: Index, most: usize) -> Excerpt<Entry> {
        let len = self.entries.len();
        let from = ((index - self.last_included_index) as usize).min(len);
        self.entries
            .excerpt(from..len.min(from.saturating_add(most)))
    }

    /// Adds an entry at the end; its index.
    pub(crate) fn append(&mut self, entry: Entry) -> Index {
        debug_assert!(
            entry.term >= self.last().term,
            "terms never decrease along the log"
        );
        self.entries.push(entry);
        self.last().index
    }

    /// Makes the log agree with `entries`, which follow `prev`: drops our entries from the first
    /// conflict on, and appends those that are missing (Figure 2, AppendEntries, 3 and 4). An old
    /// message, whose entries we all have, changes nothing. Whether anything changed.
    pub(crate) fn merge(&mut self, prev: Index, entries: Vec<Entry>) -> bool {
        for (index, entry) in (prev + 1..).zip(&entries) {
            if index <= self.last_included_index || self.term_at(index) == Some(entry.term) {
                continue;
            }
            let kept = (index - self.last_included_index - 1) as usize;
            let known = (index - prev - 1) as usize;
            self.entries.truncate(kept);
            self.entries.extend(entries.into_iter().skip(known));
            return true;
        }
        false
    }

    /// The first index of the term that the entry at `index` has, as far back as the log goes.
    pub(crate) fn first_of_term_at(&self, index: Index) -> Index {
        let term = self.term_at(index);
        let mut first = index;
        while first > self.last_included_index + 1 && self.term_at(first - 1) == term {
            first -= 1;
        }
        first
    }

    /// The last index of `term` in the log, if it has one.
    pub(crate) fn last_of_term(&self, term: Term) -> Option<Index> {
        let after = self.entries.partition_point(|entry| entry.term <= term);
        let index = self.last_included_index + after as Index;
        (self.term_at(index) == Some(term)).then_some(index)
    }

    /// Forgets the entries up to and including `base`, which a snapshot now covers. What follows
    /// stays, if the log has that very entry; otherwise all goes (Figure 13, 6 and 7).
    pub(crate) fn compact(&mut self, base: LogId) {
        debug_assert!(
            base.index > self.last_included_index,
            "snapshots only move forward"
        );
        if self.term_at(base.index) == Some(base.term) {
            self.entries
                .drop_first((base.index - self.last_included_index) as usize);
        } else {
            self.entries.clear();
        }
        self.last_included_index = base.index;
        self.last_included_term = base.term;
    }

    /// Whether the terms of the last `count` entries never decrease.
    pub(crate) fn tail_is_ordered(&self, count: usize) -> bool {
        let tail = &self.entries[self.entries.len().saturating_sub(count)..];
        tail.is_sorted_by_key(|entry| entry.term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(term: Term) -> Entry {
        Entry {
            term,
            command: Bytes::new(),
        }
    }

    fn log(terms: &[Term]) -> Log {
        let mut log = Log::default();
        for term in terms {
            log.append(entry(*term));
        }
        log
    }

    #[test]
    fn the_first_entry_has_index_1() {
        let log = log(&[3]);
        assert_eq!(log.last(), LogId { term: 3, index: 1 });
        assert_eq!(log.term_at(0), Some(0));
        assert_eq!(log.term_at(2), None);
    }

    #[test]
    fn a_conflict_drops_the_rest() {
        let mut log = log(&[1, 1, 2, 2]);
        assert!(log.merge(1, vec![entry(1), entry(3)]));
        assert_eq!(log.last(), LogId { term: 3, index: 3 });
    }

    #[test]
    fn an_old_message_drops_nothing() {
        let mut log = log(&[1, 1, 2, 2]);
        assert!(!log.merge(0, vec![entry(1), entry(1)]));
        assert_eq!(log.last().index, 4);
    }

    #[test]
    fn entries_below_the_snapshot_are_passed_over() {
        let mut log = log(&[1, 1, 2]);
        log.compact(LogId { term: 1, index: 2 });
        assert!(log.merge(0, vec![entry(1), entry(1), entry(2), entry(2)]));
        assert_eq!(log.last(), LogId { term: 2, index: 4 });
        assert_eq!(log.after(2, 9).len(), 2);
    }

    #[test]
    fn a_snapshot_keeps_what_follows_it() {
        let mut log = log(&[1, 1, 2]);
        log.compact(LogId { term: 1, index: 2 });
        assert_eq!((log.base().index, log.last().index), (2, 3));
        log.compact(LogId { term: 4, index: 3 });
        assert_eq!(
            log.last(),
            LogId { term: 4, index: 3 },
            "an entry of another term conflicts"
        );
        log.compact(LogId { term: 4, index: 9 });
        assert_eq!(log.last(), LogId { term: 4, index: 9 });
    }

    #[test]
    fn terms_are_found_from_either_end() {
        let log = log(&[1, 2, 2, 2, 5]);
        assert_eq!(log.first_of_term_at(4), 2);
        assert_eq!(log.last_of_term(2), Some(4));
        assert_eq!(log.last_of_term(3), None);
    }

    #[test]
    fn logs_are_compared_by_term_first() {
        assert!(LogId { term: 3, index: 1 } > LogId { term: 2, index: 9 });
        assert!(LogId { term: 2, index: 3 } > LogId { term: 2, index: 2 });
    }
}
