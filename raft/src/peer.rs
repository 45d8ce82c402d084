//! A peer: the state behind its lock, the one door to it, and the handlers that come through.

use crate::log::Index;
use crate::messages::{AppendEntriesArgs, InstallSnapshotArgs, RequestVoteArgs};
use crate::state::State;
use bytes::Bytes;
use labapi::sync::atomic::AtomicUsize;
use labapi::sync::{Arc, Condvar, Mutex, MutexGuard};
use labapi::time::Instant;
use labapi::{ClientEnd, Persister, Service, Started};

pub(crate) struct Peer {
    pub(crate) me: usize,
    pub(crate) ends: Vec<ClientEnd>,
    persister: Arc<Persister>,
    state: Mutex<State>,
    /// Notified when the role or the kill flag changes: the ticker's.
    pub(crate) role_changed: Condvar,
    /// Notified when there is something to apply, or nothing ever will be: the applier's.
    pub(crate) applicable: Condvar,
    /// Notified when a follower must hear from us: its replicators'.
    pub(crate) replicable: Vec<Condvar>,
    /// How many replicators of each follower wait for something to send.
    pub(crate) idle: Vec<AtomicUsize>,
}

impl Peer {
    pub(crate) fn revive(ends: Vec<ClientEnd>, me: usize, persister: Arc<Persister>) -> Peer {
        let persistent = persister.read_state().unwrap_or_default();
        let snapshot = persister.read_snapshot();
        let state = State::revive(me, ends.len(), persistent, snapshot);
        Peer {
            me,
            replicable: ends.iter().map(|_| Condvar::new()).collect(),
            idle: ends.iter().map(|_| AtomicUsize::new(0)).collect(),
            ends,
            persister,
            state: Mutex::new(state),
            role_changed: Condvar::new(),
            applicable: Condvar::new(),
        }
    }

    /// The only door to the state. Whoever leaves through it has saved what must survive a crash
    /// (so no reply and no message can run ahead of the disk), kept the invariants, and woken
    /// whoever has something to do.
    pub(crate) fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        self.through_the_door(&mut state, act)
    }

    fn through_the_door<T>(&self, state: &mut State, act: impl FnOnce(&mut State) -> T) -> T {
        let before = state.before();
        let led = state.is_leader();
        let out = act(state);
        if std::mem::take(&mut state.dirty) {
            self.persister.save(&state.persistent, &state.snapshot);
        }
        state.check_invariants(before);
        if state.apply_due() || state.killed {
            self.applicable.notify_one();
        }
        if state.is_leader() || led || state.killed {
            if led != state.is_leader() || state.killed {
                self.role_changed.notify_one();
            }
            self.wake_replicators(state, led);
        }
        out
    }

    /// Wakes the replicators that have entries to send, or whose follower we just got or lost.
    fn wake_replicators(&self, state: &State, led: bool) {
        let changed = led != state.is_leader() || state.killed;
        let now = Instant::now();
        for (peer, replicable) in self.replicable.iter().enumerate() {
            let due = state.replication_due(peer, now);
            if changed {
                replicable.notify_all();
            } else if peer != self.me && due.is_some_and(|due| due <= now) {
                replicable.notify_one();
            }
        }
    }

    /// Waits with the door closed until there is something to do, and goes through it to do that;
    /// `None` once the peer is killed. `wait` either waits on one of the condition variables, and
    /// is asked again, or says that it is time.
    pub(crate) fn when<T>(
        &self,
        mut wait: impl FnMut(&mut MutexGuard<'_, State>) -> Wait,
        act: impl FnOnce(&mut State) -> T,
    ) -> Option<T> {
        let mut state = self.state.lock();
        while !state.killed {
            if wait(&mut state) == Wait::Over {
                return Some(self.through_the_door(&mut state, act));
            }
        }
        None
    }
}

/// What a thread that looked at the state found.
#[derive(PartialEq, Eq)]
pub(crate) enum Wait {
    /// It is time.
    Over,
    /// It was not, and now it may be.
    Again,
}

impl labapi::Raft for Peer {
    fn start(&self, command: Bytes) -> Option<Started> {
        self.with_state(|state| state.start(command))
            .map(|(index, term)| Started { index, term })
    }

    fn state(&self) -> labapi::State {
        self.with_state(|state| labapi::State {
            term: state.term(),
            is_leader: state.is_leader(),
        })
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.with_state(|state| state.take_snapshot(index, snapshot));
    }

    fn service(self: Arc<Self>) -> Service {
        let (votes, entries, snapshots) = (self.clone(), self.clone(), self);
        Service::new("Raft")
            .method("RequestVote", move |args: RequestVoteArgs| {
                votes.with_state(|state| state.handle_request_vote(&args))
            })
            .method("AppendEntries", move |args: AppendEntriesArgs| {
                entries.with_state(|state| state.handle_append_entries(args))
            })
            .method("InstallSnapshot", move |args: InstallSnapshotArgs| {
                snapshots.with_state(|state| state.handle_install_snapshot(args))
            })
    }

    fn kill(&self) {
        self.with_state(|state| state.killed = true);
    }
}
