//! The operations that a simulated select waits for.

use super::queue::{Park, Queue};
use super::timer::Timer;
use crate::time::Instant;

/// An operation of a simulated select. References alone: whatever has drop glue here would bind
/// the borrowed ends to outlive the `Select`.
#[derive(Clone, Copy)]
pub(super) enum Operation<'a> {
    Receive(&'a dyn Lines),
    Send(&'a dyn Lines),
    Timer(&'a Timer),
    Never,
}

/// What a select needs to know of a channel, whatever its messages are.
pub(super) trait Lines {
    fn can_recv(&self) -> bool;
    fn can_send(&self) -> bool;
    fn join_receivers(&self, park: Park);
    fn join_senders(&self, park: Park);
    /// True if a message was handed over meanwhile (it stays there).
    fn leave_receivers(&self, park: Park) -> bool;
    fn leave_senders(&self, park: Park);
    /// Passes on a wake-up that was not made use of.
    fn pass_on(&self);
}

impl<T> Lines for Queue<T> {
    fn can_recv(&self) -> bool {
        Queue::can_recv(self)
    }
    fn can_send(&self) -> bool {
        Queue::can_send(self)
    }
    fn join_receivers(&self, park: Park) {
        Queue::join_receivers(self, park);
    }
    fn join_senders(&self, park: Park) {
        Queue::join_senders(self, park);
    }
    fn leave_receivers(&self, park: Park) -> bool {
        Queue::stop_receiving(self, park)
    }
    fn leave_senders(&self, park: Park) {
        Queue::leave_senders(self, park);
    }
    fn pass_on(&self) {
        Queue::pass_on(self);
    }
}

impl Operation<'_> {
    /// Whether it would complete at once.
    pub(super) fn ready(self) -> bool {
        match self {
            Operation::Receive(queue) => queue.can_recv(),
            Operation::Send(queue) => queue.can_send(),
            Operation::Timer(timer) => timer.due().is_some_and(|due| due <= Instant::now()),
            Operation::Never => false,
        }
    }

    /// When it will be ready by itself.
    pub(super) fn due(self) -> Option<Instant> {
        match self {
            Operation::Timer(timer) => timer.due(),
            Operation::Receive(_) | Operation::Send(_) | Operation::Never => None,
        }
    }

    pub(super) fn join(self, park: Park) {
        match self {
            Operation::Receive(queue) => queue.join_receivers(park),
            Operation::Send(queue) => queue.join_senders(park),
            Operation::Timer(_) | Operation::Never => {}
        }
    }

    /// Leaves the line; true if a message was handed over meanwhile (it stays there).
    pub(super) fn leave(self, park: Park) -> bool {
        match self {
            Operation::Receive(queue) => return queue.leave_receivers(park),
            Operation::Send(queue) => queue.leave_senders(park),
            Operation::Timer(_) | Operation::Never => {}
        }
        false
    }

    /// Passes on a wake-up that was not made use of.
    pub(super) fn pass_on(self) {
        match self {
            Operation::Receive(queue) | Operation::Send(queue) => queue.pass_on(),
            Operation::Timer(_) | Operation::Never => {}
        }
    }
}
