//! The client's side: finds the leader, tries again, and says what it cannot know.

use crate::leader::{Leader, Sent};
use labapi::ClientEnd;
use labapi::kv::{self, Error, GetArgs, GetReply, PutArgs, PutReply, Version, Versioned};
use labapi::sync::Arc;

struct Clerk {
    leader: Leader,
}

/// Makes a clerk; see [`labapi::kv::MakeClerk`].
pub(crate) fn make(ends: Vec<ClientEnd>) -> Arc<dyn kv::Clerk> {
    let leader = Leader::among(ends);
    Arc::new(Clerk { leader })
}

impl kv::Clerk for Clerk {
    fn get(&self, key: &str) -> Result<Versioned, Error> {
        let key = key.to_string();
        let accept = |reply: GetReply, _| match reply {
            Err(Error::WrongLeader) => None,
            answer => Some(answer),
        };
        self.leader.ask("KVServer.Get", &GetArgs { key }, accept)
    }

    fn put(&self, key: &str, value: &str, version: Version) -> Result<(), Error> {
        let args = PutArgs {
            key: key.to_string(),
            value: value.to_string(),
            version,
        };
        self.leader
            .ask("KVServer.Put", &args, |reply: PutReply, sent| match reply {
                Err(Error::WrongLeader) => None,
                // The version may be another because of our own first copy.
                Err(Error::Version) if sent == Sent::Again => Some(Err(Error::Maybe)),
                answer => Some(answer),
            })
    }
}
