//! Fuses: what a harness does to a node on the node's own thread, at a scheduling point that it has
//! counted in advance.

use super::node_state::Fuse;
use super::scheduler::Kernel;

impl Kernel {
    /// Calls `act` on whichever thread of `node` reaches the node's `points`-th scheduling point
    /// from now on. A second fuse takes the place of the first.
    pub(crate) fn light_fuse(&self, node: u32, points: u64, act: Box<dyn FnOnce()>) {
        if self.node_crashed(node) {
            return;
        }
        let left = points.max(1);
        let fuse = &mut self.nodes.borrow_mut()[node as usize].fuse;
        let before = fuse.replace(Fuse { left, act });
        if before.is_none() {
            self.fuses.set(self.fuses.get() + 1);
        }
        self.alarm.set(0);
    }

    /// The fuse of a node, which it then has no more.
    pub(super) fn take_fuse(&self, node: u32) -> Option<Fuse> {
        let fuse = self.nodes.borrow_mut()[node as usize].fuse.take();
        if fuse.is_some() {
            self.fuses.set(self.fuses.get() - 1);
        }
        fuse
    }

    /// The running thread has reached a scheduling point while a fuse burns, maybe its node's.
    #[cold]
    pub(super) fn burn(&self) {
        let node = self.current_node();
        let has_come = {
            let mut nodes = self.nodes.borrow_mut();
            let fuse = nodes.get_mut(node as usize);
            fuse.and_then(|node| node.fuse.as_mut())
                .is_some_and(|fuse| {
                    fuse.left -= 1;
                    fuse.left == 0
                })
        };
        if has_come && let Some(fuse) = self.take_fuse(node) {
            (fuse.act)();
        }
    }
}
