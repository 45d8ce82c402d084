//! The two ends of a channel.

use super::queue::{MESSAGE, Queue, ROOM};
use super::timer::Timer;
use crate::kernel::{Blocked, Kernel, Wake, world};
use crate::real_node;
use crate::time::{Instant, deadline};
use crossbeam_channel::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

/// The sending end of a channel.
pub struct Sender<T>(pub(super) Target<T>);

/// The receiving end of a channel.
pub struct Receiver<T>(pub(super) Source<T>);

pub(super) enum Target<T> {
    Real(crossbeam_channel::Sender<T>),
    Simulated(Arc<Queue<T>>),
}

pub(super) enum Source<T> {
    Real(crossbeam_channel::Receiver<T>),
    /// A timer, and how its moment becomes a `T` (which is `Instant`).
    RealTimer(
        crossbeam_channel::Receiver<std::time::Instant>,
        fn(std::time::Instant) -> T,
    ),
    Simulated(Arc<Queue<T>>),
    Timer(Arc<Timer>, fn(Instant) -> T),
    Never,
}

impl<T> Sender<T> {
    /// Sends, waiting for room if need be. Fails when every receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match &self.0 {
            Target::Real(real) => {
                real_node::waiting(ROOM, Location::caller(), false, || real.send(message))
            }
            Target::Simulated(queue) => {
                let sent = send_simulated(queue, message, None, Location::caller());
                sent.map_err(|error| SendError(error.into_inner()))
            }
        }
    }

    /// Sends if that needs no waiting.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match &self.0 {
            Target::Real(real) => real.try_send(message),
            Target::Simulated(queue) => {
                if !point(Some(queue)) {
                    return Err(TrySendError::Disconnected(message));
                }
                queue.try_send(message)
            }
        }
    }

    /// Sends, waiting for room for at most `timeout`.
    #[track_caller]
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        match (&self.0, Instant::after(timeout)) {
            (Target::Real(real), _) => real.send_timeout(message, timeout),
            (Target::Simulated(queue), end) => {
                send_simulated(queue, message, end, Location::caller())
            }
        }
    }

    /// Sends, waiting for room until `end` at the latest.
    #[track_caller]
    pub fn send_deadline(&self, message: T, end: Instant) -> Result<(), SendTimeoutError<T>> {
        match &self.0 {
            Target::Real(real) => real.send_deadline(message, end.to_std()),
            Target::Simulated(queue) => {
                send_simulated(queue, message, Some(end), Location::caller())
            }
        }
    }

    /// Messages in the channel.
    pub fn len(&self) -> usize {
        match &self.0 {
            Target::Real(real) => real.len(),
            Target::Simulated(queue) => queue.len(),
        }
    }

    /// Whether the channel holds no message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the channel has no room.
    pub fn is_full(&self) -> bool {
        is_full(self.capacity(), self.len())
    }

    /// How many messages fit; `None` when any number does.
    pub fn capacity(&self) -> Option<usize> {
        match &self.0 {
            Target::Real(real) => real.capacity(),
            Target::Simulated(queue) => queue.capacity(),
        }
    }

    /// Whether both send into one channel.
    pub fn same_channel(&self, other: &Sender<T>) -> bool {
        match (&self.0, &other.0) {
            (Target::Real(a), Target::Real(b)) => a.same_channel(b),
            (Target::Simulated(a), Target::Simulated(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

fn is_full(capacity: Option<usize>, len: usize) -> bool {
    capacity.is_some_and(|capacity| len >= capacity)
}

/// A scheduling point before an operation. False if the running thread has crashed, or the run is
/// over: then nothing may leave it.
fn point<T>(queue: Option<&Queue<T>>) -> bool {
    let Some(kernel) = world::kernel() else {
        return true;
    };
    kernel.point();
    if kernel.is_dying() {
        return false;
    }
    if let Some(queue) = queue {
        queue.check_run(&kernel);
    }
    true
}

fn send_simulated<T>(
    queue: &Queue<T>,
    message: T,
    end: Option<Instant>,
    at: &'static Location<'static>,
) -> Result<(), SendTimeoutError<T>> {
    let Some(kernel) = world::kernel() else {
        // The run is over; what does not fit now never will.
        return queue.try_send(message).map_err(|error| match error {
            TrySendError::Full(message) => SendTimeoutError::Timeout(message),
            TrySendError::Disconnected(message) => SendTimeoutError::Disconnected(message),
        });
    };
    if !point::<T>(None) {
        return Err(SendTimeoutError::Disconnected(message));
    }
    queue.send(&kernel, message, deadline(end), at)
}

impl<T> Receiver<T> {
    /// Waits for a message. Fails when there is none and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let at = Location::caller();
        match &self.0 {
            Source::Real(real) => real_node::waiting(MESSAGE, at, false, || real.recv()),
            Source::RealTimer(real, convert) => real.recv().map(convert),
            _ => self.recv_simulated(None, at).map_err(|_| RecvError),
        }
    }

    /// Receives if that needs no waiting.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.0 {
            Source::Real(real) => return real.try_recv(),
            Source::RealTimer(real, convert) => return real.try_recv().map(convert),
            _ => {}
        }
        let queue = match &self.0 {
            Source::Simulated(queue) => Some(&**queue),
            _ => None,
        };
        if !point(queue) {
            return Err(TryRecvError::Disconnected);
        }
        match &self.0 {
            Source::Simulated(queue) => queue.try_recv(),
            Source::Timer(timer, convert) => timer.take().map(convert).ok_or(TryRecvError::Empty),
            _ => Err(TryRecvError::Empty),
        }
    }

    /// Waits for a message for at most `timeout`.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let at = Location::caller();
        match &self.0 {
            Source::Real(real) => {
                real_node::waiting(MESSAGE, at, true, || real.recv_timeout(timeout))
            }
            Source::RealTimer(real, convert) => real.recv_timeout(timeout).map(convert),
            _ => self.recv_simulated(Instant::after(timeout), at),
        }
    }

    /// Waits for a message until `end` at the latest.
    #[track_caller]
    pub fn recv_deadline(&self, end: Instant) -> Result<T, RecvTimeoutError> {
        let at = Location::caller();
        match &self.0 {
            Source::Real(real) => {
                let end = end.to_std();
                real_node::waiting(MESSAGE, at, true, || real.recv_deadline(end))
            }
            Source::RealTimer(real, convert) => real.recv_deadline(end.to_std()).map(convert),
            _ => self.recv_simulated(Some(end), at),
        }
    }

    fn recv_simulated(
        &self,
        end: Option<Instant>,
        at: &'static Location<'static>,
    ) -> Result<T, RecvTimeoutError> {
        let Some(kernel) = world::kernel() else {
            // The run is over; what has not come never will.
            return self.try_recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        if !point::<T>(None) {
            return Err(RecvTimeoutError::Disconnected);
        }
        kernel.about_to_block("a receive", at);
        match &self.0 {
            Source::Simulated(queue) => queue.recv(&kernel, deadline(end), at),
            Source::Timer(timer, convert) => recv_timer(&kernel, timer, end, at).map(convert),
            _ => wait_for_nothing(&kernel, end, at),
        }
    }

    /// Messages in the channel.
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Real(real) => real.len(),
            Source::RealTimer(real, _) => real.len(),
            Source::Simulated(queue) => queue.len(),
            Source::Timer(timer, _) => {
                usize::from(timer.due().is_some_and(|due| due <= Instant::now()))
            }
            Source::Never => 0,
        }
    }

    /// Whether the channel holds no message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the channel has no room.
    pub fn is_full(&self) -> bool {
        is_full(self.capacity(), self.len())
    }

    /// How many messages fit; `None` when any number does.
    pub fn capacity(&self) -> Option<usize> {
        match &self.0 {
            Source::Real(real) => real.capacity(),
            Source::RealTimer(real, _) => real.capacity(),
            Source::Simulated(queue) => queue.capacity(),
            Source::Timer(..) => Some(1),
            Source::Never => Some(0),
        }
    }
}

