//! Nodes: the machines of the cluster under test. A node is the threads that were spawned on it,
//! and their children; they crash, pause and drift together.

pub use crate::base::NodeId;

use crate::base::{NO_NODE, ns};
use crate::kernel::world;
use crate::real_node::{self, RealNode};
use crate::thread::{Builder, JoinHandle};
use std::sync::Arc;
use std::time::Duration;

/// A machine of the cluster. A handle: clones are the same node.
///
/// ```
/// use labrt::time::{Duration, since_start};
/// use labrt::{Node, Simulation, thread};
///
/// let report = Simulation::new(1).run(|| {
///     let (slow, broken) = (Node::new("slow"), Node::new("broken"));
///     slow.set_clock_rate(0.5);
///     let sleeper = slow.spawn("sleeper", || thread::sleep(Duration::from_secs(10)));
///     broken.spawn("server", || loop { thread::park() });
///     broken.crash();
///     assert_eq!((slow.live_threads(), broken.live_threads()), (1, 0));
///     sleeper.join().unwrap();
///     since_start().as_secs()
/// });
/// assert_eq!(report.outcome, Ok(20)); // ten seconds by its own clock
/// ```
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    real: Arc<RealNode>,
}

impl Node {
    /// Adds a node to the current run.
    pub fn new(name: &str) -> Node {
        let name: Arc<str> = name.into();
        let real = RealNode::new(name.clone());
        let id = match world::kernel() {
            Some(kernel) => NodeId(kernel.add_node(name)),
            None => real_node::add(&real),
        };
        Node { id, real }
    }

    /// Its number.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its name, as reports and logs show it.
    pub fn name(&self) -> &str {
        &self.real.name
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
    /// unwinds it; what its destructors do reaches neither network nor disk. A thread that catches
    /// that (with `catch_unwind`) is unwound again at its next operation, and after a hundred
    /// times left where it stands, with the locks that it holds. A thread that crashes its own
    /// node does not return from here. Real threads cannot be stopped from outside: there the node
    /// is only marked.
    pub fn crash(&self) {
        self.real.crash();
        if let Some(kernel) = world::kernel() {
            kernel.point();
            kernel.crash(self.id.0);
        }
    }

    /// Whether `crash` was called.
    pub fn is_crashed(&self) -> bool {
        self.real.is_crashed()
    }

    /// Simulated: lets no thread of this node run for `duration` of true virtual time, as a long
    /// garbage collection or a stopped virtual machine would. Timeouts go on meanwhile, and are
    /// over when the node goes on; who [visits](crate::harness::visit) it waits as well. A second
    /// pause can only prolong the first; one that ends after 292 years or more never ends. No
    /// effect on a node that has crashed, and none in the real world.
    pub fn pause(&self, duration: Duration) {
        if let Some(kernel) = world::kernel() {
            kernel.pause(self.id.0, ns(duration));
        }
    }

    /// Simulated: from now on the node's clock runs `rate` times as fast as true virtual time
    /// (1.0 is true). It does not jump. Whoever of the node's threads sleeps, or waits with a time
    /// limit, goes by this clock: for the rest of its time at the new rate. No effect in the real
    /// world.
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
            None => self.real.live_threads(),
        }
    }

    /// The names of this node's threads that have not ended; empty in the real world.
    pub fn live_thread_names(&self) -> Vec<String> {
        world::kernel()
            .map(|kernel| kernel.live_thread_names(self.id.0))
            .unwrap_or_default()
    }

    /// What is known of it without a kernel.
    pub(crate) fn real(&self) -> &RealNode {
        &self.real
    }
}

/// The name of the calling thread's node, in either world.
pub fn current_name() -> Option<Arc<str>> {
    match world::kernel() {
        Some(kernel) => kernel.node_name(kernel.current_node()),
        None => real_node::current_name(),
    }
}

/// The node of the calling thread, in either world.
pub fn current_id() -> Option<NodeId> {
    match world::kernel() {
        Some(kernel) => {
            let node = kernel.current_node();
            (node != NO_NODE).then_some(NodeId(node))
        }
        None => real_node::current(),
    }
}
