//! (interface first)
#![forbid(unsafe_code)]
use labrt::Node;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// A server's number in the network.
pub type ServerId = usize;
/// An end's number: one for each (client, server, incarnation).
pub type EndId = u64;

/// The in-process network. A handle: clones are the same network.
#[derive(Clone)]
pub struct Network;

impl Network {
    /// A reliable network without servers.
    pub fn new() -> Network {
        todo!()
    }
    /// Ends every pending call at once (without a reply), and every call to come.
    pub fn cleanup(&self) {
        todo!()
    }
    /// Makes an end, owned by client `from`; not connected, not enabled.
    pub fn make_end(&self, _from: ServerId) -> ClientEnd {
        todo!()
    }
    /// Points an end to a server.
    pub fn connect(&self, _end: EndId, _to: ServerId) {
        todo!()
    }
    /// Enables or disables an end.
    pub fn enable(&self, _end: EndId, _on: bool) {
        todo!()
    }
    /// Adds (or replaces) a server whose handlers run on `node`.
    pub fn add_server(&self, _id: ServerId, _node: &Node, _services: Vec<Service>) {
        todo!()
    }
    /// Removes a server; replies of handlers that still run are lost.
    pub fn delete_server(&self, _id: ServerId) {
        todo!()
    }
    /// `false`: delays and drops requests and replies.
    pub fn set_reliable(&self, _yes: bool) {
        todo!()
    }
    /// Delays two replies in three.
    pub fn set_long_reordering(&self, _yes: bool) {
        todo!()
    }
    /// Calls over dead connections take up to 7 s, not 100 ms.
    pub fn set_long_delays(&self, _yes: bool) {
        todo!()
    }
    /// Requests that server `id` handled.
    pub fn count(&self, _id: ServerId) -> u64 {
        todo!()
    }
    /// Requests sent by anyone.
    pub fn total_count(&self) -> u64 {
        todo!()
    }
    /// Bytes of all arguments sent and replies delivered.
    pub fn total_bytes(&self) -> u64 {
        todo!()
    }
}
impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

/// The calling side of a connection.
#[derive(Clone)]
pub struct ClientEnd;

impl ClientEnd {
    /// Its number.
    pub fn id(&self) -> EndId {
        todo!()
    }
    /// Calls `method` (`"Raft.RequestVote"`) and blocks until the reply comes or is known lost.
    #[track_caller]
    pub fn call<A: Serialize, R: DeserializeOwned>(&self, _method: &str, _args: &A) -> Option<R> {
        todo!()
    }
}

/// The methods of one server under one name.
pub struct Service;

impl Service {
    /// A service without methods; `name` is what stands before the dot.
    pub fn new(_name: &str) -> Service {
        todo!()
    }
    /// Adds a method. Handlers may block; each call has a thread of its own.
    pub fn method<A, R>(self, _name: &str, _f: impl Fn(A) -> R + Send + Sync + 'static) -> Service
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + 'static,
    {
        todo!()
    }
}
const _: Option<Duration> = None;
