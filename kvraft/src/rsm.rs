//! A replica of a state machine: operations go into Raft's log on one side and come out, in the
//! same order on every replica, on the other.
//!
//! `submit` starts a command and waits at the index that Raft gave it; until that is known, by the
//! command's ticket. One thread, the reader, owns the machine: it applies what Raft commits, and
//! hands each reply to whoever waits for it. A waiter whose end of the channel is dropped knows
//! that its command took no effect at its index, or that nobody can tell.

use bytes::Bytes;
use labapi::channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use labapi::sync::{Arc, Mutex};
use labapi::{
    ApplyMsg, Persister, Raft, Replica, Rsm, Started, State, StateMachine, WrongLeader, codec,
    rand, thread,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a waiter looks whether its term still lasts. A leader that is cut off commits nothing
/// and hears of nothing: nobody else would tell it.
const LOOK_AROUND: Duration = Duration::from_millis(100);

/// What stands in Raft's log.
#[derive(Serialize, Deserialize)]
struct Command<O> {
    /// Tells this command from any other that may come to stand at its index, also one that this
    /// replica started before a crash: hence drawn, not counted.
    ticket: u64,
    op: O,
}

struct Replicated<R> {
    raft: Arc<dyn Raft>,
    persister: Arc<Persister>,
    max_raft_state: Option<usize>,
    waiting: Mutex<Waiting<R>>,
}

/// Those who wait in `submit`.
struct Waiting<R> {
    /// By ticket, those whose command Raft is being given: they do not know their index yet.
    starting: BTreeMap<u64, Sender<R>>,
    /// All others, by the index of their command.
    at: BTreeMap<u64, Waiter<R>>,
    /// Up to which index commands have been applied.
    applied: u64,
    /// Nothing will be applied any more.
    closed: bool,
}

struct Waiter<R> {
    ticket: u64,
    reply: Sender<R>,
}

/// Makes a replica of `machine`; see [`labapi::MakeRsm`].
pub(crate) fn make<M: StateMachine>(replica: Replica, mut machine: M) -> Arc<dyn Rsm<M>> {
    let persister = replica.persister.clone();
    let max_raft_state = replica.max_raft_state;
    // Raft hands over only what comes after the snapshot that is on the disk.
    let snapshot = persister.read_snapshot();
    if !snapshot.is_empty() {
        machine.restore(&snapshot);
    }
    let (apply, committed) = unbounded();
    let replicated = Arc::new(Replicated {
        raft: replica.start_raft(apply),
        persister,
        max_raft_state,
        waiting: Mutex::new(Waiting {
            starting: BTreeMap::new(),
            at: BTreeMap::new(),
            applied: 0,
            closed: false,
        }),
    });
    let reader = replicated.clone();
    thread::Builder::new()
        .name("reader".into())
        .spawn(move || reader.apply_committed(&mut machine, &committed))
        .expect("a thread can be started");
    replicated
}

impl<M: StateMachine> Rsm<M> for Replicated<M::Reply> {
    fn submit(&self, op: M::Op) -> Result<M::Reply, WrongLeader> {
        let ticket = rand::random();
        let command = codec::encode(&Command { ticket, op }).expect("an operation has bytes");
        let (started, reply) = self.start(ticket, command.into())?;
        loop {
            match reply.recv_timeout(LOOK_AROUND) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Disconnected) => return Err(WrongLeader),
                Err(RecvTimeoutError::Timeout) => {
                    let still = State {
                        term: started.term,
                        is_leader: true,
                    };
                    if self.raft.state() != still {
                        self.give_up(started.index, ticket);
                        // It may have been answered just before.
                        return reply.try_recv().map_err(|_| WrongLeader);
                    }
                }
            }
        }
    }

    fn kill(&self) {
        self.close();
    }
}

impl<R: Send + 'static> Replicated<R> {
    /// Gives a command to Raft, and takes a place in the queue at its index. The place is taken by
    /// ticket first, since the command may be applied before its index is known. No lock is held
    /// meanwhile: `start` may be the business of another thread, which would have to be waited for.
    fn start(&self, ticket: u64, command: Bytes) -> Result<(Started, Receiver<R>), WrongLeader> {
        let (reply, place) = bounded(1);
        {
            let mut waiting = self.waiting.lock();
            if waiting.closed {
                return Err(WrongLeader);
            }
            waiting.starting.insert(ticket, reply);
        }
        let started = self.raft.start(command);
        let mut waiting = self.waiting.lock();
        let still_waits = waiting.starting.remove(&ticket);
        let started = started.ok_or(WrongLeader)?;
        // Without a reply it was applied already, or everybody was sent away. With one, at an index
        // that was applied, it was another command that was: its end is dropped.
        if let Some(reply) = still_waits
            && started.index > waiting.applied
        {
            // Whoever waited there has been overtaken: Raft gives an index away again only when the
            // command that it held is gone.
            waiting.at.insert(started.index, Waiter { ticket, reply });
        }
        Ok((started, place))
    }

    fn give_up(&self, index: u64, ticket: u64) {
        let mut waiting = self.waiting.lock();
        if let Some(waiter) = waiting.at.get(&index)
            && waiter.ticket == ticket
        {
            waiting.at.remove(&index);
        }
    }

    /// Sends everybody away who waits, and whoever comes later.
    fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        waiting.starting.clear();
        waiting.at.clear();
    }

    /// The reader's whole life: until Raft has nothing more to say.
    fn apply_committed<M>(&self, machine: &mut M, committed: &Receiver<ApplyMsg>)
    where
        M: StateMachine<Reply = R>,
    {
        for message in committed {
            match message {
                ApplyMsg::Command { index, command } => {
                    self.apply(machine, index, &command);
                    self.compact(machine, index);
                }
                ApplyMsg::Snapshot {
                    index, snapshot, ..
                } => {
                    machine.restore(&snapshot);
                    // What became of the commands up to there cannot be told from a snapshot.
                    let mut waiting = self.waiting.lock();
                    waiting.at = waiting.at.split_off(&(index + 1));
                    waiting.applied = index;
                }
            }
        }
        self.close();
    }

    fn apply<M>(&self, machine: &mut M, index: u64, command: &Bytes)
    where
        M: StateMachine<Reply = R>,
    {
        let Command { ticket, op } = codec::decode::<Command<M::Op>>(command)
            .unwrap_or_else(|error| panic!("index {index} holds what nobody submitted: {error}"));
        let reply = machine.apply(op);
        let waiter = self.waiting.lock().applied(index, ticket);
        if let Some(waiter) = waiter {
            let _ = waiter.send(reply); // it may have gone
        }
    }

    /// 4C: lets Raft forget everything up to `index` once it has too much on the disk.
    fn compact<M: StateMachine>(&self, machine: &M, index: u64) {
        if self
            .max_raft_state
            .is_some_and(|max| self.persister.state_size() > max)
        {
            self.raft.snapshot(index, machine.snapshot());
        }
    }
}

impl<R> Waiting<R> {
    /// The command with this ticket has been applied at `index`; who waits for its reply. Whoever
    /// waited there for another command is sent away.
    fn applied(&mut self, index: u64, ticket: u64) -> Option<Sender<R>> {
        self.applied = index;
        match self.at.remove(&index) {
            Some(waiter) if waiter.ticket == ticket => Some(waiter.reply),
            _ => self.starting.remove(&ticket),
        }
    }
}
