//! 4B, 4C: the contract of the key/value service, in which every value has a version (the course's
//! form since 2025). [`append`] is the older form.

pub mod append;

use crate::machine::{MakeRsm, Replica, StateMachine};
use labrpc::{ClientEnd, Service};
use labrt::sync::Arc;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many puts a key has had; 0 before the first.
pub type Version = u64;

/// Arguments of `"KVServer.Get"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GetArgs {
    /// The key that is asked for.
    pub key: String,
}

/// What a key holds, and since which put.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Versioned {
    /// The value that was put last.
    pub value: String,
    /// How many puts have taken effect.
    pub version: Version,
}

/// Reply to `"KVServer.Get"`. Errors are [`Error::NoKey`] and [`Error::WrongLeader`].
pub type GetReply = Result<Versioned, Error>;

/// Arguments of `"KVServer.Put"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PutArgs {
    /// The key.
    pub key: String,
    /// What it is to hold.
    pub value: String,
    /// The version that it must have for the put to take effect; 0 makes a new key. The version is
    /// one higher afterwards.
    pub version: Version,
}

/// Reply to `"KVServer.Put"`. Errors are [`Error::NoKey`], [`Error::Version`] and
/// [`Error::WrongLeader`].
pub type PutReply = Result<(), Error>;

/// Why there is no value, or why a put did not take effect. Each has its name in the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Error {
    /// `ErrNoKey`: the key was never put; of a put, with another version than 0.
    NoKey,
    /// `ErrVersion`: the key has another version; the put changed nothing.
    Version,
    /// `ErrMaybe`: from a clerk alone, when it had to send a put again and then heard that the
    /// version is another: perhaps the first copy took effect, perhaps somebody else's put did.
    Maybe,
    /// `ErrWrongLeader`: from a server alone. Ask another.
    WrongLeader,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::NoKey => "no such key",
            Error::Version => "the key has another version",
            Error::Maybe => "perhaps it took effect, perhaps not",
            Error::WrongLeader => "not the leader",
        })
    }
}

impl std::error::Error for Error {}

/// One server of the key/value service.
pub trait KvServer: Send + Sync {
    /// The methods that clerks call: `"KVServer.Get"` and `"KVServer.Put"`.
    fn service(self: Arc<Self>) -> Service;

    /// Asks all threads of this server to end. Called once, on shutdown, before its Raft is killed.
    fn kill(&self);
}

/// A client of the service. It knows all servers, finds the leader, and tries again for ever.
pub trait Clerk: Send + Sync {
    /// What `key` holds.
    ///
    /// # Errors
    /// [`Error::NoKey`], and no other.
    fn get(&self, key: &str) -> Result<Versioned, Error>;

    /// Lets `key` hold `value`, if it has that version.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::Version`] and, after a second attempt, [`Error::Maybe`].
    fn put(&self, key: &str, value: &str, version: Version) -> Result<(), Error>;
}

/// Makes a server of the service, or revives it from what the disk holds. Must return quickly.
pub type MakeKvServer = fn(Replica) -> Arc<dyn KvServer>;

/// Makes a clerk, with an end to each server.
pub type MakeClerk = fn(Vec<ClientEnd>) -> Arc<dyn Clerk>;

/// What a crate offers for lab 4, by `pub fn lab4<M: StateMachine>() -> Lab4<M>`. `M` is the state
/// machine that the suites of 4A replicate.
pub struct Lab4<M: StateMachine> {
    /// 4A.
    pub rsm: MakeRsm<M>,
    /// 4B and 4C.
    pub server: MakeKvServer,
    /// 4B and 4C.
    pub clerk: MakeClerk,
    /// The older form, if it is offered.
    pub append: Option<append::Parts>,
}

impl<M: StateMachine> Clone for Lab4<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: StateMachine> Copy for Lab4<M> {}
