//! What the kernel knows of one simulated thread.

use super::timers::Armed;
use crate::base::{NEVER, NO_NODE, Name, Noted, TaskId};

use corosensei::{Coroutine, Yielder, stack::DefaultStack};
use std::panic::Location;
use std::ptr;

pub(crate) type Coro = Coroutine<(), (), (), DefaultStack>;

/// What a thread is doing, as far as the scheduler cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The slot is empty.
    Free,
    /// It could run.
    Ready,
    /// It runs, or waits for a thread it is unwinding.
    Running,
    /// It waits for a wake-up, a deadline or both.
    Parked,
}

/// Why a parked thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Somebody woke it.
    Notified,
    /// Its deadline came first.
    TimedOut,
    /// Its node crashed, or the run is over. `notified` when a wake-up had reached it before: it
    /// must be passed on, or it is lost.
    Crashed { notified: bool },
}

/// A lock that a thread holds, and where it took it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) lock: usize,
    pub(crate) at: &'static Location<'static>,
}

/// What a thread waits for that joins another one.
pub(crate) const JOIN: &str = "a thread's end";

/// What a parked thread waits for, for reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocked {
    pub(crate) on: &'static str,
    pub(crate) at: &'static Location<'static>,
    /// The lock's address, or 0 when it is no lock.
    pub(crate) lock: usize,
}

impl Blocked {
    pub(crate) fn new(on: &'static str, at: &'static Location<'static>) -> Blocked {
        Blocked { on, at, lock: 0 }
    }
}

pub(crate) struct Task {
    /// The slot's coroutine, made when the slot is first used and kept for the threads to come:
    /// each runs its `body` at the bottom of the same stack. `None` while it runs.
    pub(crate) coroutine: Option<Box<Coro>>,
    /// What the thread is to do, until it starts.
    pub(crate) body: Option<Box<dyn FnOnce()>>,
    /// How the thread gives up the processor. Null until it first runs.
    pub(crate) yielder: *const Yielder<(), ()>,
    /// The lowest address of its stack, guard page included.
    pub(crate) stack_limit: usize,
    pub(crate) state: State,
    pub(crate) generation: u32,
    /// Counts the parks of this slot: a wake-up names the park it is meant for.
    pub(crate) epoch: u32,
    pub(crate) wake: Wake,
    /// When its wait ends at the latest, in true virtual time, and on its node's clock.
    pub(crate) deadline: u64,
    pub(super) shown_deadline: u64,
    /// When it was last parked, in true virtual time.
    pub(super) since: u64,
    /// What the timer heap holds for this slot.
    pub(crate) armed: Armed,
    /// The next thread in the wait list this one stands in (slot + 1; 0 is the end).
    pub(crate) next_waiter: u32,
    pub(crate) node: u32,
    pub(crate) name: Name,
    /// Where it was started.
    pub(super) started: Option<&'static Location<'static>>,
    pub(crate) crashed: bool,
    /// The panics, and the crash, that are running the thread's destructors; while it is suspended.
    pub(super) panics: usize,
    /// How long it has lingered since it crashed (see `Kernel::die`).
    pub(super) lingers: u32,
    /// Its last panic, until that is told.
    pub(super) noted: Option<Box<Noted>>,
    /// A thread of the harness that runs as one of a node meanwhile.
    pub(super) is_lent: bool,
    /// Its stack must never be unwound: foreign frames stand on it.
    pub(crate) abandoned: bool,
    pub(crate) blocked: Option<Blocked>,
    pub(crate) held: Vec<Held>,
    /// Permission that `unpark` left for the next `park`.
    pub(crate) permit: bool,
    /// Scheduling points since `window_start`, for finding threads that spin.
    pub(crate) points: u64,
    pub(crate) window_start: u64,
}

impl Task {
    pub(crate) fn empty() -> Task {
        Task {
            coroutine: None,
            body: None,
            yielder: ptr::null(),
            stack_limit: 0,
            state: State::Free,
            generation: 0,
            epoch: 0,
            wake: Wake::Notified,
            deadline: NEVER,
            shown_deadline: NEVER,
            since: 0,
            armed: Armed::default(),
            next_waiter: 0,
            node: NO_NODE,
            name: Name::Fixed(""),
            started: None,
            crashed: false,
            panics: 0,
            lingers: 0,
            noted: None,
            is_lent: false,
            abandoned: false,
            blocked: None,
            held: Vec::new(),
            permit: false,
            points: 0,
            window_start: 0,
        }
    }
}

/// The payload by which a crashed thread is unwound. It is no panic: nobody reports it.
pub(crate) struct CrashToken;

/// Who a new thread is.
pub(crate) struct Spawn {
    pub(crate) name: Name,
    pub(crate) node: u32,
    pub(crate) at: &'static Location<'static>,
}

/// A thread that may have ended, and whose slot may have been used again since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TaskRef {
    pub(crate) task: TaskId,
    pub(crate) generation: u32,
}
