//! Nodes of the real world: their threads are the system's, which nobody can stop or hold back.

use crate::base::NodeId;
use parking_lot::Mutex;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// What is known of a node without a kernel.
#[derive(Debug)]
pub(crate) struct RealNode {
    pub(crate) name: Arc<str>,
    crashed: AtomicBool,
    /// Threads that have not ended; the kernel counts simulated ones.
    live: AtomicUsize,
}

impl RealNode {
    pub(crate) fn new(name: Arc<str>) -> Arc<RealNode> {
        Arc::new(RealNode {
            name,
            crashed: AtomicBool::new(false),
            live: AtomicUsize::new(0),
        })
    }

    pub(crate) fn crash(&self) {
        self.crashed.store(true, Ordering::Release);
    }

    pub(crate) fn is_crashed(&self) -> bool {
        self.crashed.load(Ordering::Acquire)
    }

    pub(crate) fn live_threads(&self) -> usize {
        self.live.load(Ordering::Acquire)
    }
}

/// The nodes of the real world, so that a thread's children find theirs.
static NODES: Mutex<Vec<Weak<RealNode>>> = Mutex::new(Vec::new());

thread_local! {
    static CURRENT: RefCell<Option<(NodeId, Arc<RealNode>)>> = const { RefCell::new(None) };
}

/// Gives a node its number.
pub(crate) fn add(node: &Arc<RealNode>) -> NodeId {
    let mut nodes = NODES.lock();
    nodes.push(Arc::downgrade(node));
    NodeId(nodes.len() as u32 - 1)
}

/// The node of the calling thread.
pub(crate) fn current() -> Option<NodeId> {
    CURRENT.with_borrow(|node| node.as_ref().map(|(id, _)| *id))
}

/// Whether the calling thread belongs to a node; also while its locals are being destroyed.
pub(crate) fn is_on_one() -> bool {
    let is_on_one = CURRENT.try_with(|node| node.try_borrow().is_ok_and(|node| node.is_some()));
    is_on_one.unwrap_or(false)
}

/// The name of the calling thread's node.
pub(crate) fn current_name() -> Option<Arc<str>> {
    CURRENT.with_borrow(|node| node.as_ref().map(|(_, node)| node.name.clone()))
}

/// Whether the node of the calling thread was marked as crashed.
pub(crate) fn current_crashed() -> bool {
    CURRENT.with_borrow(|node| node.as_ref().is_some_and(|(_, node)| node.is_crashed()))
}

/// Runs `f` as (part of) a thread of `node`.
pub(crate) fn run_thread<T>(node: Option<NodeId>, f: impl FnOnce() -> T) -> T {
    let found = node.and_then(|id| NODES.lock().get(id.0 as usize)?.upgrade());
    let Some((id, node)) = node.zip(found) else {
        return f();
    };
    node.live.fetch_add(1, Ordering::AcqRel);
    let before = CURRENT.replace(Some((id, node.clone())));
    let _leave = Leave { before, node };
    f()
}

/// Undoes what `run_thread` did, also when the thread panics.
struct Leave {
    before: Option<(NodeId, Arc<RealNode>)>,
    node: Arc<RealNode>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
        self.node.live.fetch_sub(1, Ordering::AcqRel);
    }
}
