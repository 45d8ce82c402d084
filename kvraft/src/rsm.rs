//! A replica of a state machine: operations go into Raft's log on one side and come out, in the
//! same order on every replica, on the other.
//!
//! `submit` starts a command and waits at the index that Raft gave it. One thread, the reader, owns
//! the machine: it applies what Raft commits, and hands each reply to whoever waits at that index,
//! if the command there is theirs. A waiter whose end of the channel is dropped knows that its
//! command took no effect there, or that nobody can tell.

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
    /// By the index of their command.
    at: BTreeMap<u64, Waiter<R>>,
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
            at: BTreeMap::new(),
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
    /// Gives a command to Raft, and takes a place in the queue at its index. Both under one lock:
    /// else it could be applied before anybody waits for it.
    fn start(&self, ticket: u64, command: Bytes) -> Result<(Started, Receiver<R>), WrongLeader> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(WrongLeader);
        }
        let started = self.raft.start(command).ok_or(WrongLeader)?;
        let (reply, place) = bounded(1);
        // Whoever waited there has been overtaken: Raft gives an index away again only when the
        // command that it held is gone.
        waiting.at.insert(started.index, Waiter { ticket, reply });
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
        let waiter = self.waiting.lock().at.remove(&index);
        if let Some(waiter) = waiter
            && waiter.ticket == ticket
        {
            let _ = waiter.reply.send(reply); // it may have gone
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
