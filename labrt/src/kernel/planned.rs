//! A plan, and what it has met so far.

use crate::base::{Choice, Plan};

/// A plan, and what it has met so far.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) met: Vec<Choice>,
    /// Choices that are met meanwhile are none.
    pub(super) is_held: bool,
}

impl Planned {
    pub(super) fn new(plan: Plan) -> Planned {
        Planned {
            plan,
            met: Vec::new(),
            is_held: false,
        }
    }
}
