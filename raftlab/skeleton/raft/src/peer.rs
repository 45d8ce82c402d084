//! A peer: the state behind its lock, the one door to it, and what comes through.

use crate::messages::{AppendEntriesArgs, InstallSnapshotArgs, RequestVoteArgs};
use crate::raft_log::Index;
use crate::state::{Role, State};
use labapi::sync::{Arc, Condvar, Mutex};
use labapi::{Bytes, ClientEnd, Persister, Service, Started};

pub(crate) struct Peer {
    pub(crate) me: usize,
    pub(crate) ends: Vec<ClientEnd>,
    persister: Arc<Persister>,
    state: Mutex<State>,
    /// Notified whenever the state may have changed: threads that wait for something look again.
    pub(crate) changed: Condvar,
}

impl Peer {
    pub(crate) fn revive(ends: Vec<ClientEnd>, me: usize, persister: Arc<Persister>) -> Peer {
        // 3C: begin with what `persister.read_state()` holds; 3D: and `persister.read_snapshot()`.
        Peer {
            me,
            state: Mutex::new(State::new(me, ends.len())),
            ends,
            persister,
            changed: Condvar::new(),
        }
    }

    /// The only door to the state. Never call an RPC, sleep or send on a channel inside: whoever
    /// holds the lock keeps everybody else from it. (A report names the caller's place as the one
    /// where the lock was taken.)
    #[track_caller]
    pub(crate) fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let out = act(&mut state);
        // 3C: save what must survive a crash, before anybody learns of it.
        // Also after a mere look, which costs little: whoever waits looks again, and waits on.
        self.changed.notify_all();
        out
    }
}

impl labapi::Raft for Peer {
    fn start(&self, command: Bytes) -> Option<Started> {
        self.with_state(|state| state.start(command))
            .map(|(index, term)| Started { index, term })
    }

    fn state(&self) -> labapi::State {
        self.with_state(|state| labapi::State {
            term: state.current_term,
            is_leader: state.role == Role::Leader,
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
