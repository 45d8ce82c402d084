//! What runs on a server. The cluster knows no more of it than that it has a Raft.

use super::Cluster;
use labapi::{ClientEnd, Persister, Raft, Service};
use labrt::Node;
use std::sync::Arc;

/// What runs on each server of a cluster: how it is started.
pub(crate) trait ServerKind: Send + Sync {
    /// Starts it on one of them.
    fn start(&self, lab: &Cluster, incarnation: Incarnation) -> ServerParts;

    /// How many messages a server may send to the others in a virtual second, on average of all.
    fn most_messages(&self) -> u64 {
        // Clients that do not rest have a few thousand operations carried out, and each goes to
        // all servers.
        100_000
    }
}

/// One incarnation of a server, which is to be started.
pub(crate) struct Incarnation {
    pub(crate) server: usize,
    /// Counted up from 1 with each start of the server.
    pub(crate) number: u64,
    pub(crate) node: Node,
    /// To every server.
    pub(crate) ends: Vec<ClientEnd>,
    pub(crate) persister: Arc<Persister>,
}

impl Incarnation {
    /// Calls a constructor of the code under test, on the server's own node.
    pub(crate) fn build<T: Send + 'static>(
        self,
        lab: &Cluster,
        make: impl FnOnce(Incarnation) -> T + Send + 'static,
    ) -> T {
        let (server, node) = (self.server, self.node.clone());
        match node.spawn("make", move || make(self)).join() {
            Ok(made) => made,
            Err(_) => lab.fault(format!("server {server} panicked in make")),
        }
    }
}

/// Tells a service to end.
pub(crate) type Kill = Box<dyn Fn() + Send + Sync>;

/// What was started.
pub(crate) struct ServerParts {
    pub(crate) raft: Arc<dyn Raft>,
    /// What others may call, Raft's methods included.
    pub(crate) services: Vec<Service>,
    /// Tells what stands above Raft to end.
    pub(crate) kill: Option<Kill>,
}

impl ServerParts {
    /// A Raft, and nothing above it.
    pub(crate) fn bare(raft: Arc<dyn Raft>) -> ServerParts {
        let services = vec![raft.clone().service()];
        ServerParts {
            raft,
            services,
            kill: None,
        }
    }
}
