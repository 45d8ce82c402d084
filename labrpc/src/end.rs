//! The caller's side of a call: what knows its types.

use crate::call::{Call, Desk};
use crate::network::Shared;
use crate::slot::Slot;
use crate::{EndId, ServerId};
use labcodec::value::Value;
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;

/// The calling side of a connection. A handle: clones are the same end.
#[derive(Clone)]
pub struct ClientEnd {
    id: EndId,
    from: ServerId,
    network: Arc<Shared>,
    /// What earlier calls left for the next: each call has its own while it runs.
    spare: Arc<Mutex<Vec<Desk>>>,
}

impl ClientEnd {
    pub(crate) fn new(id: EndId, from: ServerId, network: Arc<Shared>) -> ClientEnd {
        ClientEnd {
            id,
            from,
            network,
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
    /// `None` means that no reply came: whether the server has executed the call is not known.
    /// There is no time limit to set, a call always returns, but over a dead connection that may
    /// take seconds. A method that the server does not offer, and arguments or a reply of another
    /// type than the server's, fail the run.
    #[track_caller]
    pub fn call<A, R>(&self, method: &str, args: &A) -> Option<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        harness::about_to_block("an RPC");
        let mut desk = self.begin()?;
        let fails = |why: String| -> ! {
            let (args, reply) = (type_name::<A>(), type_name::<R>());
            harness::fail(format!(
                "call of {method} with a {args} for a {reply}: {why}"
            ))
        };
        if let Err(error) = labcodec::encode_into(args, &mut desk.bytes) {
            fails(format!("the arguments {error}"));
        }
        match Call::new(&self.network, self.id, self.from, method).exchange(&mut desk) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(why) => fails(why),
        }
        match labcodec::decode(&desk.bytes) {
            Ok(reply) => {
                self.end(desk);
                Some(reply)
            }
            Err(error) => {
                let kind = self.network.router.lock().kind(method);
                let sent = kind.map_or("reply", |kind| kind.reply.type_name());
                fails(format!("the server returned a {sent}, which is {error}"))
            }
        }
    }

    /// As [`ClientEnd::call`], for a caller that does not know the types: arguments and reply are
    /// trees of values.
    ///
    /// # Errors
    /// When no server ever offered `method`, or `args` does not describe its arguments.
    #[track_caller]
    pub fn call_value(&self, method: &str, args: Value) -> Result<Option<Value>, labcodec::Error> {
        harness::about_to_block("an RPC");
        let kind = self.network.router.lock().kind(method);
        let kind = kind.ok_or_else(|| {
            labcodec::Error::Unsupported(format!("no server ever offered a method {method}"))
        })?;
        let bytes = kind.args.bytes(args)?;
        let Some(mut desk) = self.begin() else {
            return Ok(None);
        };
        desk.bytes = bytes;
        match Call::new(&self.network, self.id, self.from, method).exchange(&mut desk) {
            Ok(false) => Ok(None),
            Ok(true) => kind.reply.value(&desk.bytes).map(Some),
            Err(why) => Err(labcodec::Error::Mismatch(why)),
        }
    }

    /// What a call needs, or nothing if there can be none.
    #[track_caller]
    fn begin(&self) -> Option<Desk> {
        if self.network.is_closed() {
            return None;
        }
        let crashed = harness::is_crashed();
        if crashed && harness::is_simulated() {
            return None;
        }
        let desk = self.spare.lock().pop().unwrap_or_else(|| self.furnish());
        if crashed {
            // A real thread lives on when its node has crashed. It waits like any caller that is
            // cut off: answered at once, a loop that tries again would spin.
            let after = self
                .network
                .router
                .lock()
                .conditions
                .dead_end(&mut labrt::rand::rng());
            desk.slot.wait(after);
            return None;
        }
        Some(desk)
    }

    fn furnish(&self) -> Desk {
        let slot = Arc::new(Slot::new());
        self.network.router.lock().add_slot(&slot);
        Desk {
            slot,
            bytes: Vec::new(),
        }
    }

    /// Leaves the desk for the next call. Only that of a call that was answered can be used again:
    /// any other's slot may still be.
    fn end(&self, mut desk: Desk) {
        desk.bytes.clear();
        self.spare.lock().push(desk);
    }
}
