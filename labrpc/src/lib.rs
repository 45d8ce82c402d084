//! The in-process unreliable network.
//!
//! Servers offer [`Service`]s, callers hold [`ClientEnd`]s, and the [`Network`] between them
//! delays, loses, doubles and cuts off what they send, as a test orders. Arguments and replies
//! always cross it as bytes, so that neither side can touch what the other holds. The same code
//! runs on real threads, or in a simulation:
//!
//! ```
//! use labrpc::harness::Network;
//! use labrpc::{ClientEnd, Service};
//! use labrt::{Node, Simulation};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Get {
//!     key: String,
//! }
//!
//! let report = Simulation::new(1).run(|| {
//!     let net = Network::new();
//!
//!     // Server 1 offers a service; its handlers run on threads of its node.
//!     let get = |args: Get| format!("the value of {}", args.key);
//!     let service = Service::new("Store").method("Get", get);
//!     net.add_server(1, &Node::new("n1"), vec![service]);
//!
//!     // Server 0 has an end that leads there.
//!     let end: ClientEnd = net.make_end(0);
//!     net.connect(end.id(), 1);
//!     net.enable(end.id(), true);
//!     let get_x = || end.call::<_, String>("Store.Get", &Get { key: "x".to_string() });
//!     assert_eq!(get_x().as_deref(), Some("the value of x"));
//!
//!     // Nothing gets from 1 to 0: the request is handled, and the reply lost.
//!     net.block(1, 0, true);
//!     assert_eq!(get_x(), None);
//!     net.block(1, 0, false);
//!
//!     // Some of a hundred calls fail now, and some of those were handled.
//!     net.set_reliable(false);
//!     let answered = (0..100).filter(|_| get_x().is_some()).count();
//!     assert!((50..100).contains(&answered));
//!     assert!(net.count(1) as usize > answered);
//! });
//! assert_eq!(report.outcome, Ok(()));
//! ```
//!
//! `cargo run -p raftlab-labrpc --example faults` shows more of what a network can do to its
//! servers.
//! What only a test or a harness needs is in [`harness`].
//!
//! [`Network`]: harness::Network
#![forbid(unsafe_code)]

// A map of the code. Each file knows those above it in this list, and none below.
//
// | file | what it is |
// | --- | --- |
// | `id` | the numbers of servers, clients and ends |
// | `step` | the steps of a message, and why it may be lost |
// | `latency` | how long a message is under way: settings, and draws from them |
// | `faults` | the odds: what becomes of one message under given conditions |
// | `choice` | where a message could fare otherwise, for runs with a plan |
// | `link` | what one direction between two servers adds: latency, bandwidth, a block |
// | `error` | why caller and server do not understand each other |
// | `codec` | how messages of unknown types are looked into
// | `line` | a way to servers that are elsewhere
// | `service` | methods by name, with their types erased |
// | `router` | who is connected to whom; turns an attempt to send into its verdict |
// | `spin` | a short wait without sleep |
// | `reply_slot` | where a caller waits for its reply |
// | `pool` | the threads of the real world |
// | `event` | what the harness sees of a message |
// | `shared` | what ends, handlers and a test's orders share |
// | `handler` | the server's side of a call |
// | `call`, `end` | the caller's side of a call: bytes, types |
// | `untyped` | calls and services of a harness that does not know the types |
// | `network` | the orders that a test gives |
// | `harness` | what of all this is for tests and harnesses |
//
// Each call takes one thread of the server's node, which waits while the request is under way and
// then runs the handler; how long a reply takes is waited for by the caller. So a request outlives
// the crash of its sender, a reply that of the server it came from, and neither needs a timer.

mod call;
mod choice;
mod codec;
mod end;
mod error;
mod event;
mod faults;
mod handler;
pub mod harness;
mod id;
mod latency;
mod line;
mod link;
mod network;
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
