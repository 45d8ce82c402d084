//! The thread that owns the engine. Each turn: one input, then all that the engine asks for.

use crate::calls::{Call, Calls};
use crate::disk::{COMMAND, Disk, id_of, is_command};
use crate::input::{Fate, Input};
use crate::message::pack;
use labapi::channel::{self, Receiver, Sender};
use labapi::sync::Arc;
use labapi::time::Duration;
use labapi::{ApplyMsg, Bytes, ClientEnd, Persister, Started, State};
use raft::eraftpb::{Entry, Message};
use raft::{Config, RawNode, SnapshotStatus, StateRole};

/// How often the engine learns that time has passed.
const TICK: Duration = Duration::from_millis(10);

/// Ticks between two heartbeats of a leader: ten a second.
const HEARTBEAT: usize = 10;

/// Ticks without a word from the leader before an election: drawn from this up to twice as much.
const ELECTION: usize = 40;

pub(crate) struct Driver {
    engine: RawNode<Disk>,
    calls: Calls,
    apply: Sender<ApplyMsg>,
}

/// Who waits for the answer to the request of this turn.
struct Asker {
    id: u64,
    reply: Sender<Bytes>,
}

/// The suites have dropped their end of the apply channel, or asked for an end.
struct Ended;

impl Driver {
    pub(crate) fn new(
        ends: Vec<ClientEnd>,
        me: usize,
        persister: Arc<Persister>,
        apply: Sender<ApplyMsg>,
        inbox: Sender<Input>,
    ) -> Driver {
        let disk = Disk::open(persister, ends.len());
        let config = Config {
            id: id_of(me),
            heartbeat_tick: HEARTBEAT,
            election_tick: ELECTION,
            // The service has read the snapshot itself: the first entry to apply is the next one.
            applied: disk.base(),
            max_size_per_msg: 1 << 20,
            pre_vote: true,
            check_quorum: true,
            // Followers learn what is committed from the next entries or the next heartbeat.
            skip_bcast_commit: true,
            // Entries proposed one after the other travel together.
            batch_append: true,
            ..Config::default()
        };
        let logger = slog::Logger::root(slog::Drain::fuse(slog_stdlog::StdLog), slog::o!());
        let engine = RawNode::new(&config, disk, &logger).expect("the configuration is sound");
        Driver {
            engine,
            calls: Calls::new(ends, inbox),
            apply,
        }
    }

    /// Until the suites want no more.
    pub(crate) fn run(mut self, inputs: &Receiver<Input>) {
        let ticks = channel::tick(TICK);
        loop {
            let ended = channel::select! {
                recv(ticks) -> _ => self.tick(),
                recv(inputs) -> input => self.take(input.unwrap_or(Input::Kill)),
            };
            if ended.is_err() {
                return;
            }
        }
    }

    fn tick(&mut self) -> Result<(), Ended> {
        self.engine.tick();
        for call in self.calls.overdue() {
            self.report(&call);
        }
        self.work(None)
    }

    fn take(&mut self, input: Input) -> Result<(), Ended> {
        match input {
            Input::Request(message, reply) => {
                let asker = Asker {
                    id: message.from,
                    reply,
                };
                self.step(message);
                return self.work(Some(asker));
            }
            Input::Ended(number, fate) => self.end(number, fate),
            Input::Propose(command, reply) => return self.propose(&command, &reply),
            Input::Compact(number, snapshot) => {
                let applied = self.engine.raft.raft_log.applied;
                self.engine.mut_store().compact(number, snapshot, applied);
            }
            Input::State(reply) => drop(reply.send(self.state())),
            Input::Kill => return Err(Ended),
        }
        self.work(None)
    }

    fn step(&mut self, message: Message) {
        // What the engine refuses is as good as lost: a message of somebody it does not know.
        if let Err(error) = self.engine.step(message) {
            log::warn!("refused a message: {error}");
        }
    }

    /// A call is over.
    fn end(&mut self, number: u64, fate: Fate) {
        let call = self.calls.end(number);
        match fate {
            Fate::Answered(message) => self.step(message),
            // What was overdue has been reported already.
            Fate::Lost => call.iter().for_each(|call| self.report(call)),
        }
    }

    /// Tells the engine that nobody answers. It waits for the answer to a snapshot, and to what it
    /// sent first to a peer of whom it knows little; without a report it would wait for ever.
    fn report(&mut self, call: &Call) {
        if call.is_snapshot {
            self.engine
                .report_snapshot(call.to, SnapshotStatus::Failure);
        } else {
            self.engine.report_unreachable(call.to);
        }
    }

    fn propose(&mut self, command: &Bytes, reply: &Sender<Started>) -> Result<(), Ended> {
        // A follower of this engine passes a proposal on to its leader. Here it must say no, which
        // a reply dropped without an answer does.
        if self.engine.raft.state != StateRole::Leader
            || self
                .engine
                .propose(COMMAND.to_vec(), command.to_vec())
                .is_err()
        {
            return Ok(());
        }
        let term = self.engine.raft.term;
        let index = self.engine.raft.raft_log.last_index();
        self.work(None)?;
        let index = self.engine.store().number_of(index);
        let _ = reply.send(Started { index, term });
        Ok(())
    }

    fn state(&self) -> State {
        let raft = &self.engine.raft;
        State {
            term: raft.term,
            is_leader: raft.state == StateRole::Leader,
        }
    }

    /// Does what the engine wants done. Whoever asked gets the engine's answer as the reply of the
    /// call; an asker for whom there is none gets a reply that says nothing.
    fn work(&mut self, mut asker: Option<Asker>) -> Result<(), Ended> {
        while self.engine.has_ready() {
            let mut ready = self.engine.ready();
            let disk = self.engine.mut_store();
            let snapshot = ready.snapshot();
            let installed = (!snapshot.is_empty()).then(|| disk.install(snapshot));
            disk.append(ready.take_entries());
            if let Some(state) = ready.hs() {
                disk.set_hard_state(state);
            }
            // Nothing leaves before what it rests on is on disk. A commit index alone can wait.
            if ready.must_sync() || installed.is_some() {
                disk.save();
            }
            self.send(ready.take_messages(), &mut asker);
            self.send(ready.take_persisted_messages(), &mut asker);
            if let Some(snapshot) = installed {
                self.apply.send(snapshot).map_err(|_| Ended)?;
            }
            self.apply(ready.take_committed_entries())?;

            // What has become possible because it is on disk.
            let mut light = self.engine.advance(ready);
            if let Some(index) = light.commit_index() {
                self.engine.mut_store().set_commit_index(index);
            }
            self.send(light.take_messages(), &mut asker);
            self.apply(light.take_committed_entries())?;
            self.engine.advance_apply();
        }
        Ok(())
    }

    fn send(&mut self, messages: Vec<Message>, asker: &mut Option<Asker>) {
        for message in messages {
            match asker.take_if(|asker| asker.id == message.to) {
                Some(asker) => drop(asker.reply.send(pack(&message))),
                None => self.calls.send(message),
            }
        }
    }

    /// Hands committed commands to the service. It never hears of the engine's own entries.
    fn apply(&self, entries: Vec<Entry>) -> Result<(), Ended> {
        for entry in entries.into_iter().filter(is_command) {
            let index = self.engine.store().number_of(entry.index);
            let command = ApplyMsg::Command {
                index,
                command: entry.data,
            };
            self.apply.send(command).map_err(|_| Ended)?;
        }
        Ok(())
    }
}
