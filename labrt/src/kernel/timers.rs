//! Time: what becomes due when. Entries are never taken out early; a slot whose deadline moved
//! back is looked at when its old entry comes up, and pushed again. So a thread that waits with a
//! timeout a million times keeps one entry, not a million.

use crate::base::NEVER;
use std::collections::VecDeque;

/// Virtual cost of a scheduling point, in ns: small against every timeout of the labs, and enough
/// that a loop which only spins moves the clock.
pub(crate) const STEP: u64 = 250;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A radix heap: an entry stands among those whose times differ from the present in the same
/// highest bit. It moves on only when its time comes near, a few steps in all, and meanwhile costs
/// nothing, however many there are. Entries of one time always stand together, first armed first.
pub(crate) struct Timers {
    /// The time of the latest entry that has come up; what is added for a time before is due.
    last: u64,
    /// What is due at `last`.
    due: VecDeque<(u64, Due)>,
    /// What is due later, by the highest bit in which its time differs from `last`.
    later: [Vec<(u64, Due)>; BITS],
    /// The earliest time in each of them.
    firsts: [u64; BITS],
    /// Which of them are not empty: a bit for each.
    occupied: u64,
}

const BITS: usize = u64::BITS as usize;

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            last: 0,
            due: VecDeque::new(),
            later: [const { Vec::new() }; BITS],
            firsts: [NEVER; BITS],
            occupied: 0,
        }
    }
}

impl Timers {
    /// Adds an entry for time `at`, in ns of virtual time.
    pub(crate) fn push(&mut self, at: u64, due: Due) {
        if at <= self.last {
            return self.due.push_back((at, due));
        }
        let bit = (at ^ self.last).ilog2() as usize;
        self.later[bit].push((at, due));
        self.firsts[bit] = self.firsts[bit].min(at);
        self.occupied |= 1 << bit;
    }

    /// Time of the earliest entry.
    pub(crate) fn earliest(&self) -> Option<u64> {
        match (self.due.front(), self.occupied) {
            (Some((at, _)), _) => Some(*at),
            (None, 0) => None,
            (None, occupied) => Some(self.firsts[occupied.trailing_zeros() as usize]),
        }
    }

    /// Takes the earliest entry if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<(u64, Due)> {
        if self.due.is_empty() {
            let first = self.earliest().filter(|first| *first <= now)?;
            self.come_to(first);
        }
        self.due.pop_front()
    }

    /// The earliest entry, at `first`, has come up, and the next ones are near.
    fn come_to(&mut self, first: u64) {
        let bit = self.occupied.trailing_zeros() as usize;
        self.last = first;
        self.occupied &= !(1 << bit);
        self.firsts[bit] = NEVER;
        let mut near = std::mem::take(&mut self.later[bit]);
        for (at, due) in near.drain(..) {
            self.push(at, due); // where a lower bit differs, or none
        }
        self.later[bit] = near;
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

        /// Also when some are added while others come up, near and far, and some too late.
        #[test]
        fn entries_may_be_added_at_any_time(
            steps in proptest::collection::vec((0u64..1 << 40, 0u32..41, 0u64..1 << 20), 0..300)
        ) {
            let (mut timers, mut now, mut number) = (Timers::default(), 0u64, 0);
            let mut model: Vec<(u64, u32)> = Vec::new();
            for (ahead, bits, later) in steps {
                let at = now.saturating_sub(3) + (ahead & ((1 << bits) - 1));
                timers.push(at, Due::Task(number));
                model.push((at.max(now), number));
                number += 1;
                model.sort();
                let first = model.first().map(|(at, _)| *at);
                prop_assert_eq!(timers.earliest().map(|at| at.max(now)), first);
                now += later;
                let due = model.partition_point(|(at, _)| *at <= now);
                for (at, number) in model.drain(..due) {
                    let Some((due, Due::Task(came))) = timers.pop_due(now) else {
                        return Err(TestCaseError::fail("nothing came up"));
                    };
                    prop_assert_eq!(came, number);
                    prop_assert!(due <= at);
                }
                prop_assert!(timers.pop_due(now).is_none());
            }
        }
    }
}
