//! Waiting for the first of several channel operations.

use super::ends::{Receiver, Sender, Source, Target};
use super::operation::Operation;
use super::queue::{Park, Queue};
use crate::base::NEVER;
use crate::kernel::{Blocked, Kernel, Wake, world};
use crate::real_node;
use crate::thread;
use crate::time::{Instant, deadline};
use crossbeam_channel::{RecvError, SelectTimeoutError, SendError, TrySelectError};
use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// What a thread waits for that waits for several things.
const SELECT: &str = "a select";

/// Waits for one of several operations, as `crossbeam_channel::Select`. Most code is served by
/// [`select!`](crate::select).
///
/// It borrows the channels' ends and has no destructor that looks at them, so that they may be
/// dropped in any order, as crossbeam's. Of crossbeam's methods, `ready` and its kin are not
/// offered.
///
/// ```
/// use labrt::channel::{Select, unbounded};
///
/// let mut select = Select::new();
/// let (sender, receiver) = unbounded();
/// let only = select.recv(&receiver);
/// sender.send(7).unwrap();
/// let operation = select.select();
/// assert_eq!(operation.index(), only);
/// assert_eq!(operation.recv(&receiver), Ok(7));
/// ```
#[derive(Clone)]
pub struct Select<'a>(Kind<'a>);

#[derive(Clone)]
enum Kind<'a> {
    Real(crossbeam_channel::Select<'a>),
    /// By index; `None` where one was removed.
    Simulated(Vec<Option<Operation<'a>>>),
}

/// An operation that is ready, and must now be completed: dropping it panics, as crossbeam's does.
#[must_use]
pub struct SelectedOperation<'a> {
    index: usize,
    inner: Option<Selected<'a>>,
}

enum Selected<'a> {
    Real(crossbeam_channel::SelectedOperation<'a>),
    /// The park in which a message may have been handed over.
    Simulated(Option<Park>),
}

/// Why a select has no operation.
enum Nothing {
    TimedOut,
    Crashed,
}

impl<'a> Select<'a> {
    /// A select without operations.
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
                operations.push(Some(Operation::Send(&**queue)));
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
        operations.push(Some(match &receiver.0 {
            Source::Simulated(queue) => Operation::Receive(&**queue),
            Source::Timer(timer, _) => Operation::Timer(timer),
            Source::Never => Operation::Never,
            Source::Real(_) | Source::RealTimer(..) => other_world(),
        }));
        operations.len() - 1
    }

    /// Removes an operation; the others keep their indices.
    ///
    /// # Panics
    /// If there is none of this index, or it was removed before.
    pub fn remove(&mut self, index: usize) {
        match &mut self.0 {
            Kind::Real(select) => select.remove(index),
            Kind::Simulated(operations) => match operations.get_mut(index).map(Option::take) {
                Some(Some(_)) => {}
                Some(None) => panic!("no operation of index {index}: it was removed before"),
                None => panic!("no operation of index {index}: the select never had it"),
            },
        }
    }

    /// Waits until an operation is ready; any of those that are.
    ///
    /// # Panics
    /// If there is no operation to wait for.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        let at = Location::caller();
        match &mut self.0 {
            Kind::Real(select) => {
                let select = || select.select();
                SelectedOperation::real(real_node::waiting(SELECT, at, false, select))
            }
            Kind::Simulated(operations) if operations.iter().all(Option::is_none) => {
                panic!("no operations have been added to `Select`")
            }
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

    /// Waits until an operation is ready, until `end` at the latest.
    #[track_caller]
    pub fn select_deadline(
        &mut self,
        end: Instant,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        let at = Location::caller();
        match &mut self.0 {
            Kind::Real(select) => select
                .select_deadline(end.to_std())
                .map(SelectedOperation::real),
            Kind::Simulated(operations) => {
                wait(operations, Some(end), at).map_err(|_| SelectTimeoutError)
            }
        }
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Select::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}

fn other_world() -> ! {
    panic!("a select got a channel of another world: make it inside the simulation that uses it")
}

/// One of the operations that are ready, each with the same chance.
fn any_ready<'a>(
    kernel: &Kernel,
    operations: &[Option<Operation<'a>>],
) -> Option<SelectedOperation<'a>> {
    let ready: Vec<usize> = (0..operations.len())
        .filter(|at| operations[*at].is_some_and(Operation::ready))
        .collect();
    let index = *ready.get(kernel.choose(ready.len()))?;
    Some(SelectedOperation {
        index,
        inner: Some(Selected::Simulated(None)),
    })
}

fn wait<'a>(
    operations: &[Option<Operation<'a>>],
    end: Option<Instant>,
    at: &'static Location<'static>,
) -> Result<SelectedOperation<'a>, Nothing> {
    let Some(kernel) = world::kernel() else {
        return Err(Nothing::Crashed);
    };
    kernel.point();
    kernel.about_to_block("a select", at);
    let all = || operations.iter().flatten();
    loop {
        if let Some(ready) = any_ready(&kernel, operations) {
            return Ok(ready);
        }
        if end.is_some_and(|end| end <= Instant::now()) {
            return Err(Nothing::TimedOut);
        }
        let dues = all().filter_map(|operation| operation.due());
        let until = dues.chain(end).min();
        let park = kernel.coming_park();
        all().for_each(|operation| operation.join(park));
        let until = until.map_or(NEVER, |until| deadline(Some(until)));
        let wake = kernel.park(Blocked::new(SELECT, at), until);
        let mut handed = None;
        for (index, operation) in operations.iter().enumerate() {
            if operation.is_some_and(|operation| operation.leave(park)) {
                handed = Some(index);
            }
        }
        if wake != Wake::TimedOut {
            // The wake-up was for one of them; the others' may be needed elsewhere.
            all().for_each(|operation| operation.pass_on());
        }
        if let Wake::Crashed { .. } = wake {
            kernel.die();
            return Err(Nothing::Crashed);
        }
        if let Some(index) = handed {
            return Ok(SelectedOperation {
                index,
                inner: Some(Selected::Simulated(Some(park))),
            });
        }
    }
}

impl<'a> SelectedOperation<'a> {
    fn real(operation: crossbeam_channel::SelectedOperation<'a>) -> Self {
        SelectedOperation {
            index: operation.index(),
            inner: Some(Selected::Real(operation)),
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
    pub fn send<T>(mut self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        match (self.inner.take(), &sender.0) {
            (Some(Selected::Real(operation)), Target::Real(real)) => operation.send(real, message),
            (Some(Selected::Simulated(_)), Target::Simulated(queue)) => {
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
    pub fn recv<T>(mut self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        match (self.inner.take(), &receiver.0) {
            (Some(Selected::Real(operation)), Source::Real(real)) => operation.recv(real),
            (Some(Selected::Real(operation)), Source::RealTimer(real, convert)) => {
                operation.recv(real).map(convert)
            }
            (Some(Selected::Simulated(Some(park))), Source::Simulated(queue)) => {
                queue.take_handed(park).ok_or(RecvError)
            }
            (Some(Selected::Simulated(None)), Source::Simulated(queue)) => {
                complete_recv(queue, Location::caller())
            }
            (Some(Selected::Simulated(_)), Source::Timer(timer, convert)) => {
                timer.take().map(convert).ok_or(RecvError)
            }
            _ => other_world(),
        }
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        // A thread that unwinds already cannot be told twice. (Crossbeam's own speaks for itself.)
        if matches!(self.inner, Some(Selected::Simulated(_))) && !thread::panicking() {
            panic!("dropped `SelectedOperation` without completing the operation");
        }
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
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
