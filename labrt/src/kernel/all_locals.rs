//! What simulated threads keep for themselves.

use crate::base::Locals;
use std::cell::{Cell, RefCell};

/// What each thread keeps.
#[derive(Default)]
pub(super) struct AllLocals {
    pub(super) by_slot: RefCell<Vec<Locals>>,
    /// How many there are, those that are gone included: most programs have none, and no
    /// thread that ends has to look.
    pub(super) count: Cell<usize>,
}

impl Drop for AllLocals {
    fn drop(&mut self) {
        // Whose threads were abandoned, with all that stands on their stacks.
        let left = self.by_slot.get_mut().iter_mut();
        left.for_each(Locals::clear);
    }
}
