//! The simulated world's core: one OS thread, many simulated threads, one virtual clock.
//!
//! Each simulated thread is a stackful coroutine. [`Kernel::run`] resumes one at a time; it gives
//! the processor back by suspending itself, and that happens at scheduling points only. Nothing
//! here reads the machine's clock or draws chance from anywhere but the run's seed.
//!
//! | file | room |
//! | --- | --- |
//! | `mod` | the loop: clock, scheduling points, switching |
//! | `task` | what is known of one thread |
//! | `strategy` | policy: who is next |
//! | `timers` | what is due when |
//! | `wait` | parking and waking, lists of waiters |
//! | `lifecycle` | spawning, ending, crashing, tearing down |
//! | `nodes` | groups of threads: pauses, clock rates |
//! | `diagnose` | deadlocks, locks held across blocking calls, busy waiting |
//! | `record` | the trace and its hash |
//! | `stacks` | memory for the threads |
//!
//! No `RefCell` of the kernel stays borrowed across a switch.

mod diagnose;
mod lifecycle;
mod nodes;
mod permit;
mod record;
mod stacks;
mod strategy;
mod task;
mod timers;
mod wait;

pub(crate) use lifecycle::{CrashToken, Packet, Spawn, TaskRef};
pub(crate) use record::Recorder;
pub(crate) use stacks::STACK_SIZE;
pub use strategy::Strategy;
pub(crate) use task::{Blocked, Name, TaskId, Wake};
pub(crate) use task::{NEVER, NO_NODE};
pub(crate) use wait::WaitList;

use crate::failure::Failure;
use crate::sim::Simulation;
use crate::watchdog::Progress;
use corosensei::{CoroutineResult, Yielder};
use diagnose::Suspicions;
use nodes::NodeState;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use stacks::Stacks;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use strategy::{Policy, Why};
use task::{State, Task};
use timers::{Due, Timers};

/// Virtual cost of a scheduling point, in ns: small against every timeout of the labs, and enough
/// that a loop which only spins moves the clock.
const STEP: u64 = 250;

/// No thread.
const NOBODY: TaskId = TaskId::MAX;

pub(crate) struct Kernel {
    /// Tells runs of this process apart, for locks and channels that outlive one. Never 0.
    pub(crate) run: u32,
    pub(crate) seed: u64,
    /// Virtual ns since the run began.
    now: Cell<u64>,
    /// When the running thread must look up at the latest: a timer, the time limit, a stop.
    alarm: Cell<u64>,
    time_limit: u64,
    /// Scheduling points until the next preemption.
    slice: Cell<u32>,
    /// Scheduling points since the last dispatch.
    points: Cell<u64>,
    current: Cell<TaskId>,
    /// A crashed thread's destructors are running.
    dying: Cell<bool>,
    stop: Cell<bool>,
    /// Who runs next, when that has been drawn already.
    handoff: Cell<TaskId>,
    chance: RefCell<SmallRng>,
    program_chance: RefCell<SmallRng>,
    policy: RefCell<Box<dyn Policy>>,
    timers: RefCell<Timers>,
    tasks: RefCell<Vec<Task>>,
    free: RefCell<Vec<TaskId>>,
    nodes: RefCell<Vec<NodeState>>,
    /// How many nodes are paused: almost always none, and then nobody has to ask.
    paused: Cell<u32>,
    stacks: RefCell<Stacks>,
    failure: RefCell<Option<Failure>>,
    pub(crate) recorder: Recorder,
    suspicions: RefCell<Suspicions>,
    pub(crate) progress: Arc<Progress>,
    switches: Cell<u64>,
    spawned: Cell<u64>,
    panics_end_run: bool,
}

/// Counts that a run's report shows.
pub(crate) struct Totals {
    pub(crate) switches: u64,
    pub(crate) spawned: u64,
    pub(crate) now: u64,
}

