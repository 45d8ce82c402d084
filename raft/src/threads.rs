//! The threads of a peer. Each waits for its own reason, does what the state says, and talks to
//! others - peers or service - only while the lock is free.

use crate::dispatch::Turn;
use crate::peer::{Peer, Wait};
use crate::replication::Outgoing;
use crate::state::State;
use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::time::Instant;
use labapi::{ApplyMsg, thread};

/// Starts the ticker and the applier. Replicators start when they are called.
pub(crate) fn start(peer: &Arc<Peer>, apply: Sender<ApplyMsg>) {
    let ticking = peer.clone();
    spawn("ticker", move || tick(&ticking));
    let applying = peer.clone();
    spawn("applier", move || apply_committed(&applying, &apply));
}

/// Starts a replicator of `other`.
pub(crate) fn start_replicator(peer: Arc<Peer>, other: usize) {
    spawn("replicator", move || replicate(&peer, other));
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .expect("a thread can be started");
}

/// Attends to the alarm whenever it goes off: heartbeats or election timeout.
fn tick(peer: &Arc<Peer>) {
    loop {
        let asked = peer.when(
            |state| {
                let alarm = state.alarm();
                if alarm <= Instant::now() {
                    return Wait::Over;
                }
                peer.role_changed.wait_until(state, alarm);
                Wait::Again
            },
            State::attend_alarm,
        );
        let Some(asked) = asked else { return };
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

/// Sends to one follower what it must hear, until there is nothing to do or others wait to do it. A
/// burst of commands goes out together.
fn replicate(peer: &Arc<Peer>, other: usize) {
    let mut back = None;
    loop {
        let outgoing = peer.when(
            |state| {
                match state.turn(other, back.take()) {
                    Turn::Send => return Wait::Over,
                    Turn::Leave => return Wait::Never,
                    Turn::Wait => {}
                }
                state.replicators[other].waiting += 1;
                peer.replicable[other].wait(state);
                state.replicators[other].waiting -= 1;
                Wait::Again
            },
            |state| (state.term(), state.replicate(other)),
        );
        let Some((term, outgoing)) = outgoing else {
            return;
        };
        back = Some(term);
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
