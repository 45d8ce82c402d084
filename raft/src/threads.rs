//! The threads of a peer. Each waits for its own reason, does what the state says, and talks to
//! others - peers or service - only while the lock is free.

use crate::peer::{Peer, Wait};
use crate::replication::Outgoing;
use crate::state::State;
use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::sync::atomic::Ordering;
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
        let asked = peer.when(
            |state| {
                if state.election_due() {
                    return Wait::Over;
                }
                if state.is_leader() {
                    peer.role_changed.wait(state);
                } else {
                    let end = state.election_at;
                    peer.role_changed.wait_until(state, end);
                }
                Wait::Again
            },
            State::stand_for_election,
        );
        let Some(asked) = asked else { return };
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

/// How many replicators of one follower wait for work, at most. More than one, since messages
/// overlap when there is much to send.
const IDLE: usize = 2;

/// Sends to one follower whenever it must hear from us: at once when there are entries, so that a
/// burst of commands goes out together; else once a heartbeat interval. Over a dead connection a
/// message may take seconds to fail: a replicator that goes to send one and leaves nobody behind
/// has another wait for the next; and one that comes back to enough others ends.
fn replicate(peer: &Arc<Peer>, other: usize) {
    let idle = &peer.idle[other];
    let one_more = |count| (count < IDLE).then_some(count + 1);
    while idle
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
        .is_ok()
    {
        let outgoing = peer.when(
            |state| {
                let now = Instant::now();
                match state.replication_due(other, now) {
                    Some(due) if due <= now => return Wait::Over,
                    Some(due) => {
                        peer.replicable[other].wait_until(state, due);
                    }
                    None => peer.replicable[other].wait(state),
                }
                Wait::Again
            },
            |state| state.replicate(other),
        );
        let is_last = idle.fetch_sub(1, Ordering::Relaxed) == 1;
        let Some(outgoing) = outgoing else { return };
        if is_last {
            let peer = peer.clone();
            spawn("replicator", move || replicate(&peer, other));
        }
        if let Some(outgoing) = outgoing {
            send(peer, other, outgoing);
        }
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
        let messages = peer.when(
            |state| {
                if state.apply_due() {
                    return Wait::Over;
                }
                peer.applicable.wait(state);
                Wait::Again
            },
            State::take_applicable,
        );
        let Some(messages) = messages else { return };
        for message in messages {
            if apply.send(message).is_err() {
                return;
            }
        }
    }
}
