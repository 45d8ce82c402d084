//! What a member does that can be seen from outside.

use crate::frame::{Effect, FromMember, Replied, What};
use crate::link;
use labrpc::EndId;
use labrpc::harness::Line;
use labrt::channel::{Sender, bounded};
use labrt::harness::Mutex;
use labrt::time::since_start;
use std::collections::BTreeMap;
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::Arc;

/// Where effects go.
pub(super) struct Outbox {
    way: Way,
    calls: Mutex<Calls>,
}

enum Way {
    /// Until the next account.
    Kept(Mutex<Vec<Effect>>),
    /// At once.
    Sent(Mutex<()>, Arc<UnixStream>),
}

/// Calls without an answer.
#[derive(Default)]
struct Calls {
    last: u64,
    open: BTreeMap<u64, Sender<Replied>>,
}

impl Outbox {
    /// Of a member in virtual time.
    pub(super) fn kept() -> Arc<Outbox> {
        Outbox::of(Way::Kept(Mutex::default()))
    }

    /// Of one in real time.
    pub(super) fn sent(socket: Arc<UnixStream>) -> Arc<Outbox> {
        Outbox::of(Way::Sent(Mutex::new(()), socket))
    }

    fn of(way: Way) -> Arc<Outbox> {
        let calls = Mutex::default();
        Arc::new(Outbox { way, calls })
    }

    /// Something was done.
    pub(super) fn tell(&self, what: What) {
        match &self.way {
            Way::Kept(effects) => {
                let at = super::ns(since_start());
                effects.lock().push(Effect { at, what });
            }
            Way::Sent(turn, socket) => {
                let _turn = turn.lock();
                if link::send(socket, &FromMember::Effect(what)).is_err() {
                    process::exit(0); // the case is gone
                }
            }
        }
    }

    /// What was done since this was last asked.
    pub(super) fn take(&self) -> Vec<Effect> {
        match &self.way {
            Way::Kept(effects) => std::mem::take(&mut *effects.lock()),
            Way::Sent(..) => Vec::new(),
        }
    }

    /// The answer to a call has come.
    pub(super) fn answered(&self, call: u64, reply: Replied) {
        let waiting = self.calls.lock().open.remove(&call);
        if let Some(waiting) = waiting {
            let _ = waiting.send(reply);
        }
    }
}

impl Line for Outbox {
    #[track_caller]
    fn call(&self, end: EndId, method: &str, args: Vec<u8>) -> Replied {
        let (sender, answer) = bounded(1);
        let id = {
            let mut calls = self.calls.lock();
            calls.last += 1;
            let id = calls.last;
            calls.open.insert(id, sender);
            id
        };
        self.tell(What::Call {
            id,
            end,
            method: method.to_string(),
            args,
        });
        answer.recv().unwrap_or(Ok(None))
    }
}
