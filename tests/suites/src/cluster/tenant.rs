//! What runs on a server. The cluster knows no more of it than that it has a Raft.

use super::Cluster;
use labapi::{ClientEnd, Persister, Raft, Service};
use labrt::Node;
use std::sync::Arc;

/// Knows how to start what runs on each server.
pub(crate) trait Tenant: Send + Sync {
    /// Starts it.
    fn move_in(&self, lab: &Cluster, seat: Seat) -> Tenancy;
}

/// Where it runs: one incarnation of one server.
pub(crate) struct Seat {
    pub(crate) server: usize,
    pub(crate) incarnation: u64,
    pub(crate) node: Node,
    /// To every server.
    pub(crate) ends: Vec<ClientEnd>,
    pub(crate) persister: Arc<Persister>,
}

impl Seat {
    /// Calls a constructor of the code under test, on the server's own node.
    pub(crate) fn build<T: Send + 'static>(
        self,
        lab: &Cluster,
        make: impl FnOnce(Seat) -> T + Send + 'static,
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
pub(crate) struct Tenancy {
    pub(crate) raft: Arc<dyn Raft>,
    /// What others may call, Raft's methods included.
    pub(crate) services: Vec<Service>,
    /// Tells what stands above Raft to end.
    pub(crate) kill: Option<Kill>,
}

impl Tenancy {
    /// A Raft, and nothing above it.
    pub(crate) fn bare(raft: Arc<dyn Raft>) -> Tenancy {
        let services = vec![raft.clone().service()];
        Tenancy {
            raft,
            services,
            kill: None,
        }
    }
}
