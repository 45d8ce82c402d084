//! The network of step-driven cases: messages one by one, in the order in which they were sent.

use super::{Seat, StepLab, TICKS};
use crate::trace;
use crate::trace::{Text, What};
use labapi::step::{MemoryStorage, Message, MessageType};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// No case takes so many messages to settle.
const MESSAGES_MAX: usize = 20_000;

/// What stands at a place of the network.
pub enum Place {
    /// A new node.
    Fresh,
    /// Whatever is sent there is gone.
    Hole,
    /// This node.
    Node(Seat),
}

/// Nodes 1, 2, … and what the network does to their messages.
pub struct Net<'a> {
    lab: &'a StepLab,
    seats: BTreeMap<u64, Option<Seat>>,
    /// From whom to whom nothing passes.
    cut: BTreeSet<(u64, u64)>,
    ignored: BTreeSet<MessageType>,
}

impl StepLab {
    /// A network of these, from 1 on; new nodes have the usual ticks.
    pub fn net(&self, places: impl IntoIterator<Item = Place>) -> Net<'_> {
        let places: Vec<Place> = places.into_iter().collect();
        let ids: Vec<u64> = (1..=places.len() as u64).collect();
        let seats = places.into_iter().zip(&ids).map(|(place, id)| {
            let seat = match place {
                Place::Fresh => Some(self.node_with(*id, &ids, TICKS, MemoryStorage::new())),
                Place::Hole => None,
                Place::Node(seat) => Some(seat),
            };
            (*id, seat)
        });
        Net {
            lab: self,
            seats: seats.collect(),
            cut: BTreeSet::new(),
            ignored: BTreeSet::new(),
        }
    }

    /// A network of so many new nodes.
    pub fn fresh(&self, count: usize) -> Net<'_> {
        self.net((0..count).map(|_| Place::Fresh))
    }

    /// `"oox"`: new nodes and holes.
    pub fn drawn(&self, places: &str) -> Net<'_> {
        self.net(places.chars().map(|place| match place {
            'o' => Place::Fresh,
            _ => Place::Hole,
        }))
    }
}

impl Net<'_> {
    /// The node at a place where there is one.
    pub fn seat(&self, id: u64) -> &Seat {
        let seat = self.seats.get(&id).and_then(Option::as_ref);
        seat.expect("the case knows who is there")
    }

    /// The same, to be changed.
    pub fn seat_mut(&mut self, id: u64) -> &mut Seat {
        let seat = self.seats.get_mut(&id).and_then(Option::as_mut);
        seat.expect("the case knows who is there")
    }

    /// The numbers of all nodes.
    pub fn ids(&self) -> Vec<u64> {
        let seats = self.seats.iter().filter(|(_, seat)| seat.is_some());
        seats.map(|(id, _)| *id).collect()
    }

    /// Nothing passes from the one to the other, nor back.
    pub fn cut(&mut self, one: u64, other: u64) {
        self.cut.extend([(one, other), (other, one)]);
    }

    /// Nothing passes to a node, nor from it.
    pub fn isolate(&mut self, id: u64) {
        let others: Vec<u64> = self
            .seats
            .keys()
            .copied()
            .filter(|other| *other != id)
            .collect();
        for other in others {
            self.cut(id, other);
        }
    }

    /// No message of this type passes.
    pub fn ignore(&mut self, kind: MessageType) {
        self.ignored.insert(kind);
    }

    /// Everything passes again.
    pub fn recover(&mut self) {
        self.cut.clear();
        self.ignored.clear();
    }

    /// Hands these messages over, then what they lead to, until there are none. What a node refuses
    /// is gone.
    #[track_caller]
    pub fn send(&mut self, messages: impl IntoIterator<Item = Message>) {
        let mut queue: VecDeque<Message> = messages.into_iter().collect();
        let mut count = 0;
        while let Some(message) = queue.pop_front() {
            count += 1;
            if count > MESSAGES_MAX {
                let last: String = queue
                    .iter()
                    .take(6)
                    .map(|one| format!("\n  {one}"))
                    .collect();
                let reason = "messages lead to messages without end; the next ones are";
                self.lab.fail(format!("{reason}{last}"));
            }
            let to = message.to;
            self.lab.count(&message);
            trace::of_case(|| What::Note(Text::new(&message)));
            let Some(Some(seat)) = self.seats.get_mut(&to) else {
                continue;
            };
            // A refusal is the node's right, and cases look at what came of it.
            let _ = seat.step(message);
            let sent = seat.take_messages();
            queue.extend(sent.into_iter().filter(|message| self.passes(message)));
        }
    }

    #[track_caller]
    fn passes(&self, message: &Message) -> bool {
        if message.msg_type == MessageType::Hup {
            let reason = "a node sent a Hup: that is for its own clock, and for nobody else";
            self.lab.fail(format!("{reason}: {message}"));
        }
        let is_cut = self.cut.contains(&(message.from, message.to));
        !is_cut && !self.ignored.contains(&message.msg_type)
    }

    /// Role and term of each node, in order.
    pub fn stands(&self) -> Vec<(labapi::step::Role, u64)> {
        self.ids()
            .into_iter()
            .map(|id| self.seat(id).stand())
            .collect()
    }

    /// All nodes have this log, and are as far.
    #[track_caller]
    pub fn expect_same_logs(&self, entries: &[labapi::step::Entry], committed: u64, applied: u64) {
        for id in self.ids() {
            let seat = self.seat(id);
            let what = format!("the log of n{id}");
            self.lab.same_entries(&what, &seat.entries(), entries);
            let status = seat.status();
            let (seen, expected) = ((status.committed, status.applied), (committed, applied));
            self.lab
                .same(&format!("committed and applied on n{id}"), seen, expected);
        }
    }
}
