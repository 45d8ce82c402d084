//! Numbers that name things, and the ones that name none.

use std::fmt;
use std::time::Duration;

/// The number of a node within its run, in the order in which nodes were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.0)
    }
}

/// A thread's slot in its kernel. Slots are used again; a generation tells their users apart.
pub(crate) type TaskId = u32;

/// No node: the thread belongs to the harness.
pub(crate) const NO_NODE: u32 = u32::MAX;

/// No deadline.
pub(crate) const NEVER: u64 = u64::MAX;

/// The end of virtual time, in ns: 292 years. What would come later never comes.
pub(crate) const END: u64 = u64::MAX / 2;

/// A time span in ns; one that is too long to be counted never ends.
pub(crate) fn ns(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(NEVER)
}

/// What every clock shows when a run begins, in ns. Above zero, so that "ten seconds ago" exists
/// from the start.
pub(crate) const ORIGIN: u64 = 1_000_000 * 1_000_000_000;

/// The wall clock's time when a simulated run begins, in ns since 1970: the day on which the
/// extended Raft paper was presented (19 June 2014, USENIX ATC).
pub(crate) const BEGIN_WALL: u64 = 1_403_136_000 * 1_000_000_000;
