//! The caller's side of a call: what knows its types.

use crate::call::{Call, CallBuffer};
use crate::error::CallError;
use crate::id::{EndId, ServerId};
use crate::line::Line;
use crate::reply_slot::ReplySlot;
use crate::service::MethodKind;
use crate::shared::Shared;
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;

/// The calling side of a connection. A handle: clones are the same end.
#[derive(Clone)]
pub struct ClientEnd {
    id: EndId,
    from: ServerId,
    way: Way,
    /// What earlier calls left for the next: each call has its own while it runs.
    spare: Arc<Mutex<Vec<CallBuffer>>>,
}

/// By what an end's calls go.
#[derive(Clone)]
enum Way {
    Network(Arc<Shared>),
    /// The network is in another process.
    Line(Arc<dyn Line>),
}

impl ClientEnd {
    pub(crate) fn over(line: Arc<dyn Line>, id: EndId, from: ServerId) -> ClientEnd {
        ClientEnd {
            id,
            from,
            way: Way::Line(line),
            spare: Arc::default(),
        }
    }

    pub(crate) fn new(id: EndId, from: ServerId, network: Arc<Shared>) -> ClientEnd {
        ClientEnd {
            id,
            from,
            way: Way::Network(network),
            spare: Arc::default(),
        }
    }

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
    /// `None` means that no reply came. The caller cannot tell why, nor whether the server has
    /// executed the call:
    ///
    /// | what has happened | known after | has the handler run? |
    /// | --- | --- | --- |
    /// | the caller is cut off, or its way there is | 0 to 100 ms; with long delays, 7 s | no |
    /// | an unreliable network lost the request | 0 to 26 ms | no |
    /// | an unreliable network lost the reply | no time, once the handler has run | yes |
    /// | the way back is blocked | as if cut off, once the handler has run | yes |
    /// | the server went, or the caller was cut off, before the reply left | 100 ms | perhaps |
    /// | on real threads: the handler panicked | no time | in part |
    /// | the caller's own server has crashed | no time; on real threads, as if cut off | no |
    /// | the run is over | no time | perhaps |
    ///
    /// A caller is cut off when its end is disabled or leads nowhere, or the server there is gone.
    /// There is no time limit to set: a call always returns, but a handler may take its time, and a
    /// reply of a network that reorders may be 2.2 s late. Whoever wants to ask again sooner makes
    /// the call on a thread of its own.
    ///
    /// A method that the server does not offer, and arguments or a reply of another type than the
    /// server's, fail the run.
    #[track_caller]
    pub fn call<A, R>(&self, method: &str, args: &A) -> Option<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        harness::about_to_block("an RPC");
        if let Way::Line(line) = &self.way {
            return self.call_over(&**line, method, args);
        }
        let mut buffer = self.begin()?;
        let fails = |why: String| -> ! { misfit::<A, R>(method, &why) };
        if let Err(error) = labcodec::encode_into(args, &mut buffer.bytes) {
            fails(format!("the arguments {error}"));
        }
        match self.exchange(method, &mut buffer) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => fails(error.to_string()),
        }
        match labcodec::decode(&buffer.bytes) {
            Ok(reply) => {
                self.end(buffer);
                Some(reply)
            }
            Err(error) => {
                let sent = self
                    .kind(method)
                    .map_or("reply", |kind| kind.reply.type_name());
                fails(format!("the server returned a {sent}, which is {error}"))
            }
        }
    }

    /// The types of `method`, if any server ever offered it.
    pub(crate) fn kind(&self, method: &str) -> Option<Arc<MethodKind>> {
        self.network()?.router.lock().kind(method)
    }

    /// The names of all methods that any server ever offered.
    pub(crate) fn offered(&self) -> Vec<String> {
        let kinds = self.network().map(|network| network.router.lock().kinds());
        let kinds = kinds.unwrap_or_default();
        kinds.iter().map(|kind| kind.name.clone()).collect()
    }

    /// Calls `method` with the encoded arguments that `buffer` holds; whether it then holds the
    /// encoded reply.
    #[track_caller]
    pub(crate) fn exchange(
        &self,
        method: &str,
        buffer: &mut CallBuffer,
    ) -> Result<bool, CallError> {
        match &self.way {
            Way::Network(network) => {
                Call::new(network, self.id, self.from, method).exchange(buffer)
            }
            Way::Line(_) => Ok(false), // it has no buffers: see `begin`
        }
    }

    /// What a call needs, or nothing if there can be none.
    #[track_caller]
    pub(crate) fn begin(&self) -> Option<CallBuffer> {
        let network = self.network()?;
        if network.is_closed() {
            return None;
        }
        let crashed = harness::is_crashed();
        if crashed && harness::is_simulated() {
            return None;
        }
        let spare = self.spare.lock().pop();
        let buffer = spare.unwrap_or_else(|| new_buffer(network));
        if crashed {
            // A real thread lives on when its node has crashed. It waits like any caller that is
            // cut off: answered at once, a loop that tries again would spin.
            let after = network
                .router
                .lock()
                .conditions
                .dead_end(&mut labrt::rand::rng());
            buffer.slot.wait(after);
            return None;
        }
        Some(buffer)
    }

    /// The network, if it is in this process.
    fn network(&self) -> Option<&Arc<Shared>> {
        match &self.way {
            Way::Network(network) => Some(network),
            Way::Line(_) => None,
        }
    }

    /// Calls `method` by a line.
    #[track_caller]
    fn call_over<A, R>(&self, line: &dyn Line, method: &str, args: &A) -> Option<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let fails = |why: String| -> ! { misfit::<A, R>(method, &why) };
        let args = labcodec::encode(args);
        let args = args.unwrap_or_else(|error| fails(format!("the arguments {error}")));
        let reply = line.call(self.id, method, args);
        let reply = reply.unwrap_or_else(|why| fails(why))?;
        match labcodec::decode(&reply) {
            Ok(reply) => Some(reply),
            Err(error) => fails(format!("the server's reply is {error}")),
        }
    }

    /// Leaves the buffer for the next call. Only the buffer of a call that was answered can be used
    /// again: into the slot of any other, a late answer may still come.
    pub(crate) fn end(&self, mut buffer: CallBuffer) {
        buffer.bytes.clear();
        self.spare.lock().push(buffer);
    }
}

/// Ends the run: caller and server do not understand each other.
#[track_caller]
fn misfit<A: ?Sized, R>(method: &str, why: &str) -> ! {
    let (args, reply) = (type_name::<A>(), type_name::<R>());
    harness::fail(format!(
        "call of {method} with a {args} for a {reply}: {why}"
    ))
}

fn new_buffer(network: &Shared) -> CallBuffer {
    let slot = Arc::new(ReplySlot::new());
    network.add_caller(&slot);
    CallBuffer {
        slot,
        bytes: Vec::new(),
    }
}
