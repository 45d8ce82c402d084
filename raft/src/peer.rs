//! A peer: the state behind its lock, the one door to it, and the handlers that come through.

use crate::log::Index;
use crate::messages::{AppendEntriesArgs, InstallSnapshotArgs, RequestVoteArgs};
use crate::state::State;
use bytes::Bytes;
use labapi::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
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
    /// Notified when a follower must hear from us, or we lead no more: its replicators'.
    pub(crate) replicable: Vec<Condvar>,
    /// This peer, and what starts a replicator of another one for it.
    this: Weak<Peer>,
    start_replicator: fn(Arc<Peer>, usize),
}

/// Who has something to do, now that the state has changed.
struct Wakes {
    ticker: bool,
    applier: bool,
    /// All replicators: there is nothing to lead any more.
    replicators: bool,
    /// Peers of which a replicator is called.
    calls: Vec<usize>,
}

impl Peer {
    pub(crate) fn revive(
        ends: Vec<ClientEnd>,
        me: usize,
        persister: Arc<Persister>,
        start_replicator: fn(Arc<Peer>, usize),
    ) -> Arc<Peer> {
        let persistent = persister.read_state().unwrap_or_default();
        let snapshot = persister.read_snapshot();
        let state = State::revive(me, ends.len(), persistent, snapshot);
        Arc::new_cyclic(|this| Peer {
            me,
            replicable: ends.iter().map(|_| Condvar::new()).collect(),
            ends,
            persister,
            state: Mutex::new(state),
            role_changed: Condvar::new(),
            applicable: Condvar::new(),
            this: this.clone(),
            start_replicator,
        })
    }

    /// The only door to the state. Whoever leaves through it has saved what must survive a crash
    /// (so no reply and no message can run ahead of the disk), kept the invariants, and woken
    /// whoever has something to do.
    pub(crate) fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        self.through_the_door(self.state.lock(), act)
    }

    fn through_the_door<T>(
        &self,
        mut state: MutexGuard<'_, State>,
        act: impl FnOnce(&mut State) -> T,
    ) -> T {
        let before = state.before();
        let led = state.is_leader();
        let out = act(&mut state);
        if std::mem::take(&mut state.dirty) {
            self.persister.save(&state.persistent, &state.snapshot);
        }
        state.check_invariants(before);
        let leads = state.is_leader();
        let wakes = Wakes {
            ticker: led != leads || state.killed,
            applier: state.commits_more_than(before) || state.killed,
            replicators: led && !leads || state.killed,
            calls: std::mem::take(&mut state.calls),
        };
        // Woken before the lock is free, they would only wait for that.
        drop(state);
        self.wake(wakes);
        out
    }

    fn wake(&self, wakes: Wakes) {
        if wakes.ticker {
            self.role_changed.notify_one();
        }
        if wakes.applier {
            self.applicable.notify_one();
        }
        if wakes.replicators {
            for replicable in &self.replicable {
                replicable.notify_all();
            }
        }
        for other in wakes.calls {
            if !self.replicable[other].notify_one()
                && let Some(this) = self.this.upgrade()
            {
                (self.start_replicator)(this, other);
            }
        }
    }

    /// Waits with the door closed until there is something to do, and goes through it to do that;
    /// `None` once the peer is killed, or when there never will be. `wait` either waits on one of
    /// the condition variables, and is asked again, or says how the wait ended.
    pub(crate) fn when<T>(
        &self,
        mut wait: impl FnMut(&mut MutexGuard<'_, State>) -> Wait,
        act: impl FnOnce(&mut State) -> T,
    ) -> Option<T> {
        let mut state = self.state.lock();
        while !state.killed {
            match wait(&mut state) {
                Wait::Again => {}
                Wait::Over => return Some(self.through_the_door(state, act)),
                Wait::Never => return None,
            }
        }
        None
    }
}

/// What a thread that looked at the state found.
pub(crate) enum Wait {
    /// It is time.
    Over,
    /// It was not, and now it may be.
    Again,
    /// This thread has nothing more to do.
    Never,
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
