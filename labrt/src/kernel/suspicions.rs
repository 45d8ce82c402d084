//! What has looked wrong in a run so far.

use super::timers::STEP;
use std::collections::BTreeSet;
use std::panic::Location;

/// The time over which a thread's scheduling points are counted.
pub(super) const WINDOW: u64 = 1_000_000_000;

/// More scheduling points than this in a window, and the thread is waiting by running: a quarter
/// of all that fit into it.
pub(super) const SPINNING: u64 = WINDOW / STEP / 4;

pub(super) type Place = (&'static str, u32, u32);

pub(super) fn place(at: &Location<'static>) -> Place {
    (at.file(), at.line(), at.column())
}

/// What looks wrong but does not end the run. Each is told once.
#[derive(Default)]
pub(super) struct Suspicions {
    pub(super) warnings: Vec<String>,
    pub(super) told: BTreeSet<(Place, Place)>,
    pub(super) spinning: BTreeSet<String>,
}

impl Suspicions {
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}
