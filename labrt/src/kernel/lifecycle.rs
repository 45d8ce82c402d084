//! How threads begin and end: spawning, returning, panicking, crashing, and the end of a run.

use super::scheduler::Kernel;
use super::strategy::Why;
use super::task::{Blocked, Coro, CrashToken, Spawn, State, Task, TaskRef, Wake};
use crate::base::frames::{self, FRAMES};
use crate::base::{Failure, FailureKind, NEVER, NO_NODE, Panicked, TaskId, text_of};
use corosensei::stack::Stack;
use corosensei::{Coroutine, Yielder};
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

impl Kernel {
    /// Adds a thread that runs `body`, or drops `body` when the thread's node has crashed.
    pub(crate) fn spawn(&self, who: Spawn, body: Box<dyn FnOnce()>) -> Option<TaskRef> {
        let spawned = self.add_thread(who, body)?;
        self.choices.borrow_mut().ready(spawned.task, Why::Spawned);
        Some(spawned)
    }

    /// Like `spawn`, for a thread that can run from `at` on (true virtual time). Until then it is
    /// one of its node's, but takes neither a switch nor a stack.
    pub(crate) fn spawn_at(
        &self,
        who: Spawn,
        at: u64,
        waits: Blocked,
        body: Box<dyn FnOnce()>,
    ) -> Option<TaskRef> {
        let spawned = self.add_thread(who, body)?;
        let entry = &mut self.tasks.borrow_mut()[spawned.task as usize];
        entry.state = State::Parked;
        entry.epoch = entry.epoch.wrapping_add(1);
        entry.deadline = at;
        entry.blocked = Some(waits);
        self.arm(spawned.task, entry, at);
        Some(spawned)
    }

    fn add_thread(&self, who: Spawn, body: Box<dyn FnOnce()>) -> Option<TaskRef> {
        if self.dying.get() || self.node_crashed(who.node) || self.stop.get() {
            return None;
        }
        self.spawned.set(self.spawned.get() + 1);
        let idle = self.free.borrow_mut().pop();
        let task = idle.unwrap_or_else(|| self.add_slot(&who));
        let spawned = {
            let entry = &mut self.tasks.borrow_mut()[task as usize];
            entry.body = Some(body);
            entry.state = State::Ready;
            entry.node = who.node;
            entry.name = who.name;
            entry.started = Some(who.at);
            entry.points = 0;
            entry.window_start = self.now.get();
            TaskRef {
                task,
                generation: entry.generation,
            }
        };
        if who.node != NO_NODE {
            self.nodes.borrow_mut()[who.node as usize].live += 1;
        }
        Some(spawned)
    }

    /// A new slot, with a coroutine that waits for its first thread.
    #[cold]
    fn add_slot(&self, who: &Spawn) -> TaskId {
        let stack = match self.stacks.borrow_mut().take() {
            Ok(stack) => stack,
            Err(error) => self.fail_spawn(who, &error),
        };
        let stack_limit = stack.limit().get();
        let kernel: *const Kernel = self;
        let coroutine: Coro = Coroutine::with_stack(stack, move |yielder, ()| {
            // SAFETY: a coroutine runs only below `Kernel::run`, which borrows this kernel; what
            // is left at its end is forgotten, and never runs again.
            bottom(unsafe { &*kernel }, yielder)
        });
        let mut tasks = self.tasks.borrow_mut();
        let coroutine = Some(Box::new(coroutine));
        tasks.push(Task {
            coroutine,
            stack_limit,
            ..Task::empty()
        });
        tasks.len() as TaskId - 1
    }

    /// Empties the slot of a thread that has ended.
    fn retire(&self, task: TaskId) {
        let node = {
            let entry = &mut self.tasks.borrow_mut()[task as usize];
            entry.state = State::Free;
            entry.generation = entry.generation.wrapping_add(1);
            entry.epoch = entry.epoch.wrapping_add(1);
            entry.crashed = false;
            entry.panics = 0;
            entry.lingers = 0;
            entry.noted = None;
            entry.permit = false;
            entry.held.clear();
            std::mem::replace(&mut entry.node, NO_NODE)
        };
        if node != NO_NODE {
            self.nodes.borrow_mut()[node as usize].live -= 1;
        }
        self.free.borrow_mut().push(task);
    }

    /// A thread's body ended by unwinding, with this payload.
    pub(crate) fn unwound(&self, payload: &(dyn Any + Send)) {
        let current = self.current.get();
        let is_first = {
            let entry = &self.tasks.borrow()[current as usize];
            current == 0 && entry.generation == 0
        };
        // Nobody joins the first thread: with its end the run is over.
        let counts = self.panics_end_run || is_first;
        if counts && !payload.is::<CrashToken>() && !self.dying.get() {
            let failure = self.failure_of_panic(payload);
            self.set_failure(failure);
        }
    }

