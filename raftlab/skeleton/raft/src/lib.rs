//! Raft, by you. Keep Figure 2 of the extended Raft paper (Ongaro and Ousterhout, 2014) beside you.
//!
//! | file | room | paper | part |
//! | --- | --- | --- | --- |
//! | `messages` | the arguments and replies of the RPCs | Figures 2, 13 | 3A, 3B, 3D |
//! | `state` | what a peer knows; terms and roles | Figure 2, top | 3A |
//! | `election` | timeouts, candidates, votes | §5.2, §5.4.1 | 3A |
//! | `threads` | ticker, applier, replicators | | 3A, 3B |
//! | `raft_log` | entries, by index | §5.3 | 3B |
//! | `replication` | AppendEntries, both sides; what is committed | §5.3, §5.4.2 | 3B |
//! | `apply` | what goes to the service next | Figure 2, "all servers" | 3B |
//! | `peer` | the one door to the state, and what the service may call | | 3B, 3C |
//! | `snapshot` | trimming the log; InstallSnapshot | §7, Figure 13 | 3D |
//!
//! `make test-3A` runs the first part. It fails; its report says what is to be written next. The
//! rooms are a proposal: what must stay is [`make`], and what `labapi::Raft` asks for.

// While rooms are still empty. Take it out when the last one is furnished.
#![allow(dead_code, unused_variables)]
#![forbid(unsafe_code)]

mod apply;
mod election;
mod messages;
mod peer;
mod raft_log;
mod replication;
mod snapshot;
mod state;
mod threads;

use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::{ApplyMsg, ClientEnd, Persister};

/// Makes a peer, or revives it from what `persister` holds. `ends` lead to all peers, this one
/// (number `me`) included; what is committed goes to `apply`, in order. Must return quickly: long
/// work belongs into threads of its own (`labapi::thread::spawn`).
pub fn make(
    ends: Vec<ClientEnd>,
    me: usize,
    persister: Arc<Persister>,
    apply: Sender<ApplyMsg>,
) -> Arc<dyn labapi::Raft> {
    let peer = Arc::new(peer::Peer::revive(ends, me, persister));
    threads::start(&peer, apply);
    peer
}
