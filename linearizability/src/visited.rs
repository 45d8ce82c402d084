//! The configurations that the search has been in: none is worth a second visit.
//!
//! Nor is one that differs from a visited one only in that *more* of the pending operations have
//! taken effect. Those never have to: whatever can happen afterwards can also happen to the one
//! that has them still in hand. So for each round, state and set of open operations only the
//! smallest sets of used pending operations are kept.

use crate::hash::hash_of;
use crate::index::Index;
use crate::limits::Held;
use crate::mask::Mask;
use std::mem::needs_drop;

/// The configurations that the search has been in.
pub(crate) struct Visited<F, U> {
    index: Index,
    entries: Vec<Entry<F, U>>,
    heap_bytes: usize,
}

/// A configuration: so many rounds are over, of the open operations those in `done` have taken
/// effect, and of the pending ones those in `used`.
struct Entry<F, U> {
    round: u32,
    state: u32,
    done: F,
    used: U,
}

impl<F: Mask, U: Mask> Visited<F, U> {
    pub(crate) fn new() -> Visited<F, U> {
        Visited {
            index: Index::default(),
            entries: Vec::new(),
            heap_bytes: 0,
        }
    }

    /// Notes a configuration. `false` if it is not worth a visit.
    pub(crate) fn enter(&mut self, round: u32, state: u32, done: &F, used: &U) -> bool {
        let hash = hash_of((round, state, done));
        let is_place = |entry: &Entry<F, U>| {
            entry.round == round && entry.state == state && entry.done == *done
        };
        let entries = &self.entries;
        let mut covered = None;
        let covering = self.index.find(hash, |at| {
            let entry = &entries[at as usize];
            if is_place(entry) && used.is_subset(&entry.used) {
                covered = Some(at);
            }
            is_place(entry) && entry.used.is_subset(used)
        });
        if covering.is_some() {
            return false;
        }
        if let Some(covered) = covered {
            self.entries[covered as usize].used = used.clone(); // the old one says nothing more
            return true;
        }
        self.heap_bytes += done.heap_bytes() + used.heap_bytes();
        self.index.push(hash);
        self.entries.push(Entry {
            round,
            state,
            done: done.clone(),
            used: used.clone(),
        });
        true
    }

    /// How many configurations are kept.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Memory.
    pub(crate) fn held(&self) -> Held {
        let sets_per_entry = usize::from(needs_drop::<F>()) + usize::from(needs_drop::<U>());
        Held {
            bytes: self.heap_bytes
                + self.index.bytes()
                + self.entries.capacity() * size_of::<Entry<F, U>>(),
            allocations: sets_per_entry * self.entries.len(),
        }
    }
}
