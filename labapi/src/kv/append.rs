//! The key/value service of the course until 2024: Get, Put and Append, each exactly once. A clerk
//! numbers its requests, and a server remembers the last one of each clerk, with its reply.

use crate::kv::KvServer;
use crate::machine::Replica;
use labrpc::ClientEnd;
use labrt::sync::Arc;

/// A client of the service. It tries again for ever; nothing takes effect twice for that.
pub trait Clerk: Send + Sync {
    /// What `key` holds; the empty string if it was never put.
    fn get(&self, key: &str) -> String;

    /// Lets `key` hold `value`.
    fn put(&self, key: &str, value: &str);

    /// Adds `value` to the end of what `key` holds.
    fn append(&self, key: &str, value: &str);
}

/// Makes a server, or revives it from what the disk holds. Its service's methods are its own and
/// its clerk's affair.
pub type MakeServer = fn(Replica) -> Arc<dyn KvServer>;

/// Makes a clerk, with an end to each server.
pub type MakeClerk = fn(Vec<ClientEnd>) -> Arc<dyn Clerk>;

/// What a crate offers of the older form.
#[derive(Clone, Copy)]
pub struct Parts {
    /// Its server.
    pub server: MakeServer,
    /// Its clerk.
    pub clerk: MakeClerk,
}
