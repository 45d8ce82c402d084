//! Waiting for the first of several channel operations.

use super::ends::{Receiver, Sender, Source, Target, deadline};
use super::queue::{Park, Queue};
use super::timer::Timer;
use crate::base::NEVER;
use crate::kernel::{Blocked, Kernel, Wake, world};
use crate::time::Instant;
use crossbeam_channel::{RecvError, SelectTimeoutError, SendError, TrySelectError};
use std::panic::Location;
use std::time::Duration;

/// Waits for one of several operations, as `crossbeam_channel::Select`. Most code is served by
/// [`select!`](crate::select).
pub struct Select<'a>(Kind<'a>);

enum Kind<'a> {
    Real(crossbeam_channel::Select<'a>),
    Simulated(Vec<Box<dyn Operation + 'a>>),
}

/// An operation that is ready, and must now be completed.
pub struct SelectedOperation<'a> {
    index: usize,
    inner: Selected<'a>,
}

enum Selected<'a> {
    Real(crossbeam_channel::SelectedOperation<'a>),
    /// The park in which a message may have been handed over.
    Simulated(Option<Park>),
}

/// What a simulated select needs to know of an operation.
trait Operation {
    /// Whether it would complete at once.
    fn ready(&self) -> bool;
    /// When it will be ready by itself.
    fn due(&self) -> Option<Instant>;
    fn join(&self, park: Park);
    /// Leaves the line; true if a message was handed over meanwhile (it stays there).
    fn leave(&self, park: Park) -> bool;
    /// Passes on a wake-up that was not made use of.
    fn pass_on(&self);
}

struct ReceiveFrom<'a, T>(&'a Queue<T>);
struct SendTo<'a, T>(&'a Queue<T>);
struct Never;

impl<T> Operation for ReceiveFrom<'_, T> {
    fn ready(&self) -> bool {
        self.0.can_recv()
    }
    fn due(&self) -> Option<Instant> {
        None
    }
    fn join(&self, park: Park) {
        self.0.join_receivers(park);
    }
    fn leave(&self, park: Park) -> bool {
        self.0.stop_receiving(park)
    }
    fn pass_on(&self) {
        self.0.pass_on();
    }
}

impl<T> Operation for SendTo<'_, T> {
    fn ready(&self) -> bool {
        self.0.can_send()
    }
    fn due(&self) -> Option<Instant> {
        None
    }
    fn join(&self, park: Park) {
        self.0.join_senders(park);
    }
    fn leave(&self, park: Park) -> bool {
        self.0.leave_senders(park);
        false
    }
    fn pass_on(&self) {
        self.0.pass_on();
    }
}

impl Operation for &Timer {
    fn ready(&self) -> bool {
        Timer::due(self).is_some_and(|due| due <= Instant::now())
    }
    fn due(&self) -> Option<Instant> {
        Timer::due(self)
    }
    fn join(&self, _park: Park) {}
    fn leave(&self, _park: Park) -> bool {
        false
    }
    fn pass_on(&self) {}
}

impl Operation for Never {
    fn ready(&self) -> bool {
        false
    }
    fn due(&self) -> Option<Instant> {
        None
    }
    fn join(&self, _park: Park) {}
    fn leave(&self, _park: Park) -> bool {
        false
    }
    fn pass_on(&self) {}
}

/// Why a select has no operation.
enum Nothing {
    TimedOut,
    Crashed,
}

impl<'a> Select<'a> {
    /// A select without operations.
    #[allow(clippy::new_without_default)] // as crossbeam's
    pub fn new() -> Select<'a> {
        Select(match world::kernel() {
            Some(_) => Kind::Simulated(Vec::new()),
            None => Kind::Real(crossbeam_channel::Select::new()),
        })
    }

    /// Adds a send; its index.
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        match (&mut self.0, &sender.0) {
            (Kind::Real(select), Target::Real(real)) => select.send(real),
            (Kind::Simulated(operations), Target::Simulated(queue)) => {
                operations.push(Box::new(SendTo(queue)));
                operations.len() - 1
            }
            _ => other_world(),
        }
    }

    /// Adds a receive; its index.
    pub fn recv<T>(&mut self, receiver: &'a Receiver<T>) -> usize {
        let operations = match (&mut self.0, &receiver.0) {
            (Kind::Real(select), Source::Real(real)) => return select.recv(real),
            (Kind::Real(select), Source::RealTimer(real, _)) => return select.recv(real),
            (Kind::Simulated(operations), _) => operations,
            _ => other_world(),
        };
        operations.push(match &receiver.0 {
            Source::Simulated(queue) => Box::new(ReceiveFrom(queue)),
            Source::Timer(timer, _) => Box::new(&**timer),
            Source::Never => Box::new(Never),
            Source::Real(_) | Source::RealTimer(..) => other_world(),
        });
        operations.len() - 1
    }

    /// Waits until an operation is ready; any of those that are.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        let at = Location::caller();
        match &mut self.0 {
            Kind::Real(select) => SelectedOperation::real(select.select()),
            Kind::Simulated(operations) => match wait(operations, None, at) {
                Ok(operation) => operation,
                Err(_) => panic!("a select in a destructor of a crashed thread"),
            },
        }
    }

    /// An operation that is ready now.
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        match &mut self.0 {
            Kind::Real(select) => select.try_select().map(SelectedOperation::real),
            Kind::Simulated(operations) => {
                let Some(kernel) = world::kernel() else {
                    return Err(TrySelectError);
                };
                kernel.point();
                any_ready(&kernel, operations).ok_or(TrySelectError)
            }
        }
    }

    /// Waits until an operation is ready, for at most `timeout`.
    #[track_caller]
    pub fn select_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        let at = Location::caller();
        match &mut self.0 {
            Kind::Real(select) => select.select_timeout(timeout).map(SelectedOperation::real),
            Kind::Simulated(operations) => {
                let end = Instant::after(timeout);
                wait(operations, end, at).map_err(|_| SelectTimeoutError)
            }
        }
    }
}