fn recv_timer(
    kernel: &Kernel,
    timer: &Timer,
    end: Option<Instant>,
    at: &'static Location<'static>,
) -> Result<Instant, RecvTimeoutError> {
    loop {
        if let Some(moment) = timer.take() {
            return Ok(moment);
        }
        if end.is_some_and(|end| end <= Instant::now()) {
            return Err(RecvTimeoutError::Timeout);
        }
        let until = [timer.due(), end].into_iter().flatten().min();
        let wake = kernel.park(Blocked::new("a timer", at), deadline(until));
        if let Wake::Crashed { .. } = wake {
            kernel.die();
            return Err(RecvTimeoutError::Disconnected);
        }
    }
}

fn wait_for_nothing<T>(
    kernel: &Kernel,
    end: Option<Instant>,
    at: &'static Location<'static>,
) -> Result<T, RecvTimeoutError> {
    match kernel.park(Blocked::new(MESSAGE, at), deadline(end)) {
        Wake::Crashed { .. } => {
            kernel.die();
            Err(RecvTimeoutError::Disconnected)
        }
        Wake::TimedOut | Wake::Notified => Err(RecvTimeoutError::Timeout),
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(match &self.0 {
            Target::Real(real) => Target::Real(real.clone()),
            Target::Simulated(queue) => {
                queue.add_sender();
                Target::Simulated(queue.clone())
            }
        })
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Target::Simulated(queue) = &self.0 {
            queue.drop_sender();
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Receiver(match &self.0 {
            Source::Real(real) => Source::Real(real.clone()),
            Source::RealTimer(real, convert) => Source::RealTimer(real.clone(), *convert),
            Source::Simulated(queue) => {
                queue.add_receiver();
                Source::Simulated(queue.clone())
            }
            Source::Timer(timer, convert) => Source::Timer(timer.clone(), *convert),
            Source::Never => Source::Never,
        })
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if let Source::Simulated(queue) = &self.0 {
            queue.drop_receiver();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}
