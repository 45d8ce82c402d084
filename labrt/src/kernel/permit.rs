//! `park` and `unpark`, and who the running thread is.

use super::scheduler::Kernel;
use super::task::{Blocked, TaskRef, Wake};
use crate::base::Name;
use std::panic::Location;

impl Kernel {
    /// Waits for a permit, or takes the one that is there.
    pub(crate) fn park_with_permit(&self, at: &'static Location<'static>, deadline: u64) {
        self.point();
        if self.take_permit() {
            return;
        }
        if let Wake::Crashed { .. } = self.park(Blocked::new("an unpark", at), deadline) {
            return self.die();
        }
        self.take_permit();
    }

    fn take_permit(&self) -> bool {
        std::mem::take(&mut self.tasks.borrow_mut()[self.current.get() as usize].permit)
    }

    /// Gives `thread` a permit, and wakes it if it waits for one.
    pub(crate) fn unpark(&self, thread: TaskRef) {
        let epoch = {
            let task = &mut self.tasks.borrow_mut()[thread.task as usize];
            if task.generation != thread.generation {
                return;
            }
            task.permit = true;
            match &task.blocked {
                Some(blocked) if blocked.on == "an unpark" => task.epoch,
                _ => return,
            }
        };
        self.wake_park((thread.task, epoch));
    }

    /// The running thread, and its name.
    pub(crate) fn current_identity(&self) -> (TaskRef, Name) {
        let task = self.current.get();
        let entry = &self.tasks.borrow()[task as usize];
        (
            TaskRef {
                task,
                generation: entry.generation,
            },
            entry.name.clone(),
        )
    }
}
