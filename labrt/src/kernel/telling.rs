//! Events of threads, for the trace.

use super::scheduler::Kernel;
use super::task::Task;
use crate::base::{Body, Head, NO_NODE, NodeId};
use std::time::Duration;

impl Kernel {
    /// Keeps an event of the running thread's.
    pub(crate) fn record<B: Body>(&self, body: B) {
        let tasks = self.tasks.borrow();
        self.record_of(&tasks[self.current.get() as usize], body);
    }

    /// Keeps an event of this thread's.
    pub(super) fn record_of<B: Body>(&self, task: &Task, body: B) {
        let head = Head {
            at: Duration::from_nanos(self.now.get()),
            node: (task.node != NO_NODE).then_some(NodeId(task.node)),
            thread: task.name.clone(),
        };
        self.recorder.keep(head, body);
    }
}
