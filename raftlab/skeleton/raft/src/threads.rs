//! The threads of a peer. Each waits for its own reason, does what the state says, and talks to
//! others - peers or service - only while the lock is free.

use crate::peer::Peer;
use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::time::Duration;
use labapi::{ApplyMsg, thread};

/// Starts whatever runs for as long as the peer lives.
pub(crate) fn start(peer: &Arc<Peer>, apply: Sender<ApplyMsg>) {
    let ticking = peer.clone();
    spawn("ticker", move || tick(&ticking));
    // 3A: something that sends heartbeats while this peer leads.
    // 3B: something that sends `take_applicable` to `apply`.
}

/// A thread with a name: reports and logs show it.
fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .expect("a thread can be started");
}

/// Stands for election whenever the election timeout passes, until the peer is killed.
fn tick(peer: &Arc<Peer>) {
    while !peer.with_state(|state| state.killed) {
        if peer.with_state(|state| state.election_due()) {
            todo!("3A: stand for election, and ask every other peer for its vote, all at once");
        }
        thread::sleep(Duration::from_millis(10));
    }
}
