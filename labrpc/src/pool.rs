//! The threads that handlers run on in the real world, where a fresh thread for each call would
//! cost more than the call.

use crate::spin::soon;
use labrt::Node;
use labrt::channel::{Sender, bounded};
use labrt::harness::{self, Mutex};
use std::sync::{Arc, Weak};

/// Threads that wait for work, the thread that ended its work last on top: its caches are warm. No
/// work ever waits for other work: without an idle thread, the pool grows.
pub(crate) struct Pool<W> {
    idle: Arc<Mutex<Vec<Sender<Task<W>>>>>,
}

/// What a worker is given: work, the node to do it on, and the worker's own address, which the
/// worker leaves with the idle ones when the work is done. A worker that waits holds no address of
/// its own, so that it notices the pool's end.
struct Task<W> {
    node: Node,
    work: W,
    worker: Sender<Task<W>>,
}

impl<W> Default for Pool<W> {
    fn default() -> Pool<W> {
        Pool {
            idle: Arc::default(),
        }
    }
}

impl<W: FnOnce() + Send + 'static> Pool<W> {
    /// Runs `work` on a thread of its own, which counts as one of `node` meanwhile.
    pub(crate) fn run(&self, node: Node, work: W) {
        let idle = self.idle.lock().pop();
        let worker = idle.unwrap_or_else(|| self.grow());
        // A worker waits for exactly one task once its address was left with the idle ones.
        let task = Task {
            node,
            work,
            worker: worker.clone(),
        };
        let sent = worker.send(task);
        debug_assert!(sent.is_ok(), "a worker that waits has not ended");
    }

    /// Adds a thread. It ends when the pool does.
    fn grow(&self) -> Sender<Task<W>> {
        let (sender, receiver) = bounded::<Task<W>>(1);
        let idle: Weak<_> = Arc::downgrade(&self.idle);
        let worker = move || {
            while let Some(task) = soon(&receiver).or_else(|| receiver.recv().ok()) {
                harness::run_as(&task.node, task.work);
                let Some(idle) = idle.upgrade() else { return };
                idle.lock().push(task.worker);
            }
        };
        if let Err(error) = harness::spawn_apart("rpc", worker) {
            harness::fail(format!("no thread for an RPC handler: {error}"));
        }
        sender
    }
}
