//! The harness between a service and its Raft, whoever wrote either. It starts the Raft, so it has
//! it; and all that is applied passes through its hands.

use crate::cluster::{Cluster, Incarnation, Kill, ServerParts};
use labapi::channel::{self, Receiver, Sender, bounded};
use labapi::{ApplyMsg, MakeRaft, Raft, Replica};
use labrt::harness::Mutex;
use labrt::thread::Builder;
use std::sync::Arc;

/// Starts a service on a server: `make` builds it from a replica, on the server's node.
pub(super) fn start<T: Send + 'static>(
    lab: &Cluster,
    incarnation: Incarnation,
    make_raft: MakeRaft,
    max_raft_state: Option<usize>,
    make: impl FnOnce(Replica) -> T + Send + 'static,
) -> (T, Arc<dyn Raft>) {
    let server = incarnation.server;
    let raft = Arc::new(Mutex::new(None));
    let (announce, announced) = bounded(1);
    let (from_raft, messages) = channel::unbounded();
    lab.start_watch(&incarnation, announced, messages);
    let kept = raft.clone();
    let service = incarnation.build(lab, move |incarnation| {
        let persister = incarnation.persister.clone();
        let replica = Replica::new(server, persister, max_raft_state, move |apply| {
            let _ = announce.send(apply);
            let raft = make_raft(
                incarnation.ends,
                incarnation.server,
                incarnation.persister,
                from_raft,
            );
            *kept.lock() = Some(raft.clone());
            raft
        });
        make(replica)
    });
    let raft = raft.lock().take();
    match raft {
        Some(raft) => (service, raft),
        None => lab.fault(format!(
            "server {server} did not start its Raft: Replica::start_raft was not called in make"
        )),
    }
}

/// A service with its Raft, for the cluster.
pub(super) fn parts(
    raft: Arc<dyn Raft>,
    services: Vec<labapi::Service>,
    kill: Kill,
) -> ServerParts {
    let mut parts = ServerParts::bare(raft);
    parts.services.extend(services);
    parts.kill = Some(kill);
    parts
}

impl Cluster {
    /// Passes on what an incarnation's Raft applies, noted and checked, to the service that the
    /// Raft is started for.
    fn start_watch(
        &self,
        incarnation: &Incarnation,
        announced: Receiver<Sender<ApplyMsg>>,
        messages: Receiver<ApplyMsg>,
    ) {
        let (server, number) = (incarnation.server, incarnation.number);
        let has_snapshot = incarnation.persister.snapshot_size() > 0;
        self.begins(server, number, (!has_snapshot).then_some(0));
        let cluster = self.clone();
        let run = move || {
            let Ok(apply) = announced.recv() else { return };
            for message in messages {
                if !cluster.is_current(server, number) {
                    break; // a late message of an incarnation that is gone
                }
                match &message {
                    ApplyMsg::Command { index, command } => {
                        cluster.applies(server, *index, command);
                    }
                    ApplyMsg::Snapshot { index, .. } => cluster.installs(server, *index),
                }
                if apply.send(message).is_err() {
                    break;
                }
            }
        };
        Builder::new()
            .name(format!("watch of n{server}"))
            .spawn(run)
            .expect("a thread");
    }
}
