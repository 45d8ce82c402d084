//! The threads of a peer. Each waits for its own reason, does what the state says, and talks to
//! others - peers or service - only while the lock is free.

use crate::peer::Peer;
use crate::replication::Outgoing;
use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::time::Instant;
use labapi::{ApplyMsg, thread};

/// Starts the ticker, the applier, and a replicator for each other peer.
pub(crate) fn start(peer: &Arc<Peer>, apply: Sender<ApplyMsg>) {
    let ticking = peer.clone();
    spawn("ticker", move || tick(&ticking));
    let applying = peer.clone();
    spawn("applier", move || apply_committed(&applying, &apply));
    for other in (0..peer.ends.len()).filter(|other| *other != peer.me) {
        let replicating = peer.clone();
        spawn("replicator", move || replicate(&replicating, other));
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .expect("a thread can be started");
}

/// Stands for election whenever the election timeout passes.
fn tick(peer: &Arc<Peer>) {
    loop {
        let alive = peer.wait_until(|state| {
            if state.killed {
                Some(false)
            } else if state.election_due() {
                Some(true)
            } else {
                if state.is_leader() {
                    peer.role_changed.wait(state);
                } else {
                    let end = state.election_at;
                    peer.role_changed.wait_until(state, end);
                }
                None
            }
        });
        if !alive {
            return;
        }
        // The world may have moved on while the lock was free: a leader may have spoken.
        let asked =
            peer.with_state(|state| state.election_due().then(|| state.stand_for_election()));
        let Some(asked) = asked else { continue };
        for other in (0..peer.ends.len()).filter(|other| *other != peer.me) {
            let (peer, asked) = (peer.clone(), asked.clone());
            spawn("candidate", move || {
                if let Some(reply) = peer.ends[other].call("Raft.RequestVote", &asked) {
                    peer.with_state(|state| state.handle_vote(other, &asked, &reply));
                }
            });
        }
    }
}

/// Sends to one follower whenever it must hear from us: at once when there are entries, so that a
/// burst of commands goes out together; else once a heartbeat interval. Each message has a thread
/// of its own, since over a dead connection it may take seconds to fail.
fn replicate(peer: &Arc<Peer>, other: usize) {
    loop {
        let alive = peer.wait_until(|state| {
            if state.killed {
                return Some(false);
            }
            let now = Instant::now();
            match state.replication_due(other, now) {
                Some(due) if due <= now => return Some(true),
                Some(due) => {
                    peer.replicable[other].wait_until(state, due);
                }
                None => peer.replicable[other].wait(state),
            }
            None
        });
        if !alive {
            return;
        }
        let Some(outgoing) = peer.with_state(|state| state.replicate(other)) else {
            continue;
        };
        let peer = peer.clone();
        spawn("message", move || send(&peer, other, outgoing));
    }
}

/// Delivers one message, and takes in the answer, or that there is none.
fn send(peer: &Peer, other: usize, outgoing: Outgoing) {
    match outgoing {
        Outgoing::Append(args) => {
            let last = args.prev_log_index + args.entries.len() as u64;
            let sent = (args.term, args.prev_log_index, last);
            match peer.ends[other].call("Raft.AppendEntries", &args) {
                Some(reply) => {
                    peer.with_state(|state| state.handle_append_reply(other, sent, &reply));
                }
                None if args.entries.is_empty() => {}
                None => peer.with_state(|state| state.unanswered(other, sent.0, sent.1 + 1)),
            }
        }
        Outgoing::Install(args) => {
            let sent = (args.term, args.last_included_index);
            // A message that is lost goes out again at the next heartbeat.
            if let Some(reply) = peer.ends[other].call("Raft.InstallSnapshot", &args) {
                peer.with_state(|state| state.handle_install_reply(other, sent, &reply));
            }
        }
    }
}

/// Hands the service what is committed, in order, until the service or the peer is gone.
fn apply_committed(peer: &Peer, apply: &Sender<ApplyMsg>) {
    loop {
        let alive = peer.wait_until(|state| {
            if state.killed {
                Some(false)
            } else if state.apply_due() {
                Some(true)
            } else {
                peer.applicable.wait(state);
                None
            }
        });
        if !alive {
            return;
        }
        for message in peer.with_state(|state| state.take_applicable()) {
            if apply.send(message).is_err() {
                return;
            }
        }
    }
}
