//! What the kernel knows of one node.

use crate::base::{END, NEVER, TaskId};
use std::sync::Arc;

/// A node: its threads crash and pause together, and share a clock.
pub(super) struct NodeState {
    pub(super) name: Arc<str>,
    pub(super) crashed: bool,
    /// Threads of the node that have not ended.
    pub(super) live: usize,
    pub(super) pause_ends: Option<u64>,
    /// Threads that became ready while the node was paused.
    pub(super) stash: Vec<TaskId>,
    pub(super) clock: Clock,
    pub(super) fuse: Option<Fuse>,
}

impl NodeState {
    pub(super) fn new(name: Arc<str>) -> NodeState {
        NodeState {
            name,
            crashed: false,
            live: 0,
            pause_ends: None,
            stash: Vec::new(),
            clock: Clock::TRUE,
            fuse: None,
        }
    }
}

/// What is to happen on a node, and after how many more scheduling points of its threads.
pub(super) struct Fuse {
    pub(super) left: u64,
    pub(super) act: Box<dyn FnOnce()>,
}

/// A clock that may run fast or slow since a moment.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    rate: f64,
    /// The moment, in true virtual ns, and what the clock showed then.
    since: u64,
    shown: u64,
}

impl Clock {
    pub(super) const TRUE: Clock = Clock {
        rate: 1.0,
        since: 0,
        shown: 0,
    };

    /// Whether it shows true virtual time, and always has.
    #[inline]
    pub(super) fn is_true(&self) -> bool {
        self.rate == 1.0 && self.since == 0
    }

    /// The same clock, running `rate` times as fast from `now` on.
    pub(super) fn at_rate(&self, rate: f64, now: u64) -> Clock {
        Clock {
            rate,
            since: now,
            shown: self.show(now),
        }
    }

    /// The same clock, showing `leap` more from `now` on.
    pub(super) fn ahead(&self, leap: u64, now: u64) -> Clock {
        Clock {
            shown: self.show(now).saturating_add(leap).min(END),
            ..self.at_rate(self.rate, now)
        }
    }

    pub(super) fn show(&self, now: u64) -> u64 {
        self.shown + ((now - self.since) as f64 * self.rate) as u64
    }

    /// The true time at which the clock will show `shown`; beyond the end of time, `NEVER`.
    pub(super) fn when(&self, shown: u64) -> u64 {
        let ahead = shown.saturating_sub(self.shown) as f64 / self.rate;
        let when = self.since.saturating_add(ahead.ceil() as u64);
        if when > END { NEVER } else { when }
    }
}
