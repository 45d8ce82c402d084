//! The in-process unreliable network.
//!
//! Servers offer [`Service`]s, callers hold [`ClientEnd`]s, and the [`Network`] between them
//! delays, loses, doubles and cuts off what they send, as a test orders. Arguments and replies
//! always cross it as bytes, so that neither side can touch what the other holds.
//!
//! A map of the code, from what has no clock to what has:
//!
//! | file | what it is |
//! | --- | --- |
//! | `faults` | the odds: what becomes of one message under given conditions |
//! | `link` | what one direction between two servers adds: latency, bandwidth, a block |
//! | `router` | who is connected to whom; turns an attempt to send into its verdict |
//! | `service` | methods by name, with their types erased |
//! | `event`, `notation` | what the harness sees of a message, and one line for it |
//! | `slot` | where a caller waits for its answer |
//! | `handler`, `pool` | the server's side of a call, and the threads that it runs on |
//! | `end`, `call` | the caller's side of a call: types, bytes |
//! | `network` | the orders that a test gives |
//!
//! Each call takes one thread of the server's node, which waits while the request is under way and
//! then runs the handler; how long a reply takes is waited for by the caller. So a request outlives
//! the crash of its sender, a reply that of the server it came from, and neither needs a timer.
#![forbid(unsafe_code)]

mod call;
mod end;
mod event;
mod faults;
mod handler;
mod link;
mod network;
mod notation;
mod pool;
mod router;
mod service;
mod slot;

pub use end::ClientEnd;
pub use event::{Loss, Message, MessageEvent, Observer, Step};
pub use link::Latency;
pub use network::Network;
pub use service::{Codec, MethodKind, Service};

/// A server's number in the network.
pub type ServerId = usize;
/// The numbers from here on are those of clients: they call, and serve nothing.
pub const FIRST_CLIENT: ServerId = 1 << 16;

/// How traces and reports call a server, or a client: `n2`, `c0`.
pub fn name(id: ServerId) -> String {
    match id.checked_sub(FIRST_CLIENT) {
        None => format!("n{id}"),
        Some(client) => format!("c{client}"),
    }
}

/// An end's number: one for each (client, server, incarnation).
pub type EndId = u64;
