//! raft-rs, the Raft of TiKV, behind [`labapi::Raft`]: a production engine under the suites.
//!
//! raft-rs is Raft as a state machine: it takes inputs one at a time, never waits, and says what it
//! wants saved, sent and applied. What it leaves to its user is this crate.
//!
//! | file | what it does |
//! | --- | --- |
//! | `lib` | the face: what the suites ask, as inputs for the driver |
//! | `driver` | the thread that owns the engine: an input, then all that the engine asks for |
//! | `calls` | messages as calls whose reply is the engine's answer; calls without one |
//! | `message` | a message's bytes, its method, and how a trace shows it |
//! | `disk` | the log and its companions, as the engine reads them and the persister saves them |
//!
//! No lock is needed: one thread owns the engine, and everything reaches it through one channel.
//!
//! It does not stand on `tests/bridge`, which runs other state machines in threads. The contract of
//! those, `labapi::step`, is TinyKV's: its messages have no place for what raft-rs' carry besides,
//! such as `reject_hint`, without which a leader does not learn how far down a follower's log
//! differs, nor for a pre-vote; and its nodes let a suite set fields that raft-rs keeps to itself.
//! So `disk` has a twin there, which tells the suites' indices from the node's in the same way.
#![forbid(unsafe_code)]

mod calls;
mod disk;
mod driver;
mod input;
mod message;

use driver::Driver;
use input::Input;
use labapi::channel::{self, Sender};
use labapi::sync::Arc;
use labapi::{ApplyMsg, Bytes, ClientEnd, Persister, Raft, Service, Started, State, thread};
use message::{METHODS, unpack};

/// Makes a peer, or revives it from what the persister holds.
pub fn make(
    ends: Vec<ClientEnd>,
    me: usize,
    persister: Arc<Persister>,
    apply: Sender<ApplyMsg>,
) -> Arc<dyn Raft> {
    let (inbox, inputs) = channel::unbounded();
    let driver = Driver::new(ends, me, persister, apply, inbox.clone());
    thread::Builder::new()
        .name("driver".into())
        .spawn(move || driver.run(&inputs))
        .expect("a thread can be started");
    Arc::new(Peer { inbox })
}

/// What the suites hold: a way to the driver.
struct Peer {
    inbox: Sender<Input>,
}

impl Peer {
    /// Asks the driver, and waits for its answer. `None` when it has ended, or has none to give.
    fn ask<T>(&self, question: impl FnOnce(Sender<T>) -> Input) -> Option<T> {
        let (reply, answer) = channel::bounded(1);
        self.inbox.send(question(reply)).ok()?;
        answer.recv().ok()
    }
}

impl Raft for Peer {
    fn start(&self, command: Bytes) -> Option<Started> {
        self.ask(|reply| Input::Propose(command, reply))
    }

    fn state(&self) -> State {
        let ended = State {
            term: 0,
            is_leader: false,
        };
        self.ask(Input::State).unwrap_or(ended)
    }

    fn snapshot(&self, index: u64, snapshot: Bytes) {
        drop(self.inbox.send(Input::Compact(index, snapshot)));
    }

    fn service(self: Arc<Self>) -> Service {
        METHODS
            .iter()
            .fold(Service::new("Raft"), |service, method| {
                let peer = Arc::clone(&self);
                let answer = move |request: Bytes| -> Option<Bytes> {
                    peer.ask(|reply| Input::Request(unpack(&request), reply))
                };
                let service = service.method(method, answer);
                let service = service.describe(method, message::describe);
                service.describe_reply(method, message::describe_reply)
            })
    }

    fn kill(&self) {
        drop(self.inbox.send(Input::Kill));
    }
}
