//! What goes to the service (Figure 2, "All Servers": apply what is committed, in order).

use crate::state::State;
use labapi::ApplyMsg;

impl State {
    /// Everything that is committed and that the service has yet to hear of.
    pub(crate) fn take_applicable(&mut self) -> Vec<ApplyMsg> {
        todo!("3B: hand out committed entries, each once and in order; 3D: a snapshot first");
    }
}
