//! How much a check may take: time and memory. Whoever runs into a limit has no verdict, and says
//! so.
//!
//! The clock is looked at once in a thousand small steps, some microseconds apart, which costs
//! nothing and holds a deadline far more exactly than anybody can see. Memory is summed up at the
//! same moments.

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

    /// A clock that starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a check's deadline is in real time"
    )]
    pub(crate) fn clock(&self) -> impl Fn() -> bool + use<> {
        let deadline = self.time.and_then(|time| Instant::now().checked_add(time));
        move || deadline.is_some_and(|deadline| Instant::now() >= deadline)
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

/// The work between two looks at the clock. A unit is about ten nanoseconds.
const UNITS_PER_LOOK: u32 = 1024;

/// What a search may still take.
pub(crate) struct Budget<'c> {
    expired: &'c dyn Fn() -> bool,
    memory_bytes: usize,
    /// What other searches hold that will go on later.
    held_bytes: usize,
    units_to_look: u32,
    /// All units that were ever spent.
    spent: u64,
}

impl<'c> Budget<'c> {
    /// Until `expired` says so, or more memory is taken.
    pub(crate) fn new(expired: &'c dyn Fn() -> bool, memory_bytes: usize) -> Budget<'c> {
        Budget {
            expired,
            memory_bytes,
            held_bytes: 0,
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

    /// The limit that has been reached, if any, by one who holds so many bytes.
    pub(crate) fn limit(&mut self, bytes: usize) -> Option<Limit> {
        self.units_to_look = UNITS_PER_LOOK;
        if (self.expired)() {
            return Some(Limit::Time);
        }
        (self.held_bytes + bytes > self.memory_bytes).then_some(Limit::Memory)
    }

    /// Says what the searches hold that are not running.
    pub(crate) fn set_held(&mut self, bytes: usize) {
        self.held_bytes = bytes;
    }

    /// All units that were ever spent.
    pub(crate) fn spent(&self) -> u64 {
        self.spent
    }
}
