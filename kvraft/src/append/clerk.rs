//! The client's side: numbers its changes, so that it can send each as often as it likes.

use super::{Change, ChangeReply, GetReply, Kind};
use crate::leader::Leader;
use labapi::kv::append;
use labapi::sync::{Arc, Mutex};
use labapi::{ClientEnd, rand};

struct Clerk {
    leader: Leader,
    /// Sessions that are not in use. The servers remember but the last number of each, so a session
    /// has one change under way at a time; threads that share a clerk have one each.
    idle: Mutex<Vec<Session>>,
}

/// A clerk, as the servers know it.
struct Session {
    id: u64,
    /// The number of its last change.
    number: u64,
}

pub(super) fn make(ends: Vec<ClientEnd>) -> Arc<dyn append::Clerk> {
    Arc::new(Clerk {
        leader: Leader::among(ends),
        idle: Mutex::default(),
    })
}

impl append::Clerk for Clerk {
    fn get(&self, key: &str) -> String {
        self.leader
            .ask("KVServer.Get", &key, |reply: GetReply, _| reply)
    }

    fn put(&self, key: &str, value: &str) {
        self.change(Kind::Put, key, value);
    }

    fn append(&self, key: &str, value: &str) {
        self.change(Kind::Append, key, value);
    }
}

impl Clerk {
    fn change(&self, kind: Kind, key: &str, value: &str) {
        let idle = self.idle.lock().pop();
        let mut session = idle.unwrap_or_else(|| Session {
            id: rand::random(),
            number: 0,
        });
        session.number += 1;
        let change = Change {
            kind,
            key: key.to_string(),
            value: value.to_string(),
            clerk: session.id,
            number: session.number,
        };
        let accept = |done: ChangeReply, _| done.then_some(());
        self.leader.ask("KVServer.Change", &change, accept);
        self.idle.lock().push(session);
    }
}
