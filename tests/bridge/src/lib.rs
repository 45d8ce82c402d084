//! Runs any step-driven Raft as a [`labapi::Raft`]: under the suites of lab 3, with their network,
//! crashes and oracles, and whatever stands on a Raft stands on it.
//!
//! A node has no threads, no clock and no disk. Here it gets them: a ticker, one lock around the
//! node, a call for each message. Hard state, entries and snapshot are saved, together, before any
//! message leaves that rests on them.
//!
//! | file | what it does |
//! | --- | --- |
//! | `engine` | the lock: what comes in, and all that the node then wants done |
//! | `lane` | one Append at a time to each server |
//! | `threads` | the ticker, the applier, a thread a call |
//! | `disk` | what is saved, and the numbers that tell the suites' indices from the node's |
//! | `view` | a message's method, and how a trace shows it |
//!
//! ```
//! let make: labapi::MakeRaft = bridge::make::<rawraft::Tiny>;
//! # let _ = make;
//! ```
#![forbid(unsafe_code)]

mod disk;
mod engine;
mod lane;
mod threads;
mod view;

use engine::Engine;
use labapi::channel::{self, Sender};
use labapi::step::{Message, Role, Track};
use labapi::sync::{Arc, Condvar, Mutex};
use labapi::{ApplyMsg, Bytes, ClientEnd, Persister, Raft, Service, Started, State};

/// Makes a peer of nodes of this implementation, or revives it from what the persister holds.
pub fn make<T: Track>(
    ends: Vec<ClientEnd>,
    me: usize,
    persister: Arc<Persister>,
    apply: Sender<ApplyMsg>,
) -> Arc<dyn Raft> {
    let (committed, to_apply) = channel::unbounded();
    let engine = Engine::new::<T>(ends.len(), me, persister, committed);
    let bridge = Arc::new(Bridge {
        engine: Mutex::new(engine),
        woken: Condvar::new(),
        ends,
    });
    threads::start(&bridge, to_apply, apply);
    bridge
}

/// A node and what it needs to run.
struct Bridge {
    engine: Mutex<Engine>,
    /// Notified when the ticker has something to do before the next tick.
    woken: Condvar,
    ends: Vec<ClientEnd>,
}

impl Raft for Bridge {
    fn start(&self, command: Bytes) -> Option<Started> {
        let started = self.engine.lock().propose(&command)?;
        // What is started meanwhile travels along.
        self.woken.notify_one();
        Some(started)
    }

    fn state(&self) -> State {
        let status = self.engine.lock().status();
        State {
            term: status.term,
            is_leader: status.role == Role::Leader,
        }
    }

    fn snapshot(&self, index: u64, snapshot: Bytes) {
        self.engine.lock().compact(index, snapshot);
    }

    fn service(self: Arc<Self>) -> Service {
        let methods = view::METHODS.iter();
        methods.fold(Service::new("Raft"), |service, method| {
            let bridge = Arc::clone(&self);
            let answer = move |request: Message| -> Option<Message> { bridge.answer(request) };
            let service = service.method(method, answer);
            let service = service.describe(method, view::describe);
            service.describe_reply(method, view::describe_reply)
        })
    }

    fn kill(&self) {
        self.engine.lock().end();
        self.woken.notify_all();
    }
}