impl Kernel {
    pub(crate) fn new(options: &Simulation, progress: Arc<Progress>) -> Kernel {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        let seed = options.seed;
        Kernel {
            run: RUNS.fetch_add(1, Ordering::Relaxed).max(1),
            seed,
            now: Cell::new(0),
            alarm: Cell::new(0),
            time_limit: options
                .time_limit
                .map_or(NEVER, |limit| limit.as_nanos() as u64),
            slice: Cell::new(1),
            points: Cell::new(0),
            current: Cell::new(NOBODY),
            dying: Cell::new(false),
            stop: Cell::new(false),
            handoff: Cell::new(NOBODY),
            chance: RefCell::new(SmallRng::seed_from_u64(seed)),
            // Another stream, so that the program draws the same under every strategy.
            program_chance: RefCell::new(SmallRng::seed_from_u64(!seed)),
            policy: RefCell::new(options.strategy.policy()),
            timers: RefCell::default(),
            tasks: RefCell::default(),
            free: RefCell::default(),
            nodes: RefCell::default(),
            paused: Cell::new(0),
            stacks: RefCell::new(Stacks::new()),
            failure: RefCell::new(None),
            recorder: Recorder::new(options.trace),
            suspicions: RefCell::default(),
            progress,
            switches: Cell::new(0),
            spawned: Cell::new(0),
            panics_end_run: options.panics_end_run,
        }
    }

    /// Runs `main` as the first thread, until it ends or the run fails; then ends all others.
    pub(crate) fn run(&self, main: Box<dyn FnOnce()>) -> Result<(), Failure> {
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
                NOBODY => self.skip_to_next_timer(),
                task => self.resume(task),
            }
        }
        self.tear_down();
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The next thread that may really run, or `NOBODY`. The only choice in the simulator.
    fn draw(&self) -> TaskId {
        loop {
            let drawn = match self.handoff.replace(NOBODY) {
                NOBODY => self.policy.borrow_mut().next(&mut self.chance.borrow_mut()),
                task => Some(task),
            };
            let Some(task) = drawn else { return NOBODY };
            if self.tasks.borrow()[task as usize].state == State::Ready && !self.stash(task) {
                return task;
            }
        }
    }

    /// Nobody can run: virtual time jumps to the next timer. Without one, nobody ever will.
    fn skip_to_next_timer(&self) {
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
    fn resume(&self, task: TaskId) {
        let slot = task as usize;
        let (mut coroutine, crashed) = {
            let entry = &mut self.tasks.borrow_mut()[slot];
            let Some(coroutine) = entry.coroutine.take() else {
                return;
            };
            if entry.state == State::Ready || entry.state == State::Parked {
                entry.state = State::Running;
            }
            (coroutine, entry.crashed)
        };
        let before = self.current.replace(task);
        let dying = self.dying.replace(crashed);
        let now = self.now.get() + STEP;
        self.now.set(now);
        self.switches.set(self.switches.get() + 1);
        self.recorder.fold_switch(task, now);
        self.progress.tick();
        let result = coroutine.resume(());
        self.current.set(before);
        self.dying.set(dying);
        let points = 1 + self.points.replace(0);
        match result {
            CoroutineResult::Yield(()) => {
                let entry = &mut self.tasks.borrow_mut()[slot];
                entry.coroutine = Some(coroutine);
                entry.points += points;
                if self.now.get() - entry.window_start >= diagnose::WINDOW {
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
    fn preempt(&self) {
        let current = self.current.get();
        {
            let mut policy = self.policy.borrow_mut();
            let chance = &mut *self.chance.borrow_mut();
            self.slice.set(policy.slice(chance));
            policy.ready(current, Why::Preempted, chance);
            match policy.next(chance) {
                Some(next) if next != current => self.handoff.set(next),
                _ => {
                    self.progress.tick();
                    return self.judge_alone();
                }
            }
        }
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
    fn give_way(&self) {
        let current = self.current.get();
        self.tasks.borrow_mut()[current as usize].state = State::Ready;
        self.policy
            .borrow_mut()
            .ready(current, Why::Woken, &mut self.chance.borrow_mut());
        self.suspend();
        if self.dying.get() {
            self.die();
        }
    }

    /// The run is over, or failed: the running thread never goes on, except to be unwound.
    #[cold]
    fn halt(&self) {
        self.tasks.borrow_mut()[self.current.get() as usize].state = State::Parked;
        self.suspend();
        self.die();
    }

    /// Gives the processor back to `run`. Whoever calls has said in which state it leaves.
    fn suspend(&self) {
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
    fn attend_alarm(&self) {
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
        let next = self.timers.borrow().earliest().unwrap_or(NEVER);
        self.alarm.set(if self.stop.get() {
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
            _ => rand::RngExt::random_range(&mut *self.chance.borrow_mut(), 0..count),
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
