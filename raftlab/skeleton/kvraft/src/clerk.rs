//! The client's side: finds the leader, tries again, and says what it cannot know.

use labapi::ClientEnd;
use labapi::kv::{self, Error, Version, Versioned};
use labapi::sync::Arc;

struct Clerk {
    ends: Vec<ClientEnd>,
}

/// Makes a clerk.
pub(crate) fn make(ends: Vec<ClientEnd>) -> Arc<dyn kv::Clerk> {
    Arc::new(Clerk { ends })
}

impl kv::Clerk for Clerk {
    fn get(&self, key: &str) -> Result<Versioned, Error> {
        todo!("4B: ask one server after another, until one that leads answers a get")
    }

    fn put(&self, key: &str, value: &str, version: Version) -> Result<(), Error> {
        todo!("4B: the same for a put, which a second copy makes uncertain")
    }
}
