//! What comes to the engine's thread.

use labapi::channel::Sender;
use labapi::{Bytes, Started, State};
use raft::eraftpb::Message;

/// What comes in, from whichever thread.
pub(crate) enum Input {
    /// A peer's request, and where its caller waits for the answer.
    Request(Message, Sender<Bytes>),
    /// A call of ours is over: its number, and what became of it.
    Ended(u64, Fate),
    Propose(Bytes, Sender<Started>),
    Compact(u64, Bytes),
    State(Sender<State>),
    Kill,
}

/// What became of a call.
pub(crate) enum Fate {
    Answered(Message),
    /// Nobody answered: request or reply was lost, or the peer's engine had nothing to say.
    Lost,
}
