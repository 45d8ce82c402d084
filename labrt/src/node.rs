//! Nodes: the machines of the cluster under test. A node is the threads that were spawned on it,
//! and their children; they crash, pause and drift together.

use crate::thread::{Builder, JoinHandle};
use crate::world;
use parking_lot::Mutex;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// The number of a node within its run, in the order in which nodes were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.0)
    }
}

/// A machine of the cluster. A handle: clones are the same node.
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    crashed: AtomicBool,
    /// Threads of a real node that have not ended; the kernel counts simulated ones.
    live: AtomicUsize,
}

/// The nodes of the real world, so that a thread's children find theirs.
static REAL: Mutex<Vec<std::sync::Weak<Shared>>> = Mutex::new(Vec::new());

thread_local! {
    static REAL_NODE: RefCell<Option<Node>> = const { RefCell::new(None) };
}

impl Node {
    /// Adds a node to the current run.
    pub fn new(name: &str) -> Node {
        let name: Arc<str> = name.into();
        let shared = Arc::new(Shared {
            name: name.clone(),
            crashed: AtomicBool::new(false),
            live: AtomicUsize::new(0),
        });
        let id = match world::kernel() {
            Some(kernel) => kernel.add_node(name),
            None => {
                let mut nodes = REAL.lock();
                nodes.push(Arc::downgrade(&shared));
                nodes.len() as u32 - 1
            }
        };
        Node {
            id: NodeId(id),
            shared,
        }
    }

    /// Its number.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its name, as reports and logs show it.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Starts a thread on this node. On a node that has crashed it never runs.
    #[track_caller]
    pub fn spawn<T, F>(&self, thread: &str, f: F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let builder = Builder::new().name(thread.to_string()).node(self.id);
        builder.spawn(f).expect("failed to spawn thread")
    }

    /// Simulated: stops every thread of this node where it stands, even in a critical section, and
    /// unwinds it; what its destructors do reaches neither network nor disk. A thread that
    /// crashes its own node does not return from here. Real threads cannot be stopped from
    /// outside: there the node is only marked.
    pub fn crash(&self) {
        self.shared.crashed.store(true, Ordering::Release);
        if let Some(kernel) = world::kernel() {
            kernel.point();
            kernel.crash(self.id.0);
        }
    }

    /// Whether `crash` was called.
    pub fn is_crashed(&self) -> bool {
        self.shared.crashed.load(Ordering::Acquire)
    }

    /// Simulated: lets no thread of this node run for `duration`, as a long garbage collection or
    /// a stopped virtual machine would. No effect in the real world.
    pub fn pause(&self, duration: Duration) {
        if let Some(kernel) = world::kernel() {
            kernel.pause(self.id.0, duration.as_nanos() as u64);
        }
    }

    /// Simulated: from now on the node's clock runs `rate` times as fast as true virtual time
    /// (1.0 is true). No effect in the real world.
    ///
    /// # Panics
    /// If `rate` is not a finite number above 0.
    pub fn set_clock_rate(&self, rate: f64) {
        if let Some(kernel) = world::kernel() {
            kernel.set_clock_rate(self.id.0, rate);
        }
    }

    /// How many threads of this node have not ended.
    pub fn live_threads(&self) -> usize {
        match world::kernel() {
            Some(kernel) => kernel.live_threads(self.id.0),
            None => self.shared.live.load(Ordering::Acquire),
        }
    }

    /// The names of this node's threads that have not ended; empty in the real world.
    pub fn live_thread_names(&self) -> Vec<String> {
        world::kernel()
            .map(|kernel| kernel.live_thread_names(self.id.0))
            .unwrap_or_default()
    }
}

/// The node of the calling thread, in the real world.
pub(crate) fn current_real() -> Option<NodeId> {
    REAL_NODE.with_borrow(|node| node.as_ref().map(|node| node.id))
}

/// The name of the calling thread's node, in either world.
pub fn current_name() -> Option<Arc<str>> {
    match world::kernel() {
        Some(kernel) => kernel.node_name(kernel.current_node()),
        None => REAL_NODE.with_borrow(|node| node.as_ref().map(|node| node.shared.name.clone())),
    }
}

/// The node of the calling thread, in either world.
pub fn current_id() -> Option<NodeId> {
    match world::kernel() {
        Some(kernel) => {
            let node = kernel.current_node();
            (node != crate::kernel::NO_NODE).then_some(NodeId(node))
        }
        None => current_real(),
    }
}

/// Whether the node of the calling real thread was marked as crashed.
pub(crate) fn current_real_crashed() -> bool {
    REAL_NODE.with_borrow(|node| node.as_ref().is_some_and(Node::is_crashed))
}

/// Runs `f` as (part of) a thread of `node`.
pub(crate) fn run_real_thread<T>(node: Option<NodeId>, f: impl FnOnce() -> T) -> T {
    let shared = node.and_then(|id| REAL.lock().get(id.0 as usize)?.upgrade());
    let Some((id, shared)) = node.zip(shared) else {
        return f();
    };
    shared.live.fetch_add(1, Ordering::AcqRel);
    let before = REAL_NODE.replace(Some(Node {
        id,
        shared: shared.clone(),
    }));
    let _leave = Leave { before, shared };
    f()
}

/// Undoes what `run_real_thread` did, also when the thread panics.
struct Leave {
    before: Option<Node>,
    shared: Arc<Shared>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        REAL_NODE.set(self.before.take());
        self.shared.live.fetch_sub(1, Ordering::AcqRel);
    }
}
