//! Where something is made once, by one thread, while the others wait.

use crate::base::{FailureKind, NEVER};
use crate::kernel::{Blocked, Kernel, TaskRef, WaitList, Wake};
use std::panic::Location;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// What stands under `OnceLock`, `LazyLock` and `Once`: a value of std's, and, in a simulation,
/// whose turn it is to make it.
pub(super) struct Place<T> {
    pub(super) value: OnceLock<T>,
    turn: Turn,
    /// Whoever made the value last has panicked. `OnceLock` does not care.
    pub(super) poisoned: AtomicBool,
}

impl<T> Place<T> {
    pub(super) const fn new() -> Place<T> {
        Place {
            value: OnceLock::new(),
            turn: Turn::new(),
            poisoned: AtomicBool::new(false),
        }
    }

    /// The value, made by `make` unless somebody has, or is about to. `kernel` is the simulation's.
    pub(super) fn get_or_init(
        &self,
        kernel: Option<&Kernel>,
        at: &'static Location<'static>,
        make: impl FnOnce() -> T,
    ) -> &T {
        let Some(kernel) = kernel else {
            return self.value.get_or_init(make);
        };
        loop {
            if let Some(value) = self.value.get() {
                return value;
            }
            if let Some(turn) = self.turn.take(kernel) {
                let made = make();
                // In one step with letting go: whoever waits finds it there.
                let value = self.value.get_or_init(|| made);
                drop(turn);
                return value;
            }
            self.turn.wait(kernel, at);
        }
    }

    /// Like `get_or_init`, where a panic of `make` poisons. `check` is told whether one has.
    pub(super) fn get_or_poison(
        &self,
        kernel: Option<&Kernel>,
        at: &'static Location<'static>,
        check: impl FnOnce(bool),
        make: impl FnOnce() -> T,
    ) -> &T {
        self.get_or_init(kernel, at, || {
            check(self.poisoned.load(Relaxed));
            let poison = Poison(self, kernel);
            let made = make();
            std::mem::forget(poison);
            self.poisoned.store(false, Relaxed);
            made
        })
    }

    /// Waits until somebody has made the value: false if somebody has panicked over it.
    pub(super) fn wait(
        &self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        even_poisoned: bool,
    ) -> bool {
        while self.value.get().is_none() {
            if self.poisoned.load(Relaxed) && !even_poisoned {
                return false;
            }
            self.turn.wait(kernel, at);
        }
        true
    }
}

/// Poisons unless it is forgotten. A crash is no panic: what a crashed node had begun, another may
/// begin again.
struct Poison<'a, T>(&'a Place<T>, Option<&'a Kernel>);

impl<T> Drop for Poison<'_, T> {
    fn drop(&mut self) {
        if !self.1.is_some_and(Kernel::is_dying) {
            self.0.poisoned.store(true, Relaxed);
        }
    }
}

/// One simulated thread at a time.
struct Turn {
    /// The run in which it is taken; 0 when it is free.
    run: AtomicU32,
    /// The thread whose turn it is.
    thread: AtomicU64,
    waiters: WaitList,
}

impl Turn {
    const fn new() -> Turn {
        Turn {
            run: AtomicU32::new(0),
            thread: AtomicU64::new(0),
            waiters: WaitList::new(),
        }
    }

    fn take<'a>(&'a self, kernel: &'a Kernel) -> Option<Taken<'a>> {
        if self.run.load(Relaxed) == kernel.run {
            return None;
        }
        self.run.store(kernel.run, Relaxed);
        self.thread.store(running(kernel), Relaxed);
        Some(Taken(self, kernel))
    }

    /// Waits until the turn is over.
    fn wait(&self, kernel: &Kernel, at: &'static Location<'static>) {
        let taken = self.run.load(Relaxed) == kernel.run;
        if taken && self.thread.load(Relaxed) == running(kernel) {
            let story = format!(
                "deadlock: a thread initialises a value, and waits for that value meanwhile, \
                 at {at}"
            );
            kernel.fail(FailureKind::Deadlock, story);
        }
        let blocked = Blocked::new("an initialiser's end", at);
        // All are woken together: a crashed thread has no wake-up to pass on.
        if let Wake::Crashed { .. } = kernel.wait_on_even_dying(&self.waiters, blocked, NEVER) {
            kernel.die();
        }
    }
}

struct Taken<'a>(&'a Turn, &'a Kernel);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.run.store(0, Relaxed);
        self.1.notify_all(&self.0.waiters);
    }
}

fn running(kernel: &Kernel) -> u64 {
    let (TaskRef { task, generation }, _) = kernel.current_identity();
    u64::from(task) << 32 | u64::from(generation)
}
