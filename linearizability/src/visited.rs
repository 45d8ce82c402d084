//! The configurations that the search has been in: none is worth a second visit.
//!
//! Nor is one that differs from a visited one only in that *more* of the pending operations have
//! taken effect. Those never have to: whatever can happen afterwards can also happen to the one
//! that has them still in hand. So for each round, state and set of open operations only the
//! smallest sets of used pending operations are kept.

use crate::hash::Build;
use crate::mask::Mask;
use crate::timeline::NONE;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// What a configuration is, but for the pending operations.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place<F> {
    round: u32,
    state: u32,
    done: F,
}

/// The table is in so many parts, each of which grows alone: growing a whole one of millions would
/// take longer than a deadline may be missed by.
const PARTS: usize = 64;

/// The configurations that the search has been in.
pub(crate) struct Visited<F, U> {
    /// For each place, the first of its sets in `used`.
    first: Vec<HashMap<Place<F>, u32, Build>>,
    used: Vec<Used<U>>,
    heap_bytes: usize,
}

struct Used<U> {
    set: U,
    next: u32,
}

impl<F: Mask, U: Mask> Visited<F, U> {
    pub(crate) fn new() -> Visited<F, U> {
        Visited {
            first: (0..PARTS).map(|_| HashMap::default()).collect(),
            used: Vec::new(),
            heap_bytes: 0,
        }
    }

    /// Notes a configuration. `false` if it is not worth a visit.
    pub(crate) fn enter(&mut self, round: u32, state: u32, done: &F, used: &U) -> bool {
        let place = Place {
            round,
            state,
            done: done.clone(),
        };
        let next = self.used.len() as u32;
        // The middle of the hash: a part's own table looks at both ends.
        let part = (Build::default().hash_one(&place) >> 32) as usize % PARTS;
        let first = self.first[part].entry(place).or_insert(NONE);
        let mut at = *first;
        while at != NONE {
            let other = &mut self.used[at as usize];
            if other.set.is_subset(used) {
                return false;
            }
            if used.is_subset(&other.set) {
                other.set = used.clone(); // it covers all that the other one did
                return true;
            }
            at = other.next;
        }
        self.heap_bytes += done.heap_bytes() + used.heap_bytes();
        self.used.push(Used {
            set: used.clone(),
            next: *first,
        });
        *first = next;
        true
    }

    /// How many configurations are kept.
    pub(crate) fn len(&self) -> usize {
        self.used.len()
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.heap_bytes
            + self.first.iter().map(HashMap::capacity).sum::<usize>()
                * (size_of::<(Place<F>, u32)>() + 1)
            + self.used.capacity() * size_of::<Used<U>>()
    }
}
