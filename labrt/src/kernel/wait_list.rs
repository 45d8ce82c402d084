//! Lines of waiting threads.

use super::line::Line;
use super::scheduler::Kernel;
use super::task::Task;
use crate::base::{TaskId, is_alone, is_live};
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed, Ordering::SeqCst, fence};

/// Threads that wait for one lock, condition variable or thread, first come, first served. The
/// links stand in the threads' slots, so that waiting allocates nothing.
///
/// A lock may stand in a static, and runs side by side may share it. The list is of the first run
/// that waits here, for as long as that goes on, and nobody else touches it; the lines of other
/// runs stand beside it, in their kernels.
pub(crate) struct WaitList {
    /// The run that the links belong to. Those of a run that is over mean nothing.
    run: AtomicU32,
    head: AtomicU32,
    tail: AtomicU32,
    /// The run whose threads have wanted the lock so far, or `SEVERAL`; 0 at first.
    users: AtomicU32,
}

/// Several runs' threads have wanted the lock.
const SEVERAL: u32 = u32::MAX;

impl WaitList {
    pub(crate) const fn new() -> WaitList {
        WaitList {
            run: AtomicU32::new(0),
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            users: AtomicU32::new(0),
        }
    }

    /// A thread of this run is about to try whether the lock is free. So whoever finds it taken
    /// knows whether that may be another run's doing.
    #[inline]
    pub(crate) fn used_by(&self, kernel: &Kernel, at: &'static Location<'static>) {
        if self.users.load(Relaxed) != kernel.run {
            self.add_user(kernel, at);
        }
    }

    #[cold]
    #[inline(never)]
    fn add_user(&self, kernel: &Kernel, at: &'static Location<'static>) {
        kernel.warn_if_static(self.address(), at);
        let before = self.users.load(Relaxed);
        let now = match before {
            SEVERAL => return,
            run if is_live(run) => SEVERAL,
            _ => kernel.run,
        };
        let added = self.users.compare_exchange(before, now, Relaxed, Relaxed);
        if added.is_err() {
            self.users.store(SEVERAL, Relaxed);
        }
        fence(SeqCst); // before the lock itself
    }

    /// Whether another run that goes on has wanted the lock before.
    pub(super) fn is_of_others(&self, kernel: &Kernel) -> bool {
        fence(SeqCst); // behind the lock itself
        match self.users.load(Relaxed) {
            SEVERAL => !is_alone(),
            run => run != kernel.run && is_live(run),
        }
    }

    /// The list of what no other run ever sees.
    pub(super) fn of_run(kernel: &Kernel) -> WaitList {
        WaitList {
            run: AtomicU32::new(kernel.run),
            ..WaitList::new()
        }
    }

    /// Whether nobody of this run waits here, as far as can be seen at a glance.
    #[inline]
    pub(super) fn is_surely_empty(&self, kernel: &Kernel) -> bool {
        self.head.load(Relaxed) == 0 && kernel.lines_beside.get() == 0
    }

    pub(super) fn push(&self, kernel: &Kernel, task: TaskId) {
        self.change(kernel, |line, tasks| line.push(tasks, task));
    }

    pub(super) fn pop(&self, kernel: &Kernel) -> Option<TaskId> {
        if self.is_surely_empty(kernel) {
            return None;
        }
        self.change(kernel, |line, tasks| line.pop(tasks))
    }

    pub(super) fn remove(&self, kernel: &Kernel, task: TaskId) {
        if !self.is_surely_empty(kernel) {
            self.change(kernel, |line, tasks| line.remove(tasks, task));
        }
    }

    /// Changes the line of this run.
    #[inline]
    fn change<T>(&self, kernel: &Kernel, change: impl FnOnce(&mut Line, &mut [Task]) -> T) -> T {
        if self.run.load(Relaxed) != kernel.run && !self.claim(kernel) {
            return self.change_beside(kernel, change);
        }
        let mut line = Line {
            head: self.head.load(Relaxed),
            tail: self.tail.load(Relaxed),
        };
        let result = change(&mut line, &mut kernel.tasks.borrow_mut());
        self.head.store(line.head, Relaxed);
        self.tail.store(line.tail, Relaxed);
        result
    }

    /// Makes the list this run's, if the run that has it is over. A run whose threads wait beside
    /// it goes on doing so: else what it does would hang on when the other one ends.
    #[cold]
    fn claim(&self, kernel: &Kernel) -> bool {
        let has_it = self.run.load(Relaxed);
        if kernel.beside.borrow().contains_key(&self.address()) || is_live(has_it) {
            return false;
        }
        // Of several runs that find it free, one gets it.
        let claimed = self
            .run
            .compare_exchange(has_it, kernel.run, Relaxed, Relaxed);
        if claimed.is_ok() {
            self.head.store(0, Relaxed);
            self.tail.store(0, Relaxed);
        }
        claimed.is_ok()
    }

    #[cold]
    fn change_beside<T>(
        &self,
        kernel: &Kernel,
        change: impl FnOnce(&mut Line, &mut [Task]) -> T,
    ) -> T {
        let lines = &mut kernel.beside.borrow_mut();
        let line = lines.entry(self.address()).or_default();
        let result = change(line, &mut kernel.tasks.borrow_mut());
        if line.head == 0 {
            lines.remove(&self.address());
        }
        kernel.lines_beside.set(lines.len());
        result
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}
