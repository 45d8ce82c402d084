//! Where a caller waits for its answer.

use crate::event::Loss;
use labrt::channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// What comes back to a waiting caller.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The reply, which still takes `after` to arrive.
    Reply { bytes: Vec<u8>, after: Duration },
    /// There will be no reply, which the caller knows once `after` has passed.
    Nothing { after: Duration, loss: Loss },
    /// The server could not read the request, or write its reply: why.
    Misfit(String),
    /// The network was closed.
    Closed,
}

/// A place for one answer. A slot is used for one call after another, but never again after a call
/// that gave up waiting: its answer may still come.
#[derive(Debug)]
pub(crate) struct Slot {
    sender: Sender<Answer>,
    receiver: Receiver<Answer>,
}

impl Slot {
    pub(crate) fn new() -> Slot {
        let (sender, receiver) = bounded(1);
        Slot { sender, receiver }
    }

    /// Answers the call. Whoever comes second comes too late.
    pub(crate) fn answer(&self, answer: Answer) {
        let _ = self.sender.try_send(answer);
    }

    /// Waits for an answer for at most `most`. To the diagnosis it is the caller who waits.
    #[track_caller]
    pub(crate) fn wait(&self, most: Duration) -> Option<Answer> {
        if !labrt::harness::is_simulated()
            && let Some(answer) = crate::pool::soon(&self.receiver)
        {
            return Some(answer);
        }
        // The slot holds a sender itself, so an error can only mean that it took too long.
        self.receiver.recv_timeout(most).ok()
    }
}
