//! The loop of the simulated world: its clock, its scheduling points, who runs.

use super::all_locals::AllLocals;
use super::line::Beside;
use super::node_state::NodeState;
use super::port_state::Port;
use super::record::Recorder;
use super::stacks::Stacks;
use super::statics::Statics;
use super::strategy::{Choices, Why};
use super::suspicions::{Suspicions, WINDOW};
use super::task::{Spawn, State, Task};
use super::timers::{Due, STEP, Timers};
use crate::base::{Failure, Live, NEVER, NO_NODE, Name, Options, PanicCount, Progress, TaskId, ns};
use corosensei::{CoroutineResult, Yielder};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// No thread.
pub(super) const NOBODY: TaskId = TaskId::MAX;

pub(crate) struct Kernel {
    /// Tells runs of this process apart, for locks and channels that outlive one. Never 0.
    pub(crate) run: u32,
    /// Says so to the other runs of this process, until the kernel is dropped.
    pub(super) _live: Live,
    pub(crate) seed: u64,
    /// Virtual ns since the run began.
    pub(super) now: Cell<u64>,
    /// When the running thread must look up at the latest: a timer, the time limit, a stop.
    pub(super) alarm: Cell<u64>,
    pub(super) time_limit: u64,
    /// Scheduling points until the next preemption.
    pub(super) slice: Cell<u32>,
    /// Scheduling points since the last dispatch.
    pub(super) points: Cell<u64>,
    pub(super) current: Cell<TaskId>,
    /// A crashed thread's destructors are running.
    pub(super) dying: Cell<bool>,
    pub(super) stop: Cell<bool>,
    /// Who runs next, when that has been drawn already.
    pub(super) handoff: Cell<TaskId>,
    pub(super) port: Port,
    pub(super) choices: RefCell<Choices>,
    /// Whether there is a plan: almost never, and then nobody has to ask for it.
    pub(super) is_planned: bool,
    pub(super) program_chance: RefCell<SmallRng>,
    pub(super) timers: RefCell<Timers>,
    pub(super) tasks: RefCell<Vec<Task>>,
    pub(super) free: RefCell<Vec<TaskId>>,
    /// Lines of threads for what another run of this process has the list of; and how many.
    pub(super) beside: RefCell<Beside>,
    pub(super) lines_beside: Cell<usize>,
    pub(super) nodes: RefCell<Vec<NodeState>>,
    /// How many threads were left where they stood.
    pub(super) abandoned: Cell<u32>,
    /// How many nodes are paused: almost always none, and then nobody has to ask.
    pub(super) paused: Cell<u32>,
    /// How many nodes have a fuse: as long as one has, every scheduling point looks up.
    pub(super) fuses: Cell<u32>,
    pub(super) stacks: RefCell<Stacks>,
    pub(super) statics: Statics,
    pub(super) locals: AllLocals,
    pub(super) failure: RefCell<Option<Failure>>,
    pub(crate) recorder: Recorder,
    pub(super) suspicions: RefCell<Suspicions>,
    pub(crate) progress: Arc<Progress>,
    pub(super) switches: Cell<u64>,
    pub(super) spawned: Cell<u64>,
    pub(super) panics_end_run: bool,
    pub(super) patience: Duration,
    /// How long, in real time, the running thread has waited for another run's lock, since the
    /// switch of that number.
    pub(super) napped: Cell<(u64, Duration)>,
    pub(super) panic_count: PanicCount,
}

/// Counts that a run's report shows.
pub(crate) struct Totals {
    pub(crate) switches: u64,
    pub(crate) spawned: u64,
    pub(crate) now: u64,
}

