//! The steps of a message, and the reasons why it does not arrive.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A step on a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The request leaves its sender.
    Sent,
    /// The request has arrived, and its handler is about to run.
    Arrived,
    /// The handler has returned, and the reply leaves the server.
    Replied,
    /// The reply has arrived, and the call is about to return it.
    Returned,
    /// The call will have no reply, or not this one.
    Lost(Loss),
}

/// Why a call has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The caller's end is disabled or not connected, or its server is gone.
    NotConnected,
    /// This direction is blocked.
    Blocked,
    /// The request was lost on its way.
    Request,
    /// The reply was lost on its way.
    Reply,
    /// The server went while the request was under way or its handler ran, or the end was disabled.
    ServerGone,
    /// The handler, a stand-in, chose not to reply.
    NoReply,
    /// The handler panicked (real world; in a simulation that ends the run).
    Panicked,
    /// The network was closed.
    Closed,
}

impl Step {
    /// Whether the message is a reply then, not a request.
    pub fn is_of_reply(self) -> bool {
        matches!(
            self,
            Step::Replied | Step::Returned | Step::Lost(Loss::Reply)
        )
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loss::NotConnected => "not connected",
            Loss::Blocked => "blocked",
            Loss::Request => "lost request",
            Loss::Reply => "lost reply",
            Loss::ServerGone => "server gone",
            Loss::NoReply => "no reply",
            Loss::Panicked => "panicked",
            Loss::Closed => "network closed",
        })
    }
}
