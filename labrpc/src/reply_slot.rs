//! Where a caller waits for its answer.

use crate::error::CallError;
use crate::spin::soon;
use crate::step::Loss;
use labrt::channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// What comes back to a waiting caller.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The reply, which still takes `after` to arrive.
    Reply { bytes: Vec<u8>, after: Duration },
    /// There will be no reply, which the caller knows once `after` has passed.
    Nothing { after: Duration, loss: Loss },
    /// The server could not read the request, or not write its reply.
    Misfit(CallError),
    /// The network was closed.
    Closed,
}

/// Holds the answer to one call. A slot is used for one call after another, but never again after a
/// call that gave up waiting: the late answer may still arrive.
#[derive(Debug)]
pub(crate) struct ReplySlot {
    sender: Sender<Answer>,
    receiver: Receiver<Answer>,
}

impl ReplySlot {
    pub(crate) fn new() -> ReplySlot {
        let (sender, receiver) = bounded(1);
        ReplySlot { sender, receiver }
    }

    /// Answers the call. A second answer to the same call is dropped.
    pub(crate) fn answer(&self, answer: Answer) {
        let _ = self.sender.try_send(answer);
    }

    /// Waits for an answer for at most `most`. To the diagnosis it is the caller who waits.
    #[track_caller]
    pub(crate) fn wait(&self, most: Duration) -> Option<Answer> {
        if !labrt::harness::is_simulated()
            && let Some(answer) = soon(&self.receiver)
        {
            return Some(answer);
        }
        // The slot holds a sender itself, so an error can only mean that it took too long.
        self.receiver.recv_timeout(most).ok()
    }
}
