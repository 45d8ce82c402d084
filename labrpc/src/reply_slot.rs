//! Where a caller waits for its answer.

use crate::error::CallError;
use crate::event::KeptBytes;
use crate::spin::soon;
use crate::step::Loss;
use labrt::channel::{Receiver, Sender, bounded};
use labrt::harness::{self, Mailbox, is_simulated};
use std::time::Duration;

/// What a caller waits for.
const ANSWER: &str = "an RPC's answer";

/// What comes back to a waiting caller.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The reply.
    Reply(Vec<u8>, KeptBytes),
    /// There will be no reply.
    Nothing(Loss),
    /// The server could not read the request, or not write its reply.
    Misfit(CallError),
    /// The network was closed.
    Closed,
}

/// Holds the answer to one call. A slot is used for one call after another, but never again after a
/// call that gave up waiting: the late answer may still arrive.
#[derive(Debug)]
pub(crate) enum ReplySlot {
    Simulated(Mailbox<Answer>),
    /// Answers, and how long each still takes to arrive.
    Real(Sender<(Answer, Duration)>, Receiver<(Answer, Duration)>),
}

impl ReplySlot {
    pub(crate) fn new() -> ReplySlot {
        if is_simulated() {
            return ReplySlot::Simulated(Mailbox::new(ANSWER));
        }
        // Room for the answer, and for the news that the network was closed meanwhile.
        let (sender, receiver) = bounded(2);
        ReplySlot::Real(sender, receiver)
    }

    /// Answers the call: the caller knows once `after` has passed. An answer that comes later than
    /// another one is dropped.
    pub(crate) fn answer(&self, answer: Answer, after: Duration) {
        match self {
            ReplySlot::Simulated(mailbox) => mailbox.post(answer, after),
            ReplySlot::Real(sender, _) => drop(sender.try_send((answer, after))),
        }
    }

    /// Waits for an answer, for at most `most` if none is on its way. To the diagnosis it is the
    /// caller who waits.
    #[track_caller]
    pub(crate) fn wait(&self, most: Duration) -> Option<Answer> {
        match self {
            ReplySlot::Simulated(mailbox) => mailbox.wait(most),
            ReplySlot::Real(_, receiver) => {
                // The slot holds a sender itself, so an error can only mean that it took too long.
                let (answer, after) = match soon(receiver) {
                    Some(soon) => soon,
                    None => harness::waiting(ANSWER, || receiver.recv_timeout(most).ok())?,
                };
                if after == Duration::ZERO {
                    return Some(answer);
                }
                let sooner = receiver.recv_timeout(after).ok();
                Some(sooner.map_or(answer, |(sooner, _)| sooner))
            }
        }
    }
}
