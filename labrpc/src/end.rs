//! The caller's side of a call.

use crate::event::{Loss, Message, Step};
use crate::handler::Handling;
use crate::network::Shared;
use crate::router::Verdict;
use crate::service::MethodKind;
use crate::slot::{Answer, Slot};
use crate::{EndId, ServerId};
use labcodec::value::Value;
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
            harness::fail(format!(
                "call of {method}: the arguments, a {}, {error}",
                type_name::<A>()
            ));
        }
        if !self.exchange(method, &mut desk) {
            return None;
        }
        let reply = match labcodec::decode(&desk.bytes) {
            Ok(reply) => reply,
            Err(error) => harness::fail(format!(
                "call of {method} with a {}: the reply cannot be read as a {}: {error}",
                type_name::<A>(),
                type_name::<R>()
            )),
        };
        self.return_desk(desk);
        Some(reply)
    }

    /// As [`ClientEnd::call`], for a caller that does not know the types: arguments and reply are
    /// trees of values.
    ///
    /// # Errors
    /// When no server ever offered `method`, or `args` does not describe its arguments.
    #[track_caller]
    pub fn call_value(&self, method: &str, args: Value) -> Result<Option<Value>, labcodec::Error> {
        harness::about_to_block("an RPC");
        if harness::is_crashed() || self.network.is_closed() {
            return Ok(None);
        }
        let kind = self.network.router.lock().kind(method);
        let kind = kind.ok_or_else(|| {
            labcodec::Error::Unsupported(format!("no server ever offered a method {method}"))
        })?;
        let mut desk = self.take_desk();
        desk.bytes = kind.args.bytes(args)?;
        match self.exchange(method, &mut desk) {
            false => Ok(None),
            true => kind.reply.value(&desk.bytes).map(Some),
        }
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
    #[track_caller]
    fn exchange(&self, method: &str, desk: &mut Desk) -> bool {
        let network = &self.network;
        let call = network.count.fetch_add(1, Ordering::Relaxed) + 1;
        network
            .bytes
            .fetch_add(desk.bytes.len() as u64, Ordering::Relaxed);
        labrt::trace::fold(&desk.bytes);
        let now = network.now_for_links();
        let rng = &mut labrt::rand::rng();
        let verdict = network
            .router
            .lock()
            .send(self.id, method, desk.bytes.len(), now, rng);
        match verdict {
            Verdict::Closed => false,
            Verdict::Lost {
                to,
                kind,
                after,
                loss,
            } => {
                let call = Call {
                    end: self,
                    call,
                    to,
                    method,
                    kind: kind.as_ref(),
                };
                call.tell(Step::Sent, &desk.bytes);
                call.tell(Step::Lost(loss), &desk.bytes);
                desk.slot.wait(after);
                false
            }
            Verdict::NoSuchMethod { offered } => harness::fail(format!(
                "call of {method}: the server has no such method; it offers {}",
                offered.join(", ")
            )),
            Verdict::Arrives {
                path,
                method,
                after,
                copy,
            } => {
                let told = Call {
                    end: self,
                    call,
                    to: Some(path.server.id),
                    method: &method.kind.name,
                    kind: Some(&method.kind),
                };
                told.tell(Step::Sent, &desk.bytes);
                let request = Handling {
                    call,
                    network: Arc::clone(network),
                    path: path.clone(),
                    method: Arc::clone(&method),
                    bytes: std::mem::take(&mut desk.bytes),
                    after,
                    slot: Some(Arc::clone(&desk.slot)),
                };
                if let Some(after) = copy {
                    request.copy(after).start();
                }
                request.start();
                let outcome = self.wait(desk, || path.is_gone());
                told.tell_outcome(outcome, &desk.bytes);
                outcome.is_ok()
            }
        }
    }

    /// Waits for the answer to a request that is on its way, until the desk holds the reply.
    fn wait(&self, desk: &mut Desk, is_gone: impl Fn() -> bool) -> Result<(), Loss> {
        let answer = loop {
            match desk.slot.wait(GONE_CHECK) {
                Some(answer) => break answer,
                None if is_gone() => return Err(Loss::ServerGone),
                None => {}
            }
        };
        let (outcome, after) = match answer {
            Answer::Reply { bytes, after } => (Ok(bytes), after),
            Answer::Nothing { after, loss } => (Err(loss), after),
            Answer::Closed => return Err(Loss::Closed),
        };
        if after > Duration::ZERO && (self.network.is_closed() || desk.slot.wait(after).is_some()) {
            return Err(Loss::Closed);
        }
        desk.bytes = outcome?;
        self.network
            .bytes
            .fetch_add(desk.bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// A call, for those who watch it.
struct Call<'a> {
    end: &'a ClientEnd,
    call: u64,
    to: Option<ServerId>,
    method: &'a str,
    kind: Option<&'a Arc<MethodKind>>,
}

impl Call<'_> {
    fn tell(&self, step: Step, bytes: &[u8]) {
        let (call, method, kind) = (self.call, self.method, self.kind);
        let (from, to) = (self.end.from, self.to);
        self.end.network.tell(|| Message {
            call,
            from,
            to,
            method,
            step,
            kind,
            bytes,
        });
    }

    /// Tells how the call ended; `reply` is what it has, if it was answered.
    fn tell_outcome(&self, outcome: Result<(), Loss>, reply: &[u8]) {
        match outcome {
            // The server's side has told of it.
            Err(Loss::Reply) => {}
            Err(loss) => self.tell(Step::Lost(loss), &[]),
            Ok(()) => {
                let (call, method, kind, step) =
                    (self.call, self.method, self.kind, Step::Returned);
                let (from, to) = (self.to.unwrap_or(self.end.from), Some(self.end.from));
                let bytes = reply;
                self.end.network.tell(|| Message {
                    call,
                    from,
                    to,
                    method,
                    step,
                    kind,
                    bytes,
                });
            }
        }
    }
}
