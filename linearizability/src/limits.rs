//! How much a check may take: time and memory. Whoever runs into a limit has no verdict, and says
//! so.
//!
//! The clock is looked at once in a thousand small steps, less than a millisecond apart. That costs
//! nothing, and holds a deadline more exactly than anybody can see. Memory is summed up at the same
//! moments. What is held must be given back before the deadline too, and millions of states take
//! their time: a check ends so much earlier.

use std::ops::{Add, Sub};
use std::time::{Duration, Instant};

/// What a check may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time on the machine's clock. `None` is without limit.
    pub time: Option<Duration>,
    /// What the search may remember, in bytes, as it counts them itself.
    pub memory_bytes: usize,
}

impl Default for Limits {
    /// No limit on time, and half a gibibyte.
    fn default() -> Self {
        Limits {
            time: None,
            memory_bytes: 512 << 20,
        }
    }
}

impl Limits {
    /// The default, but with that much time.
    pub fn within(time: Duration) -> Limits {
        Limits {
            time: Some(time),
            ..Limits::default()
        }
    }

    /// A clock that starts now. It says whether time will be out after so much more of it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a check's deadline is in real time"
    )]
    pub(crate) fn clock(&self) -> impl Fn(Duration) -> bool + use<> {
        let deadline = self.time.and_then(|time| Instant::now().checked_add(time));
        move |more| deadline.is_some_and(|deadline| Instant::now() + more >= deadline)
    }
}

/// Memory that a part of a search holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    /// All of it, in bytes.
    pub(crate) bytes: usize,
    /// How many pieces must be given back one by one.
    pub(crate) allocations: usize,
}

impl Held {
    /// What giving it back takes: measured, and rounded up.
    fn time_to_free(self) -> Duration {
        let nanoseconds = 50 * self.allocations + self.bytes / 10;
        Duration::from_nanos(nanoseconds as u64)
    }
}

impl Add for Held {
    type Output = Held;

    fn add(self, other: Held) -> Held {
        Held {
            bytes: self.bytes + other.bytes,
            allocations: self.allocations + other.allocations,
        }
    }
}

impl Sub for Held {
    type Output = Held;

    fn sub(self, other: Held) -> Held {
        Held {
            bytes: self.bytes - other.bytes,
            allocations: self.allocations - other.allocations,
        }
    }
}

/// Which limit a check ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::time`].
    Time,
    /// [`Limits::memory_bytes`].
    Memory,
}

/// The work between two looks at the clock. A unit is some tens of nanoseconds.
const UNITS_PER_LOOK: u32 = 1024;

/// What a search may still take.
pub(crate) struct Budget<'c> {
    /// Whether time will be out after so much more of it.
    out_in: &'c dyn Fn(Duration) -> bool,
    memory_bytes: usize,
    /// What other searches hold that will go on later.
    held_by_others: Held,
    units_to_look: u32,
    /// All units that were ever spent.
    spent: u64,
}

impl<'c> Budget<'c> {
    /// Until `out_in` says so, or more memory is taken.
    pub(crate) fn new(out_in: &'c dyn Fn(Duration) -> bool, memory_bytes: usize) -> Budget<'c> {
        Budget {
            out_in,
            memory_bytes,
            held_by_others: Held::default(),
            units_to_look: UNITS_PER_LOOK,
            spent: 0,
        }
    }

    /// Counts work. `true` if it is time to ask [`Budget::limit`].
    #[inline]
    pub(crate) fn spend(&mut self, units: u32) -> bool {
        self.spent += u64::from(units);
        self.units_to_look = self.units_to_look.saturating_sub(units);
        self.units_to_look == 0
    }

    /// The limit that has been reached, if any, by one who holds so much.
    pub(crate) fn limit(&mut self, held: Held) -> Option<Limit> {
        self.units_to_look = UNITS_PER_LOOK;
        let held = held + self.held_by_others;
        if (self.out_in)(held.time_to_free()) {
            return Some(Limit::Time);
        }
        (held.bytes > self.memory_bytes).then_some(Limit::Memory)
    }

    /// Says what the searches hold that are not running.
    pub(crate) fn set_held(&mut self, held: Held) {
        self.held_by_others = held;
    }

    /// All units that were ever spent.
    pub(crate) fn spent(&self) -> u64 {
        self.spent
    }
}
