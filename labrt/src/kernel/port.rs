//! A simulation as a part of something larger: its port is a thread of the harness that runs when
//! every other thread waits, or when a moment has come, and says then how far the clock may go.
//! Until it rests again nobody else runs: the clock would go on without it.

use super::scheduler::Kernel;
use super::task::{Blocked, State, Wake};
use crate::base::NEVER;
use std::panic::Location;

impl Kernel {
    /// Parks the running thread, which is the port from then on, until every other thread waits and
    /// has nothing to do before `until`, or it is `until`. When the others have something to do
    /// next: `NEVER` is when somebody else gives them something.
    pub(crate) fn rest(&self, until: u64, at: &'static Location<'static>) -> u64 {
        self.port.task.set(self.current.get());
        self.port.rests.set(true);
        self.port.until.set(until);
        self.alarm.set(self.alarm.get().min(until));
        let wake = self.park(Blocked::new("the others' rest", at), NEVER);
        self.port.rests.set(false);
        if let Wake::Crashed { .. } = wake {
            self.die(); // the run is over
            return NEVER;
        }
        if self.port.was_idle.get() {
            self.timers.borrow().earliest().unwrap_or(NEVER)
        } else {
            self.now.get()
        }
    }

    /// Lets the port run before anybody else.
    pub(super) fn call_port(&self, idle: bool) {
        self.port.until.set(NEVER);
        self.port.was_idle.set(idle);
        self.port.is_called.set(true);
        self.tasks.borrow_mut()[self.port.task.get() as usize].state = State::Ready;
        self.slice.set(1);
    }

    /// Whether the port rests and nobody has anything to do for as long as it does: then it runs.
    pub(super) fn is_port_due(&self) -> bool {
        let until = self.port.until.get();
        if !self.port.rests.get() {
            return false;
        }
        let earliest = self.timers.borrow().earliest();
        let is_due = earliest.is_none_or(|earliest| earliest >= until);
        if is_due {
            self.call_port(true);
        }
        is_due
    }

    /// Lets the clock show `at`, if that is later than what it shows: what is due by then is due.
    pub(crate) fn advance(&self, at: u64) {
        if at > self.now.get() {
            self.now.set(at);
            self.alarm.set(0);
        }
    }
}