fn other_world() -> ! {
    panic!("a select got a channel of another world: make it inside the simulation that uses it")
}

/// One of the operations that are ready, each with the same chance.
fn any_ready<'a>(
    kernel: &Kernel,
    operations: &[Box<dyn Operation + 'a>],
) -> Option<SelectedOperation<'a>> {
    let ready: Vec<usize> = (0..operations.len())
        .filter(|at| operations[*at].ready())
        .collect();
    let index = *ready.get(kernel.choose(ready.len()))?;
    Some(SelectedOperation {
        index,
        inner: Selected::Simulated(None),
    })
}

fn wait<'a>(
    operations: &[Box<dyn Operation + 'a>],
    end: Option<Instant>,
    at: &'static Location<'static>,
) -> Result<SelectedOperation<'a>, Nothing> {
    let Some(kernel) = world::kernel() else {
        return Err(Nothing::Crashed);
    };
    kernel.point();
    kernel.about_to_block("a select", at);
    loop {
        if let Some(ready) = any_ready(&kernel, operations) {
            return Ok(ready);
        }
        if end.is_some_and(|end| end <= Instant::now()) {
            return Err(Nothing::TimedOut);
        }
        let dues = operations.iter().filter_map(|operation| operation.due());
        let until = dues.chain(end).min();
        let park = kernel.coming_park();
        for operation in operations {
            operation.join(park);
        }
        let until = until.map_or(NEVER, |until| deadline(&kernel, Some(until)));
        let wake = kernel.park(Blocked::new("a select", at), until);
        let mut handed = None;
        for (index, operation) in operations.iter().enumerate() {
            if operation.leave(park) {
                handed = Some(index);
            }
        }
        if wake != Wake::TimedOut {
            // The wake-up was for one of them; the others' may be needed elsewhere.
            operations.iter().for_each(|operation| operation.pass_on());
        }
        if let Wake::Crashed { .. } = wake {
            kernel.die();
            return Err(Nothing::Crashed);
        }
        if let Some(index) = handed {
            return Ok(SelectedOperation {
                index,
                inner: Selected::Simulated(Some(park)),
            });
        }
    }
}

impl<'a> SelectedOperation<'a> {
    fn real(operation: crossbeam_channel::SelectedOperation<'a>) -> Self {
        SelectedOperation {
            index: operation.index(),
            inner: Selected::Real(operation),
        }
    }

    /// The index that adding the operation gave.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Completes a send.
    ///
    /// # Panics
    /// If `sender` is not the one that was added.
    #[track_caller]
    pub fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        match (self.inner, &sender.0) {
            (Selected::Real(operation), Target::Real(real)) => operation.send(real, message),
            (Selected::Simulated(_), Target::Simulated(queue)) => {
                complete_send(queue, message, Location::caller())
            }
            _ => other_world(),
        }
    }

    /// Completes a receive.
    ///
    /// # Panics
    /// If `receiver` is not the one that was added.
    #[track_caller]
    pub fn recv<T>(self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        match (self.inner, &receiver.0) {
            (Selected::Real(operation), Source::Real(real)) => operation.recv(real),
            (Selected::Real(operation), Source::RealTimer(real, convert)) => {
                operation.recv(real).map(convert)
            }
            (Selected::Simulated(Some(park)), Source::Simulated(queue)) => {
                queue.take_handed(park).ok_or(RecvError)
            }
            (Selected::Simulated(None), Source::Simulated(queue)) => {
                complete_recv(queue, Location::caller())
            }
            (Selected::Simulated(_), Source::Timer(timer, convert)) => {
                timer.take().map(convert).ok_or(RecvError)
            }
            _ => other_world(),
        }
    }
}

/// Sends into the room that the select saw. Others may have run since, while the message was being
/// made; whoever lost the room to them waits for the next.
fn complete_send<T>(
    queue: &Queue<T>,
    message: T,
    at: &'static Location<'static>,
) -> Result<(), SendError<T>> {
    match world::kernel() {
        Some(kernel) => queue
            .send(&kernel, message, NEVER, at)
            .map_err(|error| SendError(error.into_inner())),
        None => queue
            .try_send(message)
            .map_err(|error| SendError(error.into_inner())),
    }
}

/// Takes the message that the select saw, or the next one, if somebody took it since.
fn complete_recv<T>(queue: &Queue<T>, at: &'static Location<'static>) -> Result<T, RecvError> {
    match world::kernel() {
        Some(kernel) => queue.recv(&kernel, NEVER, at).map_err(|_| RecvError),
        None => queue.try_recv().map_err(|_| RecvError),
    }
}