impl Kernel {
    pub(crate) fn new(options: &Options, progress: Arc<Progress>) -> Kernel {
        let seed = options.seed;
        let live = Live::begin();
        Kernel {
            run: live.number(),
            _live: live,
            seed,
            now: Cell::new(0),
            alarm: Cell::new(0),
            time_limit: options.time_limit.map_or(NEVER, ns),
            slice: Cell::new(1),
            points: Cell::new(0),
            current: Cell::new(NOBODY),
            dying: Cell::new(false),
            stop: Cell::new(false),
            handoff: Cell::new(NOBODY),
            port: Port::default(),
            choices: RefCell::new(Choices::new(options.strategy, seed, options.plan.clone())),
            is_planned: options.plan.is_some(),
            // Another stream, so that the program draws the same under every strategy.
            program_chance: RefCell::new(SmallRng::seed_from_u64(!seed)),
            timers: RefCell::default(),
            tasks: RefCell::default(),
            free: RefCell::default(),
            beside: RefCell::default(),
            lines_beside: Cell::new(0),
            nodes: RefCell::default(),
            abandoned: Cell::new(0),
            paused: Cell::new(0),
            fuses: Cell::new(0),
            stacks: RefCell::new(Stacks::new()),
            statics: Statics::new(),
            locals: AllLocals::default(),
            failure: RefCell::new(None),
            recorder: Recorder::new(options.trace),
            suspicions: RefCell::default(),
            progress,
            switches: Cell::new(0),
            spawned: Cell::new(0),
            panics_end_run: options.panics_end_run,
            patience: options.patience,
            napped: Cell::default(),
            panic_count: PanicCount::here(),
        }
    }

    /// Runs `main` as the first thread, until it ends or the run fails; then ends all others. Why
    /// it failed, if it did.
    pub(crate) fn run(&self, main: Box<dyn FnOnce()>) -> Option<Failure> {
        let at = Location::caller();
        self.spawn(
            Spawn {
                name: Name::Fixed("main"),
                node: NO_NODE,
                at,
            },
            main,
        );
        while !self.stop.get() {
            if self.now.get() >= self.alarm.get() {
                self.attend_alarm();
            }
            match self.draw() {
                NOBODY if self.stop.get() => break,
                NOBODY if self.is_port_due() => {}
                NOBODY => self.skip_to_next_timer(),
                task => self.resume(task),
            }
        }
        self.tear_down();
        self.failure.take()
    }

    /// The next thread that may really run, or `NOBODY`. The only choice in the simulator.
    pub(super) fn draw(&self) -> TaskId {
        if self.port.is_called.replace(false) {
            return self.port.task.get();
        }
        loop {
            let drawn = match self.handoff.replace(NOBODY) {
                NOBODY => self.choices.borrow_mut().next(),
                task => Some(task),
            };
            let Some(task) = drawn else { return NOBODY };
            if self.tasks.borrow()[task as usize].state == State::Ready && !self.stash(task) {
                return task;
            }
        }
    }

    /// Nobody can run: virtual time jumps to the next timer. Without one, nobody ever will.
    pub(super) fn skip_to_next_timer(&self) {
        let earliest = self.timers.borrow().earliest();
        match earliest {
            Some(at) => {
                self.now.set(self.now.get().max(at.min(self.time_limit)));
                self.alarm.set(0);
            }
            None => self.fail_all_blocked(),
        }
    }

    /// Lets `task` run until it gives the processor back.
    pub(super) fn resume(&self, task: TaskId) {
        let slot = task as usize;
        let (mut coroutine, crashed, panics) = {
            let entry = &mut self.tasks.borrow_mut()[slot];
            let Some(coroutine) = entry.coroutine.take() else {
                return;
            };
            if entry.state == State::Ready || entry.state == State::Parked {
                entry.state = State::Running;
            }
            (coroutine, entry.crashed, entry.panics)
        };
        let before = self.current.replace(task);
        let dying = self.dying.replace(crashed);
        let now = self.now.get() + STEP;
        self.now.set(now);
        self.switches.set(self.switches.get() + 1);
        self.recorder.fold_switch(task, now);
        self.progress.tick();
        let panics_before = self.panic_count.replace(panics);
        let result = coroutine.resume(());
        let panics = self.panic_count.replace(panics_before);
        self.current.set(before);
        self.dying.set(dying);
        let points = 1 + self.points.replace(0);
        match result {
            CoroutineResult::Yield(()) => {
                let entry = &mut self.tasks.borrow_mut()[slot];
                entry.coroutine = Some(coroutine);
                entry.panics = panics;
                entry.points += points;
                if self.now.get() - entry.window_start >= WINDOW {
                    self.judge_spinning(entry);
                }
            }
            CoroutineResult::Return(()) => {
                self.stacks.borrow_mut().give_back(coroutine.into_stack());
            }
        }
    }

    /// A scheduling point: time passes, timers fire, the running thread may be preempted.
    #[inline]
    pub(crate) fn point(&self) {
        if self.dying.get() {
            return self.die();
        }
        let now = self.now.get() + STEP;
        self.now.set(now);
        self.points.set(self.points.get() + 1);
        if now >= self.alarm.get() {
            self.attend_alarm();
            if self.stop.get() {
                return self.halt();
            }
            if self.fuses.get() != 0 {
                self.burn();
            }
        }
        let left = self.slice.get() - 1;
        self.slice.set(left);
        if left == 0 {
            self.preempt();
        }
    }

