//! The clock of the current world, with `std::time`'s face.

use crate::base::{NEVER, ORIGIN, ns};
use crate::kernel::world;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::sync::LazyLock;

pub use std::time::Duration;

static REAL_ORIGIN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);

/// A moment of the clock of the calling thread: virtual time in a simulation (as its node's clock
/// shows it), real time otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The present moment.
    #[inline]
    pub fn now() -> Instant {
        match world::kernel() {
            Some(kernel) => Instant(ORIGIN + kernel.local_now()),
            None => Instant(ORIGIN + ns(REAL_ORIGIN.elapsed())),
        }
    }

    /// How long ago this was; zero if it lies ahead.
    pub fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(*self)
    }

    /// Time from `earlier` to this; zero if `earlier` is later.
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }

    /// Time from `earlier` to this; zero if `earlier` is later.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Time from `earlier` to this, unless `earlier` is later.
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_nanos)
    }

    /// The moment `after` later, unless it lies beyond what the clock can show.
    pub fn checked_add(&self, after: Duration) -> Option<Instant> {
        let after = u64::try_from(after.as_nanos()).ok()?;
        self.0.checked_add(after).map(Instant)
    }

    /// The moment `before` earlier, unless it lies before what the clock can show.
    pub fn checked_sub(&self, before: Duration) -> Option<Instant> {
        let before = u64::try_from(before.as_nanos()).ok()?;
        self.0.checked_sub(before).map(Instant)
    }

    /// The end of a wait that begins now; a wait beyond the clock's end has none.
    pub(crate) fn after(timeout: Duration) -> Option<Instant> {
        Instant::now().checked_add(timeout)
    }

    /// The moment in ns of the run, on the calling thread's clock.
    pub(crate) fn local_ns(self) -> u64 {
        self.0.saturating_sub(ORIGIN)
    }

    /// The same moment on std's clock, in the real world.
    pub(crate) fn to_std(self) -> std::time::Instant {
        let origin = *REAL_ORIGIN;
        let ahead = Duration::from_nanos(self.0.saturating_sub(ORIGIN));
        origin.checked_add(ahead).unwrap_or(origin)
    }

    pub(crate) fn from_std(at: std::time::Instant) -> Instant {
        Instant(ORIGIN + ns(at.saturating_duration_since(*REAL_ORIGIN)))
    }
}

/// The end of a wait in ns, on the clock of whoever waits.
pub(crate) fn deadline(end: Option<Instant>) -> u64 {
    end.map_or(NEVER, Instant::local_ns)
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Duration::from_nanos(self.local_ns()))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, after: Duration) -> Instant {
        self.checked_add(after)
            .expect("a moment beyond the end of the clock")
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, after: Duration) {
        *self = *self + after;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, before: Duration) -> Instant {
        self.checked_sub(before)
            .expect("a moment before the beginning of the clock")
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, before: Duration) {
        *self = *self - before;
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

/// Time since the run began: virtual time that no node's clock rate bends, or, in the real world,
/// time since the process first asked.
pub fn since_start() -> Duration {
    match world::kernel() {
        Some(kernel) => Duration::from_nanos(kernel.true_now()),
        None => REAL_ORIGIN.elapsed(),
    }
}
