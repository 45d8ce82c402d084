//! Time: what becomes due when. Entries are never taken out early; a slot whose deadline moved
//! back is looked at when its old entry comes up, and pushed again. So a thread that waits with a
//! timeout a million times keeps one entry, not a million.

use crate::base::NEVER;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Virtual cost of a scheduling point, in ns: small against every timeout of the labs, and enough
/// that a loop which only spins moves the clock.
pub(crate) const STEP: u64 = 250;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A thread's deadline.
    Task(u32),
    /// The end of a node's pause.
    Node(u32),
}

/// The times of a thread's entries, as far as anybody needs to know: the two earliest. Two, since
/// short waits come between long ones: whoever calls over a network is willing to wait long for
/// the answer, then waits a moment until it arrives, and calls again. Other entries come up too,
/// and mean nothing.
#[derive(Clone, Copy)]
pub(crate) struct Armed {
    first: u64,
    second: u64,
}

impl Default for Armed {
    fn default() -> Armed {
        Armed {
            first: NEVER,
            second: NEVER,
        }
    }
}

impl Armed {
    /// Whether a wait until `deadline` needs an entry, which then counts as added: no other comes
    /// up before.
    pub(crate) fn needs(&mut self, deadline: u64) -> bool {
        let is_needed = deadline < self.first;
        if is_needed {
            self.second = std::mem::replace(&mut self.first, deadline);
        }
        is_needed
    }

    /// The entry for time `at` came up. Whether it means anything.
    pub(crate) fn came_up(&mut self, at: u64) -> bool {
        let counts = at == self.first;
        if counts {
            self.first = std::mem::replace(&mut self.second, NEVER);
        }
        counts
    }
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

    #[test]
    fn short_waits_within_a_long_one_leave_its_entry_alone() {
        let mut armed = Armed::default();
        assert!(armed.needs(100));
        for now in (10..90).step_by(10) {
            assert!(!armed.needs(now + 100), "the entry at 100 comes up before");
            assert!(armed.needs(now + 1));
            assert!(armed.came_up(now + 1));
        }
        assert!(armed.came_up(100));
        assert!(!armed.came_up(100));
        assert!(armed.needs(190));
    }

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