    /// The failure of the panic that has just ended the running thread.
    fn failure_of_panic(&self, payload: &(dyn Any + Send)) -> Failure {
        let text = text_of(payload);
        let current = self.current.get() as usize;
        let noted = self.tasks.borrow_mut()[current].noted.take();
        // What ends the thread may be something else than its last panic, which it caught.
        let (panic, backtrace) = match noted.filter(|noted| noted.panic.message == text) {
            Some(noted) => (
                noted.panic,
                frames::own_frames(&noted.backtrace.to_string(), FRAMES),
            ),
            None => {
                let message = text.to_string();
                let place = None;
                (Panicked { message, place }, String::new())
            }
        };
        let failure = self.failure(FailureKind::Panic, panic.to_string());
        Failure {
            backtrace: backtrace.into(),
            panic: Some(Box::new(panic)),
            ..failure
        }
    }

    /// Whether that thread was left where it stands, and will never end.
    pub(crate) fn is_abandoned(&self, thread: TaskRef) -> bool {
        if self.abandoned.get() == 0 {
            return false;
        }
        let task = &self.tasks.borrow()[thread.task as usize];
        task.generation == thread.generation && task.abandoned
    }

    /// Whether the running thread has crashed: its destructors reach neither network nor disk.
    pub(crate) fn is_dying(&self) -> bool {
        self.dying.get()
    }

    /// Stops every thread of `node` where it stands, and runs its destructors.
    pub(crate) fn crash(&self, node: u32) {
        {
            let entry = &mut self.nodes.borrow_mut()[node as usize];
            if std::mem::replace(&mut entry.crashed, true) {
                return;
            }
        }
        drop(self.take_fuse(node));
        self.end_pause(node);
        self.unwind_all(|task| task.node == node);
        let current = self.current.get();
        let own = {
            let entry = &mut self.tasks.borrow_mut()[current as usize];
            entry.crashed |= entry.node == node;
            entry.crashed
        };
        if own {
            self.dying.set(true);
            self.die();
        }
    }

    /// The run is over: unwinds every thread that is left. What cannot be unwound is forgotten
    /// with its stack.
    pub(super) fn tear_down(&self) {
        self.unwind_all(|_| true);
        let count = self.tasks.borrow().len() as TaskId;
        for task in 0..count {
            let idle = self.tasks.borrow()[task as usize].state == State::Free;
            if idle {
                self.resume(task); // without a body: its coroutine ends
            }
            std::mem::forget(self.tasks.borrow_mut()[task as usize].coroutine.take());
        }
    }

    /// Unwinds every suspended thread of the given kind; in passes, since one's destructors may
    /// wait for a lock that another one holds.
    fn unwind_all(&self, wanted: impl Fn(&Task) -> bool) {
        loop {
            let mut progress = false;
            let count = self.tasks.borrow().len();
            for task in 0..count {
                if self.condemn(task, &wanted) {
                    self.resume(task as TaskId);
                    progress = true;
                }
            }
            if !progress {
                break;
            }
        }
    }

    /// Marks a thread as crashed. True if it should be resumed: for the first time since, or
    /// because the lock came free that it waits for while being unwound.
    fn condemn(&self, slot: usize, wanted: &impl Fn(&Task) -> bool) -> bool {
        let task = &mut self.tasks.borrow_mut()[slot];
        if task.state == State::Free || task.abandoned || task.coroutine.is_none() || !wanted(task)
        {
            return false;
        }
        if !task.crashed {
            task.crashed = true;
            let notified = task.state == State::Ready && task.wake == Wake::Notified;
            task.wake = Wake::Crashed { notified };
            return true;
        }
        task.state == State::Ready
    }
}

/// The lowest frame of every simulated thread: runs one after another, for as long as there are.
fn bottom(kernel: &Kernel, yielder: &Yielder<(), ()>) {
    loop {
        let current = kernel.current.get();
        let (body, crashed) = {
            let task = &mut kernel.tasks.borrow_mut()[current as usize];
            task.yielder = yielder;
            task.blocked = None;
            task.deadline = NEVER;
            (task.body.take(), task.crashed)
        };
        let Some(body) = body else { return };
        if crashed {
            drop(body);
        } else if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(body)) {
            kernel.unwound(&*payload);
        }
        if let Err(payload) = kernel.end_locals() {
            kernel.unwound(&*payload);
        }
        kernel.retire(current);
        yielder.suspend(());
    }
}
