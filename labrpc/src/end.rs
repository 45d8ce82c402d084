//! The caller's side of a call.

use crate::handler::Handling;
use crate::network::Shared;
use crate::router::Verdict;
use crate::slot::{Answer, Slot};
use crate::{EndId, ServerId};
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often a waiting caller looks whether the server is still there.
const GONE_CHECK: Duration = Duration::from_millis(100);

/// The calling side of a connection.
#[derive(Clone)]
pub struct ClientEnd {
    pub(crate) id: EndId,
    pub(crate) from: ServerId,
    pub(crate) network: Arc<Shared>,
    /// What earlier calls left for the next: each has its own while it runs.
    pub(crate) spare: Arc<Mutex<Vec<Desk>>>,
}

/// What one call at a time needs.
pub(crate) struct Desk {
    slot: Arc<Slot>,
    bytes: Vec<u8>,
}

impl ClientEnd {
    /// Its number.
    pub fn id(&self) -> EndId {
        self.id
    }

    /// The server (or client) that calls through this end.
    pub fn from(&self) -> ServerId {
        self.from
    }

    /// Calls `method` (`"Raft.RequestVote"`) and blocks until the reply comes or is known lost.
    ///
    /// `None` means that no reply came: whether the server has executed the call is not known. There
    /// is no time limit to set, a call always returns, but over a dead connection that may take
    /// seconds. A method that the server does not offer, and arguments or a reply of another type
    /// than the server's, fail the run.
    #[track_caller]
    pub fn call<A, R>(&self, method: &str, args: &A) -> Option<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        harness::about_to_block("an RPC");
        if harness::is_crashed() || self.network.is_closed() {
            return None;
        }
        let mut desk = self.take_desk();
        if let Err(error) = labcodec::encode_into(args, &mut desk.bytes) {
            let args = type_name::<A>();
            harness::fail(format!(
                "call of {method}: the arguments, a {args}, {error}"
            ));
        }
        let answered = self.exchange(method, &mut desk);
        let reply = answered.then(|| match labcodec::decode(&desk.bytes) {
            Ok(reply) => reply,
            Err(error) => harness::fail(format!(
                "call of {method} with a {}: the reply cannot be read as a {}: {error}",
                type_name::<A>(),
                type_name::<R>()
            )),
        });
        if answered {
            self.return_desk(desk);
        }
        reply
    }

    fn take_desk(&self) -> Desk {
        if let Some(desk) = self.spare.lock().pop() {
            return desk;
        }
        let slot = Arc::new(Slot::new());
        self.network.router.lock().add_slot(&slot);
        Desk {
            slot,
            bytes: Vec::new(),
        }
    }

    /// Only the desk of a call that was answered can be used again.
    fn return_desk(&self, mut desk: Desk) {
        desk.bytes.clear();
        self.spare.lock().push(desk);
    }

    /// Sends what lies on the desk, and waits. Whether the desk then holds the reply.
    fn exchange(&self, method: &str, desk: &mut Desk) -> bool {
        let network = &self.network;
        network.count.fetch_add(1, Ordering::Relaxed);
        network
            .bytes
            .fetch_add(desk.bytes.len() as u64, Ordering::Relaxed);
        let now = network.now_for_links();
        let rng = &mut labrt::rand::rng();
        let verdict = network
            .router
            .lock()
            .send(self.id, method, desk.bytes.len(), now, rng);
        match verdict {
            Verdict::Closed => false,
            Verdict::DeadEnd { after } | Verdict::Lost { after } => {
                desk.slot.wait(after);
                false
            }
            Verdict::NoSuchMethod { offered } => {
                let offered: Vec<_> = offered.iter().map(|known| known.name.as_str()).collect();
                harness::fail(format!(
                    "call of {method}: the server has no such method; it offers {}",
                    offered.join(", ")
                ))
            }
            Verdict::Arrives {
                path,
                method,
                after,
                copy,
            } => {
                let request = Handling {
                    network: Arc::clone(network),
                    path: path.clone(),
                    method,
                    bytes: std::mem::take(&mut desk.bytes),
                    after,
                    slot: Some(Arc::clone(&desk.slot)),
                };
                if let Some(after) = copy {
                    request.copy(after).start();
                }
                request.start();
                self.wait(desk, || path.is_gone())
            }
        }
    }

    /// Waits for the answer to a request that is on its way.
    fn wait(&self, desk: &mut Desk, is_gone: impl Fn() -> bool) -> bool {
        let answer = loop {
            match desk.slot.wait(GONE_CHECK) {
                Some(answer) => break answer,
                None if is_gone() => return false,
                None => {}
            }
        };
        let (bytes, after) = match answer {
            Answer::Reply { bytes, after } => (Some(bytes), after),
            Answer::Nothing { after } => (None, after),
            Answer::Closed => return false,
        };
        if after > Duration::ZERO && (self.network.is_closed() || desk.slot.wait(after).is_some()) {
            return false;
        }
        let Some(bytes) = bytes else { return false };
        self.network
            .bytes
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        desk.bytes = bytes;
        true
    }
}
