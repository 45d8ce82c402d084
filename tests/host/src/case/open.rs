//! What is asked of a member, and not answered yet.

use crate::frame::{Replied, Said};
use labapi::channel::Sender;
use labrt::harness::Mutex;
use std::collections::BTreeMap;

/// What is still to be answered.
#[derive(Default)]
pub(super) struct Open {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
pub(super) struct Waiting {
    last: u64,
    pub(super) asks: BTreeMap<u64, Sender<Said>>,
    pub(super) requests: BTreeMap<u64, Sender<Replied>>,
    /// Nobody will answer any more.
    is_closed: bool,
}

impl Open {
    /// The number of the next question or request, which then waits; none if nobody will answer.
    pub(super) fn next(&self, wait: impl FnOnce(&mut Waiting, u64)) -> Option<u64> {
        let mut waiting = self.waiting.lock();
        if waiting.is_closed {
            return None;
        }
        waiting.last += 1;
        let id = waiting.last;
        wait(&mut waiting, id);
        Some(id)
    }

    pub(super) fn said(&self, ask: u64, said: Said) {
        let waits = self.waiting.lock().asks.remove(&ask);
        if let Some(waits) = waits {
            let _ = waits.send(said);
        }
    }

    pub(super) fn replied(&self, request: u64, reply: Replied) {
        let waits = self.waiting.lock().requests.remove(&request);
        if let Some(waits) = waits {
            let _ = waits.send(reply);
        }
    }

    /// Nobody will answer any more.
    pub(super) fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.is_closed = true;
        let left = (
            std::mem::take(&mut waiting.asks),
            std::mem::take(&mut waiting.requests),
        );
        drop(waiting);
        drop(left);
    }
}
