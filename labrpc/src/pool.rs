//! The threads that handlers run on in the real world, where a fresh thread for each call would
//! cost more than the call.

use crate::handler::Handling;
use labrt::channel::{Receiver, Sender, bounded};
use labrt::harness::{self, Mutex};
use labrt::thread::{Builder, yield_now};
use std::sync::{Arc, Weak};

/// How often a thread looks for what it waits for before it sleeps: for a few microseconds.
const SPINS: u32 = 200;
const SPINS_PER_YIELD: u32 = 5;

/// Threads that wait for work, the one that ended work last on top: its caches are warm. No handler
/// ever waits for another one: without an idle thread, the pool grows.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Arc<Mutex<Vec<Sender<Task>>>>,
}

/// What a worker is given: work, and its own address, which it leaves with the idle ones when the
/// work is done. A worker that waits holds no address of its own, so that it notices the pool's
/// end.
struct Task {
    work: Handling,
    worker: Sender<Task>,
}

impl Pool {
    /// Runs `work` on a thread of its own.
    pub(crate) fn run(&self, work: Handling) {
        let idle = self.idle.lock().pop();
        let worker = idle.unwrap_or_else(|| self.grow());
        // A worker waits for exactly one task once its address was left with the idle ones.
        let sent = worker.clone().send(Task { work, worker });
        debug_assert!(sent.is_ok(), "a worker that waits has not ended");
    }

    /// Adds a thread. It ends when the pool does.
    fn grow(&self) -> Sender<Task> {
        let (sender, receiver) = bounded::<Task>(1);
        let idle: Weak<_> = Arc::downgrade(&self.idle);
        let worker = move || {
            while let Some(Task { work, worker }) = soon(&receiver).or_else(|| receiver.recv().ok())
            {
                let node = work.path.server.node.clone();
                harness::run_as(&node, || work.run());
                let Some(idle) = idle.upgrade() else { return };
                idle.lock().push(worker);
            }
        };
        let builder = Builder::new().name("rpc".to_string());
        if let Err(error) = builder.spawn(worker) {
            harness::fail(format!("no thread for an RPC handler: {error}"));
        }
        sender
    }
}

/// What `receiver` gets within a few microseconds, on a real thread. Two threads that answer each
/// other at once are never put to sleep and woken, which would cost a call more than all the rest
/// of it. Now and then the processor goes to whoever shares it: that may be the other one.
pub(crate) fn soon<T>(receiver: &Receiver<T>) -> Option<T> {
    for spin in 1..=SPINS {
        if let Ok(received) = receiver.try_recv() {
            return Some(received);
        }
        match spin % SPINS_PER_YIELD {
            0 => yield_now(),
            _ => std::hint::spin_loop(),
        }
    }
    None
}
