//! The reference Raft, to be read next to Figure 2 of the extended Raft paper (Ongaro and
//! Ousterhout, 2014).
//!
//! A peer is one `state::State` behind one lock, with one door
//! (`Peer::with_state`): whoever leaves through it has saved what must survive a
//! crash, checked the invariants, and woken the threads that have something to do. The protocol
//! itself is methods of `State`, without locks, threads or I/O.
//!
//! | file | room | paper |
//! | --- | --- | --- |
//! | `messages` | the arguments and replies of the three RPCs | Figures 2, 13 |
//! | `log` | entries behind the snapshot's end, by index | §5.3, §7 |
//! | `state` | what a peer knows; terms and roles; what is persistent | Figure 2, top |
//! | `election` | timeouts, candidates, votes | §5.2, §5.4.1 |
//! | `replication` | AppendEntries, both sides | §5.3 |
//! | `commit`, `tally` | what is committed; who holds what | §5.4.2 |
//! | `dispatch` | who must hear from us, and which thread tells it; heartbeats | |
//! | `snapshot` | trimming the log; InstallSnapshot, both sides | §7, Figure 13 |
//! | `apply` | what goes to the service next | Figure 2, "all servers" |
//! | `invariants` | what must hold whenever the lock is released | Figure 3 |
//! | `peer` | the door, and the RPC handlers | |
//! | `threads` | ticker, applier, and a leader's replicators | |
//! | `tuning` | every duration and limit, and why it is what it is | §9.3 |
//!
//! Left out: membership changes (§6), and the no-op that a new leader would append in production
//! (see `election`).
#![forbid(unsafe_code)]

mod apply;
mod commit;
mod dispatch;
mod election;
mod invariants;
mod log;
mod messages;
mod peer;
mod replication;
mod snapshot;
mod state;
mod tally;
#[cfg(test)]
mod testing;
mod threads;
mod tuning;

use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::{ApplyMsg, ClientEnd, Persister};

/// Makes a peer, or revives it from what `persister` holds; see [`labapi::MakeRaft`].
pub fn make(
    ends: Vec<ClientEnd>,
    me: usize,
    persister: Arc<Persister>,
    apply: Sender<ApplyMsg>,
) -> Arc<dyn labapi::Raft> {
    let peer = peer::Peer::revive(ends, me, persister, threads::start_replicator);
    threads::start(&peer, apply);
    peer
}
