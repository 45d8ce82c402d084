//! Time: what becomes due when. Entries are never taken out early; a slot whose deadline moved
//! back is looked at when its old entry comes up, and pushed again. So a thread that waits with a
//! timeout a million times keeps one entry, not a million.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A thread's deadline.
    Task(u32),
    /// The end of a node's pause.
    Node(u32),
}

#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(u64, u64, Due)>>,
    /// Breaks ties: first armed, first due.
    sequence: u64,
}

impl Timers {
    /// Adds an entry for time `at`, in ns of virtual time.
    pub(crate) fn push(&mut self, at: u64, due: Due) {
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence, due)));
    }

    /// Time of the earliest entry.
    pub(crate) fn earliest(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the earliest entry if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<(u64, Due)> {
        if self.earliest()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Entries come out by time, and among equals in the order they went in.
        #[test]
        fn entries_come_out_in_order(times in proptest::collection::vec(0u64..50, 0..200)) {
            let mut timers = Timers::default();
            for (number, at) in times.iter().enumerate() {
                timers.push(*at, Due::Task(number as u32));
            }
            let mut model: Vec<_> = times.iter().copied().zip(0u32..).collect();
            model.sort();
            let mut seen = Vec::new();
            for now in 0..50 {
                while let Some((at, Due::Task(number))) = timers.pop_due(now) {
                    prop_assert!(at <= now);
                    seen.push((at, number));
                }
                prop_assert!(timers.earliest().is_none_or(|at| at > now));
            }
            prop_assert_eq!(seen, model);
        }
    }
}
