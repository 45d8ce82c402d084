//! What the kernel knows of the thread that talks to whoever is outside (`port.rs`).

use crate::base::{NEVER, TaskId};
use std::cell::Cell;

/// The thread; `TaskId::MAX` is none.
pub(super) struct Port {
    pub(super) task: Cell<TaskId>,
    /// Whether it rests, and until when at the latest.
    pub(super) rests: Cell<bool>,
    pub(super) until: Cell<u64>,
    /// Whether it is to run now, and whether that is since the others rest.
    pub(super) is_called: Cell<bool>,
    pub(super) was_idle: Cell<bool>,
}

impl Default for Port {
    fn default() -> Port {
        Port {
            task: Cell::new(TaskId::MAX),
            rests: Cell::new(false),
            until: Cell::new(NEVER),
            is_called: Cell::new(false),
            was_idle: Cell::new(false),
        }
    }
}
