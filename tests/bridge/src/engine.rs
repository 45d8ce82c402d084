//! What stands under the lock: the node, its disk, and all that the node wants done.

use crate::disk::{COMMAND, Disk, id_of, is_command, server_of};
use crate::lane::{Lane, Outgoing};
use labapi::channel::Sender;
use labapi::step::{Config, Entry, Message, MessageType, RawNode, Ready, Role, Status, Track};
use labapi::sync::Arc;
use labapi::time::Instant;
use labapi::{ApplyMsg, Bytes, Persister, Started};

/// Ticks between two heartbeats of a leader: ten a second.
const HEARTBEAT: u64 = 5;

/// Ticks without a word from the leader before an election: drawn from this up to twice as much.
const ELECTION: u64 = 20;

/// Why the node is asked what it wants done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Time has passed.
    Tick,
    /// Something came in.
    Stir,
    /// This node asked for something, and waits for the answer.
    Request(u64),
}

/// Commands that wait to be proposed.
#[derive(Default)]
struct Proposals {
    /// The term in which they were offered. No other one may take them: a command has but one index
    /// in a term.
    term: u64,
    /// The suites' index of the entry before them.
    before: u64,
    entries: Vec<Entry>,
}

pub(crate) struct Engine {
    node: Box<dyn RawNode>,
    disk: Arc<Disk>,
    /// Committed commands, in order; none any more once the peer has been killed.
    committed: Option<Sender<ApplyMsg>>,
    /// What waits to be proposed.
    proposals: Proposals,
    /// The way to each server.
    lanes: Vec<Lane>,
    /// Whether something came in since the last [`Engine::work`].
    is_stirred: bool,
}

impl Engine {
    pub(crate) fn new<T: Track>(
        servers: usize,
        me: usize,
        persister: Arc<Persister>,
        committed: Sender<ApplyMsg>,
    ) -> Engine {
        let disk = Arc::new(Disk::open(persister, servers));
        let config = Config {
            id: id_of(me),
            // Whoever starts again finds them in storage.
            peers: match disk.is_new() {
                true => (0..servers).map(id_of).collect(),
                false => Vec::new(),
            },
            election_tick: ELECTION,
            heartbeat_tick: HEARTBEAT,
            storage: Arc::<Disk>::clone(&disk),
            // The service has read the snapshot itself: the first entry to apply is the next one.
            applied: disk.base(),
        };
        let node = T::raw_node(&config);
        Engine {
            node: node.unwrap_or_else(|error| panic!("a sound configuration was refused: {error}")),
            disk,
            committed: Some(committed),
            proposals: Proposals::default(),
            lanes: (0..servers).map(|_| Lane::default()).collect(),
            is_stirred: false,
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.node.node().status()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.committed.is_none()
    }

    pub(crate) fn end(&mut self) {
        self.committed = None;
    }

    pub(crate) fn has_work(&self) -> bool {
        self.is_stirred || self.has_ended()
    }

    pub(crate) fn tick(&mut self) {
        self.node.tick();
    }

    /// Takes a message. What the node refuses is as good as lost.
    pub(crate) fn step(&mut self, message: Message) {
        if self.has_ended() {
            return;
        }
        self.is_stirred = true;
        if message.msg_type == MessageType::AppendResponse && !message.reject {
            let mut lanes = (1..).zip(&mut self.lanes);
            if let Some((_, lane)) = lanes.find(|(id, _)| *id == message.from) {
                lane.acknowledged(message.term, message.index);
            }
        }
        if let Err(error) = self.node.step(message) {
            log::debug!("refused a message: {error}");
        }
    }

    /// Offers a command. It is the ticker's next work to propose it, along with whatever is offered
    /// meanwhile: a node sends to everybody at each proposal.
    pub(crate) fn propose(&mut self, command: &Bytes) -> Option<Started> {
        let Status { term, role, .. } = self.status();
        if self.has_ended() || role != Role::Leader {
            return None;
        }
        let proposals = &mut self.proposals;
        if proposals.term != term || proposals.entries.is_empty() {
            let (node, disk) = (self.node.node(), &self.disk);
            let last = disk.number_of_last(node.status().last_index, &node.unstable_entries());
            proposals.entries.clear();
            (proposals.term, proposals.before) = (term, last);
        }
        let data = [COMMAND, command].concat();
        proposals.entries.push(Entry::new(0, 0, data));
        let index = proposals.before + proposals.entries.len() as u64;
        self.is_stirred = true;
        Some(Started { index, term })
    }

    /// Proposes what waits, in the term for which its indices were promised.
    fn pass_on_proposals(&mut self) {
        let Status { id, term, role, .. } = self.status();
        let entries = std::mem::take(&mut self.proposals.entries);
        if entries.is_empty() || role != Role::Leader || term != self.proposals.term {
            return;
        }
        self.step(Message {
            msg_type: MessageType::Propose,
            from: id,
            to: id,
            entries,
            ..Message::default()
        });
    }

    /// The service's snapshot includes all up to the suites' index `number`.
    pub(crate) fn compact(&mut self, number: u64, snapshot: Bytes) {
        self.disk.compact(number, snapshot, self.status().applied);
    }

    /// The answer to an Append came, or will not come.
    pub(crate) fn append_ended(&mut self, to: u64, number: u64) {
        self.is_stirred |= self.lanes[server_of(to)].end(number);
    }

    /// Does what the node wants done, and says what is to be sent; apart from the answer to
    /// whoever asks.
    pub(crate) fn work(&mut self, occasion: Occasion) -> (Option<Message>, Vec<Outgoing>) {
        self.pass_on_proposals();
        self.is_stirred = false;
        let (mut answer, mut outgoing) = (None, Vec::new());
        while !self.has_ended() && self.node.has_ready() {
            let mut ready = self.node.ready();
            let installed = self.disk.save(&ready);
            for message in std::mem::take(&mut ready.messages) {
                let is_answer =
                    occasion == Occasion::Request(message.to) && message.msg_type.is_response();
                if is_answer && answer.is_none() {
                    answer = Some(message);
                } else if message.msg_type == MessageType::Append {
                    self.lanes[server_of(message.to)].hold(message);
                } else {
                    outgoing.push(Outgoing {
                        message,
                        append: None,
                    });
                }
            }
            self.apply(installed, &ready);
            self.node.advance(ready);
        }
        let (now, is_tick) = (Instant::now(), occasion == Occasion::Tick);
        let lanes = self.lanes.iter_mut();
        outgoing.extend(lanes.filter_map(|lane| lane.take(now, is_tick)));
        (answer, outgoing)
    }

    /// Hands over what is committed. The service never hears of entries without a command.
    fn apply(&mut self, installed: Option<ApplyMsg>, ready: &Ready) {
        let commands = ready
            .committed_entries
            .iter()
            .filter(|entry| is_command(entry));
        let commands = commands.map(|entry| ApplyMsg::Command {
            index: self.disk.number_of(entry.index),
            command: entry.data.slice(COMMAND.len()..),
        });
        for message in installed.into_iter().chain(commands) {
            let sent = self
                .committed
                .as_ref()
                .map(|committed| committed.send(message));
            if !matches!(sent, Some(Ok(()))) {
                return self.end(); // the service is gone
            }
        }
    }
}
