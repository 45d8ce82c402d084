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
mod error;
mod event;
mod faults;
mod handler;
pub mod harness;
mod id;
mod latency;
mod link;
mod network;
mod notation;
mod pool;
mod reply_slot;
mod router;
mod service;
mod shared;
mod spin;
mod step;
mod untyped;

pub use end::ClientEnd;
pub use id::{EndId, FIRST_CLIENT, ServerId, name};
pub use service::Service;
