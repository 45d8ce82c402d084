//! For a test or a harness, not for code under test: the network and the orders that it takes, what
//! is seen of each message, and calls without types.
//!
//! An implementation holds [`ClientEnd`](crate::ClientEnd)s and offers
//! [`Service`](crate::Service)s, and neither type has a method that is for tests.

pub use crate::codec::Codec;
pub use crate::error::CallError;
pub use crate::event::{Message, MessageEvent, Observer};
pub use crate::latency::Latency;
pub use crate::line::Line;
pub use crate::network::Network;
pub use crate::service::MethodKind;
pub use crate::step::{Loss, Step};
pub use crate::untyped::{Handlers, call_bytes, call_value, end_over, forward, methods, stand_in};
