//! Messages as calls. The engine's requests travel as calls, and what the peer's engine answers is
//! the call's reply: a question and its answer are one RPC, and the network treats the answer as
//! the reply that it is. What the engine must know besides, that nobody answered, is the call's
//! `None`; or a timer's, since a call over a dead connection may take seven seconds to return.

use crate::disk::server_of;
use crate::input::{Fate, Input};
use crate::message::{method, pack, unpack};
use labapi::channel::Sender;
use labapi::time::{Duration, Instant};
use labapi::{Bytes, ClientEnd, thread};
use raft::eraftpb::{Message, MessageType};
use std::collections::BTreeMap;

/// After this time the engine learns that there is no answer, though the call is still under way.
/// About an election timeout: what a leader has not heard by then is of no use to it.
const PATIENCE: Duration = Duration::from_millis(500);

/// A call under way, as far as the engine may have to hear of it.
pub(crate) struct Call {
    /// The engine's number of the server that is called.
    pub(crate) to: u64,
    pub(crate) is_snapshot: bool,
    since: Instant,
}

/// The calls under way.
pub(crate) struct Calls {
    ends: Vec<ClientEnd>,
    inbox: Sender<Input>,
    /// By their numbers, which is by age as well.
    under_way: BTreeMap<u64, Call>,
    begun: u64,
}

impl Calls {
    pub(crate) fn new(ends: Vec<ClientEnd>, inbox: Sender<Input>) -> Calls {
        Calls {
            ends,
            inbox,
            under_way: BTreeMap::new(),
            begun: 0,
        }
    }

    /// Sends a message. Each call has a thread of its own: a dead connection holds it up for
    /// seconds, and the next message to the same peer must not wait for that.
    pub(crate) fn send(&mut self, message: Message) {
        let number = self.begun;
        self.begun += 1;
        let call = Call {
            to: message.to,
            is_snapshot: message.msg_type == MessageType::MsgSnapshot,
            since: Instant::now(),
        };
        self.under_way.insert(number, call);
        let end = self.ends[server_of(message.to)].clone();
        let inbox = self.inbox.clone();
        let call = move || {
            let method = format!("Raft.{}", method(message.msg_type));
            let answer: Option<Option<Bytes>> = end.call(&method, &pack(&message));
            let fate = match answer.flatten() {
                Some(answer) => Fate::Answered(unpack(&answer)),
                None => Fate::Lost,
            };
            drop(inbox.send(Input::Ended(number, fate)));
        };
        thread::Builder::new()
            .name("call".into())
            .spawn(call)
            .expect("a thread can be started");
    }

    /// A call is over. `None` if it was overdue before.
    pub(crate) fn end(&mut self, number: u64) -> Option<Call> {
        self.under_way.remove(&number)
    }

    /// Takes out the calls that have been under way for too long. Their answers may still come.
    pub(crate) fn overdue(&mut self) -> Vec<Call> {
        let is_late = |call: &Call| call.since.elapsed() >= PATIENCE;
        let mut late = Vec::new();
        while let Some(oldest) = self
            .under_way
            .first_entry()
            .filter(|oldest| is_late(oldest.get()))
        {
            late.push(oldest.remove());
        }
        late
    }
}
