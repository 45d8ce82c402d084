//! The older form of the service (the course until 2024): Get, Put and Append, each exactly once,
//! over the same replicated state machine.
//!
//! An append must not happen twice, and no version protects it. So a clerk numbers its requests,
//! and the state machine itself - not the server, since a retry may reach another - remembers the
//! highest number of each clerk that has taken effect (§8).

mod clerk;
mod server;
mod store;

use labapi::kv::append::Parts;
use serde::{Deserialize, Serialize};

/// What `labapi` asks for.
pub(crate) const PARTS: Parts = Parts {
    server: server::make,
    clerk: clerk::make,
};

/// What a clerk asks for, and what stands in the log: `"KVServer.Get"`, `"KVServer.Change"`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Change {
    kind: Kind,
    key: String,
    value: String,
    /// Whose request it is.
    clerk: u64,
    /// Counts the clerk's changes, from 1.
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Put,
    Append,
}

/// Replies of a server that led: a get's value. `None` from one that did not.
type GetReply = Option<String>;

/// Whether the change has taken effect.
type ChangeReply = bool;