    /// Gives the processor to whoever the policy draws, maybe the same thread.
    #[cold]
    #[inline(never)]
    pub(super) fn preempt(&self) {
        let current = self.current.get();
        if current == self.port.task.get() {
            return self.slice.set(1);
        }
        if self.port.is_called.get() {
            return self.give_way();
        }
        let (next, slice) = self.choices.borrow_mut().preempt(current);
        self.slice.set(slice);
        if next == current {
            self.progress.tick();
            return self.judge_alone();
        }
        self.handoff.set(next);
        self.tasks.borrow_mut()[current as usize].state = State::Ready;
        self.suspend();
        if self.dying.get() {
            self.die();
        }
    }

    /// Lets every other thread that could run go first, at least as likely as this one.
    pub(crate) fn yield_now(&self) {
        self.slice.set(1);
        self.point();
    }

    /// Gives the processor to whoever may run: not to this thread while its node is paused.
    pub(super) fn give_way(&self) {
        let current = self.current.get();
        self.tasks.borrow_mut()[current as usize].state = State::Ready;
        self.choices.borrow_mut().ready(current, Why::Woken);
        self.suspend();
        if self.dying.get() {
            self.die();
        }
    }

    /// The run is over, or failed: the running thread never goes on, except to be unwound.
    #[cold]
    pub(super) fn halt(&self) {
        self.tasks.borrow_mut()[self.current.get() as usize].state = State::Parked;
        self.suspend();
        self.die();
    }

    /// Gives the processor back to `run`. Whoever calls has said in which state it leaves.
    pub(super) fn suspend(&self) {
        let yielder: *const Yielder<(), ()> =
            self.tasks.borrow()[self.current.get() as usize].yielder;
        debug_assert!(
            !ptr::eq(yielder, ptr::null()),
            "only a simulated thread can give way"
        );
        // SAFETY: the yielder stands on the running coroutine's own stack, below this frame, and
        // was put into the slot by the function at the bottom of that stack.
        unsafe { (*yielder).suspend(()) }
    }

    /// Fires what is due, and decides when to look again.
    #[cold]
    #[inline(never)]
    pub(super) fn attend_alarm(&self) {
        let now = self.now.get();
        if now >= self.time_limit && !self.stop.get() {
            self.fail_time_limit();
        }
        loop {
            let due = self.timers.borrow_mut().pop_due(now);
            match due {
                Some((at, Due::Task(task))) => self.deadline_came(task, at),
                Some((_, Due::Node(node))) => self.end_pause(node),
                None => break,
            }
        }
        if now >= self.port.until.get() {
            self.call_port(false);
        }
        let next = self.timers.borrow().earliest().unwrap_or(NEVER);
        let next = next.min(self.port.until.get());
        self.alarm.set(if self.stop.get() || self.fuses.get() != 0 {
            0
        } else {
            next.min(self.time_limit)
        });
    }

    /// Ends the run as failed. The first failure counts. The running thread goes on to its next
    /// scheduling point.
    pub(crate) fn set_failure(&self, failure: Failure) {
        self.failure.borrow_mut().get_or_insert(failure);
        self.end_run();
    }

    /// No thread runs any more after the next scheduling point.
    pub(crate) fn end_run(&self) {
        self.stop.set(true);
        self.alarm.set(0);
    }

    /// Virtual ns since the run began, whatever a node's clock says.
    pub(crate) fn true_now(&self) -> u64 {
        self.now.get()
    }

    /// The program's randomness.
    pub(crate) fn with_chance<T>(&self, draw: impl FnOnce(&mut SmallRng) -> T) -> T {
        draw(&mut self.program_chance.borrow_mut())
    }

    /// One of `count` alternatives of the scheduler's, 0 when there is none.
    pub(crate) fn choose(&self, count: usize) -> usize {
        match count {
            0 | 1 => 0,
            _ => rand::RngExt::random_range(&mut self.choices.borrow_mut().chance, 0..count),
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            switches: self.switches.get(),
            spawned: self.spawned.get(),
            now: self.now.get(),
        }
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        self.suspicions.borrow_mut().take_warnings()
    }
}
