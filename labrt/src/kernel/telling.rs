//! Events of threads, for the trace.

use super::scheduler::Kernel;
use super::task::Task;
use crate::base::{Body, Event, NO_NODE, NodeId};
use std::sync::Arc;
use std::time::Duration;

impl Kernel {
    /// Keeps an event of the running thread's.
    pub(crate) fn record(&self, body: Arc<dyn Body>) {
        let tasks = self.tasks.borrow();
        self.record_of(&tasks[self.current.get() as usize], body);
    }

    /// Keeps an event of this thread's.
    pub(super) fn record_of(&self, task: &Task, body: Arc<dyn Body>) {
        self.recorder.keep(Event {
            at: Duration::from_nanos(self.now.get()),
            node: (task.node != NO_NODE).then_some(NodeId(task.node)),
            thread: task.name.clone(),
            body,
        });
    }
}
