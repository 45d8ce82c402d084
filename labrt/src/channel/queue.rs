//! The simulated channel: a queue, and two lines of waiters. One OS thread touches it during a
//! run, so its lock is never contended; it is there for what outlives the run.
//!
//! Whoever is woken looks again; whoever was woken and does not take what it was woken for
//! passes the wake-up on ([`Queue::pass_on`]), or somebody else would sleep beside a full queue.

use crate::base::TaskId;
use crate::kernel::{Blocked, Kernel, Wake, world};
use crossbeam_channel::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::panic::Location;

/// What a sender waits for.
pub(super) const ROOM: &str = "room in a channel";
/// What a receiver waits for.
pub(super) const MESSAGE: &str = "a message";

/// A park of a thread: see `Kernel::coming_park`.
pub(super) type Park = (TaskId, u32);

pub(super) struct Queue<T> {
    /// The run that made it: only that one's threads can stand in its lines.
    run: u32,
    capacity: Option<usize>,
    state: Mutex<State<T>>,
}

struct State<T> {
    messages: VecDeque<T>,
    receivers: VecDeque<Park>,
    /// Waiting senders. In a channel without capacity each brings its message along, unless it
    /// waits in a `select`.
    senders: VecDeque<(Park, Option<T>)>,
    /// Without capacity: messages given to receivers that have yet to run.
    handed: Vec<(Park, T)>,
    sender_count: usize,
    receiver_count: usize,
}

#[cold]
#[track_caller]
fn other_run() -> ! {
    panic!("a channel of another simulation: make it inside the simulation that uses it")
}

/// The kernel, while the calling thread is one of `run`: in whatever world the ends of a channel
/// are dropped, nobody but its own run's threads can be woken.
fn kernel_of(run: u32) -> Option<world::Running> {
    world::kernel().filter(|kernel| kernel.run == run)
}

impl<T> State<T> {
    fn wake_receiver(&mut self, run: u32) -> Option<Park> {
        let kernel = kernel_of(run)?;
        loop {
            let park = self.receivers.pop_front()?;
            if kernel.wake_park(park) {
                return Some(park);
            }
        }
    }

    fn wake_sender(&mut self, run: u32) {
        let Some(kernel) = kernel_of(run) else {
            return;
        };
        while let Some((park, _)) = self.senders.pop_front() {
            if kernel.wake_park(park) {
                break;
            }
        }
    }

    fn wake_all(&mut self, run: u32) {
        let Some(kernel) = kernel_of(run) else {
            return;
        };
        for park in self.receivers.drain(..) {
            kernel.wake_park(park);
        }
        // They stay in line: a sender without capacity must find its message again.
        for (park, _) in &self.senders {
            kernel.wake_park(*park);
        }
    }
}

impl<T> Queue<T> {
    pub(super) fn new(run: u32, capacity: Option<usize>) -> Queue<T> {
        Queue {
            run,
            capacity,
            state: Mutex::new(State {
                messages: VecDeque::new(),
                receivers: VecDeque::new(),
                senders: VecDeque::new(),
                handed: Vec::new(),
                sender_count: 1,
                receiver_count: 1,
            }),
        }
    }

    /// Refuses the channel of another run: nobody there would ever be woken.
    #[inline]
    #[track_caller]
    pub(super) fn check_run(&self, kernel: &Kernel) {
        if kernel.run != self.run {
            other_run();
        }
    }

    /// The kernel of the calling thread, which must be one of this channel's run.
    fn own_kernel(&self) -> Option<world::Running> {
        let kernel = world::kernel();
        if let Some(kernel) = &kernel {
            self.check_run(kernel);
        }
        kernel
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        self.capacity
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().messages.len()
    }

