//! Channels with `crossbeam_channel`'s face: bounded and unbounded, many senders and receivers,
//! timers as receivers, and [`select!`](crate::select).
//!
//! A channel belongs to the world it was made in. A real one is `crossbeam_channel`'s.

mod ends;
mod iter;
mod macros;
mod operation;
mod queue;
mod select;
mod timer;

pub use crate::select;
pub use crossbeam_channel::{
    RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryRecvError,
    TrySelectError, TrySendError,
};
pub use ends::{Receiver, Sender};
pub use iter::{IntoIter, Iter, TryIter};
pub use select::{Select, SelectedOperation};

use crate::kernel::world;
use crate::time::Instant;
use ends::{Source, Target};
use queue::Queue;
use std::sync::Arc;
use std::time::Duration;
use timer::Timer;

/// A channel that holds any number of messages.
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    if let Some(kernel) = world::kernel() {
        return simulated(kernel.run, None);
    }
    let (sender, receiver) = crossbeam_channel::unbounded();
    (
        Sender(Target::Real(sender)),
        Receiver(Source::Real(receiver)),
    )
}

/// A channel that holds `capacity` messages; with 0, each send waits for its receive.
///
/// Unlike crossbeam's, a simulated channel without capacity does not bring a `send` arm of a
/// [`select!`](crate::select) together with a receive that does not wait, such as `try_recv`: the
/// arm's thread has to run before its message is there, and finds nobody.
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    if let Some(kernel) = world::kernel() {
        return simulated(kernel.run, Some(capacity));
    }
    let (sender, receiver) = crossbeam_channel::bounded(capacity);
    (
        Sender(Target::Real(sender)),
        Receiver(Source::Real(receiver)),
    )
}

fn simulated<T>(run: u32, capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    let queue = Arc::new(Queue::new(run, capacity));
    (
        Sender(Target::Simulated(queue.clone())),
        Receiver(Source::Simulated(queue)),
    )
}

/// A receiver that gets one message, the moment, when `duration` has passed.
pub fn after(duration: Duration) -> Receiver<Instant> {
    match Instant::after(duration) {
        Some(when) => at(when),
        None => never(),
    }
}

/// A receiver that gets one message, the moment, at `when`.
pub fn at(when: Instant) -> Receiver<Instant> {
    Receiver(match world::kernel() {
        Some(_) => Source::Timer(Arc::new(Timer::once(when)), std::convert::identity),
        None => {
            let real = crossbeam_channel::at(when.to_std());
            Source::RealTimer(real, Instant::from_std)
        }
    })
}

/// A receiver that gets a message, the moment, every `duration`; those that nobody takes in time
/// are lost.
pub fn tick(duration: Duration) -> Receiver<Instant> {
    Receiver(match world::kernel() {
        Some(_) => Source::Timer(Arc::new(Timer::every(duration)), std::convert::identity),
        None => Source::RealTimer(crossbeam_channel::tick(duration), Instant::from_std),
    })
}

/// A receiver that never gets a message.
pub fn never<T>() -> Receiver<T> {
    Receiver(match world::kernel() {
        Some(_) => Source::Never,
        None => Source::Real(crossbeam_channel::never()),
    })
}
