//! The harness between a service and its Raft, whoever wrote either. It starts the Raft, so it has
//! it; and all that is applied passes through its hands.

use crate::cluster::{Cluster, Kill, Seat, Tenancy};
use labapi::channel::{self, Receiver, Sender, bounded};
use labapi::{ApplyMsg, MakeRaft, Raft, Replica};
use labrt::harness::Mutex;
use labrt::thread::Builder;
use std::sync::Arc;

/// Starts a service on a server: `make` builds it from a replica, on the server's node.
pub(super) fn start<T: Send + 'static>(
    lab: &Cluster,
    seat: Seat,
    make_raft: MakeRaft,
    max_raft_state: Option<usize>,
    make: impl FnOnce(Replica) -> T + Send + 'static,
) -> (T, Arc<dyn Raft>) {
    let server = seat.server;
    let raft = Arc::new(Mutex::new(None));
    let (announce, announced) = bounded(1);
    let (from_raft, messages) = channel::unbounded();
    lab.start_watch(&seat, announced, messages);
    let kept = raft.clone();
    let service = seat.build(lab, move |seat| {
        let persister = seat.persister.clone();
        let replica = Replica::new(server, persister, max_raft_state, move |apply| {
            let _ = announce.send(apply);
            let raft = make_raft(seat.ends, seat.server, seat.persister, from_raft);
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
pub(super) fn tenancy(raft: Arc<dyn Raft>, services: Vec<labapi::Service>, kill: Kill) -> Tenancy {
    let mut tenancy = Tenancy::bare(raft);
    tenancy.services.extend(services);
    tenancy.kill = Some(kill);
    tenancy
}

impl Cluster {
    /// Passes on what an incarnation's Raft applies, noted and checked, to the service that the
    /// Raft is started for.
    fn start_watch(
        &self,
        seat: &Seat,
        announced: Receiver<Sender<ApplyMsg>>,
        messages: Receiver<ApplyMsg>,
    ) {
        let (server, incarnation) = (seat.server, seat.incarnation);
        let has_snapshot = seat.persister.snapshot_size() > 0;
        self.begins(server, incarnation, (!has_snapshot).then_some(0));
        let cluster = self.clone();
        let run = move || {
            let Ok(apply) = announced.recv() else { return };
            for message in messages {
                if !cluster.is_current(server, incarnation) {
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
