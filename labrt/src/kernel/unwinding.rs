//! Threads that are being unwound, by a panic or by a crash, and those that do not let themselves.

use super::scheduler::{Kernel, NOBODY};
use super::task::{CrashToken, JOIN, State, Task, Wake};
use crate::base::{FailureKind, NO_NODE, Noted, TaskId};
use std::panic;

/// A crashed thread that catches what unwinds it is thrown at again, at its next operation. Each
/// throw weighs so much, each operation of its destructors 1, ...
const THROW: u32 = 1_000;

/// ... and at this sum it is left where it stands: nothing will ever make it end.
const LINGERS: u32 = 100_000;

impl Kernel {
    /// The panics that are running the running thread's destructors; where that is not known, 0.
    pub(crate) fn panics(&self) -> usize {
        self.panic_count.get()
    }

    /// Keeps what is known of the running thread's panic. False if that cannot be done.
    pub(crate) fn note_panic(&self, noted: Noted) -> bool {
        // Not even a panic within the kernel itself may find its own list taken.
        let Ok(mut tasks) = self.tasks.try_borrow_mut() else {
            return false;
        };
        let task = tasks.get_mut(self.current.get() as usize);
        task.map(|task| task.noted = Some(Box::new(noted)))
            .is_some()
    }

    /// Unwinds the running thread, which has crashed, unless that is happening already.
    #[cold]
    pub(crate) fn die(&self) {
        let unwinds = std::thread::panicking(); // its own count, see `PanicCount`
        let lingers = {
            let task = &mut self.tasks.borrow_mut()[self.current.get() as usize];
            task.lingers += if unwinds { 1 } else { THROW };
            task.lingers
        };
        if lingers >= LINGERS {
            self.abandon_lingering();
        }
        if unwinds {
            return;
        }
        panic::resume_unwind(Box::new(CrashToken));
    }

    /// Leaves the running thread where it stands, as ended: it has crashed, and catches or outlasts
    /// whatever unwinds it. Locks that it holds stay locked.
    fn abandon_lingering(&self) -> ! {
        self.abandon_current();
        let (node, is_lent) = {
            let task = &mut self.tasks.borrow_mut()[self.current.get() as usize];
            (std::mem::replace(&mut task.node, NO_NODE), task.is_lent)
        };
        if node != NO_NODE {
            self.nodes.borrow_mut()[node as usize].live -= 1;
        }
        if is_lent && !self.stop.get() {
            let story = "what a thread of the harness asked of a crashed node does not end: it \
                         catches its own crash again and again";
            let failure = self.failure(FailureKind::Stuck, story.into());
            self.set_failure(failure);
        }
        let joiners: Vec<TaskId> = {
            let tasks = self.tasks.borrow();
            let joins = |task: &Task| {
                task.state == State::Parked && task.blocked.is_some_and(|on| on.on == JOIN)
            };
            let all = 0..tasks.len() as TaskId;
            all.filter(|task| joins(&tasks[*task as usize])).collect()
        };
        for joiner in joiners {
            // Not as one that was notified: it still stands in its line.
            self.wake(joiner, Wake::TimedOut);
        }
        self.halt_for_good()
    }

    /// The running thread's stack must never be unwound: frames of another language stand on it,
    /// or it does not let itself be unwound.
    pub(crate) fn abandon_current(&self) {
        debug_assert_ne!(self.current.get(), NOBODY);
        self.abandoned.set(self.abandoned.get() + 1);
        self.tasks.borrow_mut()[self.current.get() as usize].abandoned = true;
    }

    /// Ends the running thread where it stands. After `abandon_current`.
    pub(crate) fn halt_for_good(&self) -> ! {
        loop {
            self.tasks.borrow_mut()[self.current.get() as usize].state = State::Parked;
            self.suspend();
        }
    }

    /// What a mistake of the kernel's looks like.
    #[cfg(test)]
    pub(crate) fn with_threads_in_hand(&self, f: impl FnOnce()) {
        let _tasks = self.tasks.borrow_mut();
        f();
    }
}
