//! Where a simulated thread waits for what others send it, and what they send takes its time.

use crate::base::{TaskId, ns};
use crate::kernel::{Blocked, Wake, world};
use parking_lot::Mutex;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// Holds one message for the one thread that waits here, until it arrives. A message on its way
/// costs its reader no wake-up before. For simulated threads only, all of one run.
pub struct Mailbox<T> {
    /// What the reader waits for, as reports show it.
    what: &'static str,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// The message, and when it arrives.
    mail: Option<(T, u64)>,
    /// The reader's wait: see `Kernel::coming_park`.
    reader: Option<(TaskId, u32)>,
}

impl<T> Mailbox<T> {
    /// An empty one, for `what` (`"an RPC's reply"`).
    pub fn new(what: &'static str) -> Mailbox<T> {
        Mailbox {
            what,
            state: Mutex::new(State {
                mail: None,
                reader: None,
            }),
        }
    }

    /// Sends `message`, which arrives `after` that much time. Of several, the one that arrives
    /// first counts, and the others are dropped. No scheduling point.
    pub fn post(&self, message: T, after: Duration) {
        let Some(kernel) = world::kernel() else {
            return; // the run is over, and its threads with it
        };
        let at = kernel.true_now().saturating_add(ns(after));
        let (_dropped, reader) = {
            let mut state = self.state.lock();
            if state.mail.as_ref().is_some_and(|(_, first)| *first <= at) {
                return;
            }
            (state.mail.replace((message, at)), state.reader)
        };
        if let Some(reader) = reader {
            match after {
                Duration::ZERO => {
                    kernel.wake_park(reader);
                }
                _ => kernel.wake_park_at(reader, at),
            }
        }
    }

    /// Waits for a message to arrive, for at most `most` if none is on its way.
    #[track_caller]
    pub fn wait(&self, most: Duration) -> Option<T> {
        let kernel = world::kernel()?;
        let blocked = Blocked::new(self.what, Location::caller());
        let end = kernel.true_now().saturating_add(ns(most));
        loop {
            let until = {
                let mut state = self.state.lock();
                state.reader = None;
                let until = match &state.mail {
                    Some((_, at)) if *at <= kernel.true_now() => {
                        return state.mail.take().map(|(message, _)| message);
                    }
                    Some((_, at)) => *at,
                    None if end <= kernel.true_now() => return None,
                    None => end,
                };
                state.reader = Some(kernel.coming_park());
                until
            };
            if let Wake::Crashed { .. } = kernel.park_until(blocked, until) {
                self.state.lock().reader = None;
                kernel.die();
                return None;
            }
        }
    }
}

impl<T> fmt::Debug for Mailbox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Mailbox { .. }")
    }
}