    /// Sends if that needs no waiting. No scheduling point.
    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut state = self.state.lock();
        if state.receiver_count == 0 {
            return Err(TrySendError::Disconnected(message));
        }
        if self.capacity == Some(0) {
            return match state.wake_receiver(self.run) {
                Some(park) => {
                    state.handed.push((park, message));
                    Ok(())
                }
                None => Err(TrySendError::Full(message)),
            };
        }
        if self
            .capacity
            .is_some_and(|capacity| state.messages.len() >= capacity)
        {
            return Err(TrySendError::Full(message));
        }
        state.messages.push_back(message);
        state.wake_receiver(self.run);
        Ok(())
    }

    /// Receives if that needs no waiting. No scheduling point.
    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.state.lock();
        if let Some(message) = state.messages.pop_front() {
            state.wake_sender(self.run);
            return Ok(message);
        }
        let brings = |(_, message): &(Park, Option<T>)| message.is_some();
        let at = state.senders.iter().position(brings);
        if let Some((park, Some(message))) = at.and_then(|at| state.senders.remove(at)) {
            // Its sender may have timed out and not run since: it will see that it was in time.
            if let Some(kernel) = kernel_of(self.run) {
                kernel.wake_park(park);
            }
            return Ok(message);
        }
        if state.sender_count == 0 {
            return Err(TryRecvError::Disconnected);
        }
        Err(TryRecvError::Empty)
    }

    pub(super) fn send(
        &self,
        kernel: &Kernel,
        mut message: T,
        deadline: u64,
        at: &'static Location<'static>,
    ) -> Result<(), SendTimeoutError<T>> {
        self.check_run(kernel);
        let blocked = Blocked::new(ROOM, at);
        loop {
            message = match self.try_send(message) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(message)) => {
                    return Err(SendTimeoutError::Disconnected(message));
                }
                Err(TrySendError::Full(message)) => message,
            };
            kernel.about_to_block("a send", at);
            let park = kernel.coming_park();
            let mut kept = Some(message);
            let rendezvous = self.capacity == Some(0);
            let brought = if rendezvous { kept.take() } else { None };
            self.state.lock().senders.push_back((park, brought));
            let wake = kernel.park(blocked, deadline);
            let brought = self.leave_senders(park);
            let Some(back) = (if rendezvous { brought } else { kept }) else {
                return Ok(()); // a receiver took it from the line
            };
            message = back;
            match wake {
                Wake::Notified => {}
                Wake::TimedOut => return Err(SendTimeoutError::Timeout(message)),
                Wake::Crashed { notified } => {
                    if notified {
                        self.pass_on();
                    }
                    kernel.die();
                    return Err(SendTimeoutError::Disconnected(message));
                }
            }
        }
    }

    pub(super) fn recv(
        &self,
        kernel: &Kernel,
        deadline: u64,
        at: &'static Location<'static>,
    ) -> Result<T, RecvTimeoutError> {
        self.check_run(kernel);
        let blocked = Blocked::new(MESSAGE, at);
        loop {
            match self.try_recv() {
                Ok(message) => return Ok(message),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) => {}
            }
            let park = kernel.coming_park();
            self.join_receivers(park);
            let wake = kernel.park(blocked, deadline);
            let handed = self.leave_receivers(park);
            match wake {
                Wake::Notified => {
                    if let Some(message) = handed {
                        return Ok(message);
                    }
                }
                Wake::TimedOut => return Err(RecvTimeoutError::Timeout),
                Wake::Crashed { notified } => {
                    if notified {
                        self.pass_on();
                    }
                    kernel.die();
                    return Err(RecvTimeoutError::Disconnected);
                }
            }
        }
    }

    /// Puts a receiver in line. Senders that wait in a `select` have no message in line; they are
    /// woken to look again.
    pub(super) fn join_receivers(&self, park: Park) {
        let kernel = self.own_kernel();
        let mut state = self.state.lock();
        state.receivers.push_back(park);
        if self.capacity == Some(0)
            && let Some(kernel) = kernel
        {
            for (sender, message) in &state.senders {
                if message.is_none() && *sender != park {
                    kernel.wake_park(*sender);
                }
            }
        }
    }

    /// Takes a receiver out of the line. True if a message was handed to it meanwhile; the message
    /// stays until `take_handed`.
    pub(super) fn stop_receiving(&self, park: Park) -> bool {
        let mut state = self.state.lock();
        state.receivers.retain(|waiting| *waiting != park);
        state.handed.iter().any(|(to, _)| *to == park)
    }

    /// The message that was handed to this park.
    pub(super) fn take_handed(&self, park: Park) -> Option<T> {
        let mut state = self.state.lock();
        let at = state.handed.iter().position(|(to, _)| *to == park)?;
        Some(state.handed.swap_remove(at).1)
    }

    /// Takes a receiver out of the line; with the message that it was handed, if it was.
    fn leave_receivers(&self, park: Park) -> Option<T> {
        if self.stop_receiving(park) {
            self.take_handed(park)
        } else {
            None
        }
    }

    pub(super) fn join_senders(&self, park: Park) {
        self.own_kernel();
        self.state.lock().senders.push_back((park, None));
    }

    pub(super) fn leave_senders(&self, park: Park) -> Option<T> {
        let mut state = self.state.lock();
        let at = state
            .senders
            .iter()
            .position(|(waiting, _)| *waiting == park)?;
        state.senders.remove(at)?.1
    }

    /// Whether a receive would return at once.
    pub(super) fn can_recv(&self) -> bool {
        let state = self.state.lock();
        !state.messages.is_empty()
            || state.sender_count == 0
            || state.senders.iter().any(|(_, message)| message.is_some())
    }

    /// Whether a send would return at once.
    pub(super) fn can_send(&self) -> bool {
        let state = self.state.lock();
        match self.capacity {
            _ if state.receiver_count == 0 => true,
            None => true,
            // One that was woken by another channel of its select still stands in line.
            Some(0) => world::kernel().is_some_and(|kernel| {
                let waits = |park: &Park| kernel.is_in_park(*park);
                state.receivers.iter().any(waits)
            }),
            Some(capacity) => state.messages.len() < capacity,
        }
    }

    /// Wakes whoever could go on now.
    pub(super) fn pass_on(&self) {
        let mut state = self.state.lock();
        if !state.messages.is_empty() {
            state.wake_receiver(self.run);
        }
        if self
            .capacity
            .is_some_and(|capacity| state.messages.len() < capacity)
        {
            state.wake_sender(self.run);
        }
    }

    pub(super) fn add_sender(&self) {
        self.state.lock().sender_count += 1;
    }

    pub(super) fn add_receiver(&self) {
        self.state.lock().receiver_count += 1;
    }

    pub(super) fn drop_sender(&self) {
        let mut state = self.state.lock();
        state.sender_count -= 1;
        if state.sender_count == 0 {
            state.wake_all(self.run);
        }
    }

    pub(super) fn drop_receiver(&self) {
        let messages = {
            let mut state = self.state.lock();
            state.receiver_count -= 1;
            if state.receiver_count > 0 {
                return;
            }
            state.wake_all(self.run);
            std::mem::take(&mut state.messages)
        };
        drop(messages); // outside of the lock: a message may hold an end of this very channel
    }
}
