//! What the kernel can see and a test cannot: who holds which lock, who waits for whom, who spins.

use super::scheduler::{Kernel, NOBODY};
use super::suspicions::{SPINNING, WINDOW, place};
use super::task::{Held, Spawn, State, Task};
use super::wait_list::WaitList;
use crate::base::{Detail, Failure, FailureKind, NAP, NEVER, NO_NODE, TaskId, Warning, nap};
use std::fmt::Write as _;
use std::panic::Location;
use std::time::Duration;

/// How many of the threads that wait for one lock are named.
const WAITING_NAMED: usize = 3;

impl Kernel {
    /// The running thread now holds `lock`.
    #[inline]
    pub(crate) fn took(&self, lock: usize, at: &'static Location<'static>) {
        let current = self.current.get() as usize;
        self.tasks.borrow_mut()[current]
            .held
            .push(Held { lock, at });
    }

    /// The running thread no longer holds `lock` (once).
    #[inline]
    pub(crate) fn gave_back(&self, lock: usize) {
        let held = &mut self.tasks.borrow_mut()[self.current.get() as usize].held;
        if let Some(at) = held.iter().rposition(|held| held.lock == lock) {
            held.remove(at);
        }
    }

    /// Whether a thread of this run holds `lock`.
    fn is_held(&self, lock: usize) -> bool {
        let tasks = self.tasks.borrow();
        tasks
            .iter()
            .any(|task| task.held.iter().any(|held| held.lock == lock))
    }

    /// The running thread finds `lock` taken. If a thread of another run has taken it, lets some
    /// real time pass, after which it may be free. No virtual time passes, and no other thread of
    /// this run gets ahead, so that the run goes as it would go alone.
    #[cold]
    pub(crate) fn waited_for_other_run(
        &self,
        list: &WaitList,
        lock: usize,
        at: &'static Location<'static>,
    ) -> bool {
        if !list.is_of_others(self) || self.is_held(lock) {
            return false;
        }
        let (switches, waited) = self.napped.get();
        let waited = if switches == self.switches.get() {
            waited + NAP
        } else {
            Duration::ZERO
        };
        self.napped.set((self.switches.get(), waited));
        if waited >= self.patience {
            let story = format!(
                "stuck: a static lock is shared between simulations that run side by side, and \
                 another one keeps the lock wanted at {at}: let each run make its own"
            );
            self.fail(FailureKind::Stuck, story);
        }
        nap();
        self.progress.tick(); // the watchdog has nothing to say against this wait
        true
    }

    /// The running thread is about to wait for `lock`: does anybody wait for it, in a circle?
    pub(crate) fn check_deadlock(&self, lock: usize, at: &'static Location<'static>) {
        let current = self.current.get();
        let mut circle = vec![(current, lock, at)];
        if self.find_circle(&mut circle) {
            let failure = self.deadlock(&circle);
            self.set_failure(failure);
            self.halt();
        }
    }

    /// Extends the chain "waits for a lock held by …" until it returns to its first thread.
    fn find_circle(&self, chain: &mut Vec<(TaskId, usize, &'static Location<'static>)>) -> bool {
        let (_, lock, _) = chain[chain.len() - 1];
        let holders: Vec<TaskId> = {
            let tasks = self.tasks.borrow();
            let holds = |task: &Task| task.held.iter().any(|held| held.lock == lock);
            (0..tasks.len() as TaskId)
                .filter(|task| holds(&tasks[*task as usize]))
                .collect()
        };
        for holder in holders {
            if holder == chain[0].0 {
                return true;
            }
            // A holder that waits with a timeout will give up, and may let its lock go.
            let waits = {
                let holder = &self.tasks.borrow()[holder as usize];
                holder.blocked.filter(|_| holder.deadline == NEVER)
            };
            let Some(waits) = waits.filter(|waits| waits.lock != 0) else {
                continue;
            };
            if chain.iter().any(|link| link.0 == holder) {
                continue;
            }
            chain.push((holder, waits.lock, waits.at));
            if self.find_circle(chain) {
                return true;
            }
            chain.pop();
        }
        false
    }

    fn deadlock(&self, circle: &[(TaskId, usize, &'static Location<'static>)]) -> Failure {
        let mut story = match circle.len() {
            1 => "deadlock: a thread waits for a lock that it holds itself".to_string(),
            n => format!("deadlock: {n} threads wait for each other's locks"),
        };
        let tasks = self.tasks.borrow();
        for (number, (task, lock, at)) in circle.iter().enumerate() {
            let before = circle[(number + circle.len() - 1) % circle.len()].1;
            let held = tasks[*task as usize]
                .held
                .iter()
                .find(|held| held.lock == before);
            let name = self.describe(*task, &tasks);
            let _ = write!(story, "\n  {name}");
            if let Some(held) = held {
                let _ = write!(story, " holds the lock it took at {}", held.at);
            }
            let _ = write!(story, "\n    and waits for the lock at {at}");
            debug_assert_ne!(*lock, 0);
        }
        self.failure(FailureKind::Deadlock, story)
    }

    /// Nobody can run and no timer is left.
    pub(super) fn fail_all_blocked(&self) {
        let mut story = String::from("deadlock: every thread waits, and no timer is left");
        let tasks = self.tasks.borrow();
        for (task, entry) in tasks.iter().enumerate() {
            if entry.state != State::Parked {
                continue;
            }
            let name = self.describe(task as TaskId, &tasks);
            if let Some(blocked) = &entry.blocked {
                let _ = write!(
                    story,
                    "\n  {name} waits for {} at {}",
                    blocked.on, blocked.at
                );
            }
            for held in &entry.held {
                let _ = write!(story, "\n    and holds the lock it took at {}", held.at);
            }
        }
        drop(tasks);
        for node in self.nodes.borrow().iter() {
            if node.pause_ends == Some(NEVER) {
                let _ = write!(story, "\n  node {} is paused for ever", node.name);
            }
        }
        let failure = self.failure(FailureKind::Deadlock, story);
        self.set_failure(failure);
    }

    pub(super) fn fail_time_limit(&self) {
        let limit = Duration::from_nanos(self.time_limit);
        let mut story = format!("the run took more than its limit of {limit:?} of virtual time");
        self.tell_of_locks(&mut story);
        let failure = self.failure(FailureKind::TimeLimit, story);
        self.set_failure(failure);
    }

    /// Adds who waits for something under a lock that others wait for. They are the suspects when a
    /// run does not come to its end; a thread that could run will let its lock go.
    fn tell_of_locks(&self, story: &mut String) {
        let tasks = self.tasks.borrow();
        let waits = |task: &Task| task.blocked.filter(|_| task.state == State::Parked);
        for (holder, entry) in tasks.iter().enumerate() {
            for held in &entry.held {
                let is_for_it = |task: &&Task| waits(task).is_some_and(|on| on.lock == held.lock);
                let waiting = tasks.iter().filter(is_for_it).count();
                let Some(on) = waits(entry).filter(|_| waiting > 0) else {
                    continue;
                };
                let name = self.describe(holder as TaskId, &tasks);
                let _ = write!(story, "\n  {name} holds the lock it took at {}", held.at);
                let _ = write!(story, "\n    and waits for {} at {}", on.on, on.at);
                let threads = if waiting == 1 {
                    "thread waits"
                } else {
                    "threads wait"
                };
                let _ = write!(story, "\n    while {waiting} {threads} for that lock");
                let named = (0..tasks.len()).filter(|at| is_for_it(&&tasks[*at]));
                for task in named.take(WAITING_NAMED) {
                    let name = self.describe(task as TaskId, &tasks);
                    let at = tasks[task].blocked.map(|on| on.at);
                    let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
                    let _ = write!(story, "\n      {name}{at}");
                }
            }
        }
    }

    pub(super) fn fail_spawn(&self, who: &Spawn, error: &std::io::Error) -> ! {
        panic!(
            "cannot start thread {} (spawned at {}): no stack: {error}",
            who.name, who.at
        )
    }

    /// A failure that says when, and in which thread, it was noticed.
    pub(crate) fn failure(&self, kind: FailureKind, story: String) -> Failure {
        let current = self.current.get();
        let tasks = self.tasks.try_borrow();
        let (thread, node) = match (&tasks, current) {
            (Ok(tasks), current) if current != NOBODY => {
                let node = tasks[current as usize].node;
                let node = (node != NO_NODE).then(|| self.node_name(node)).flatten();
                (self.describe(current, tasks), node)
            }
            _ => (String::from("the scheduler"), None),
        };
        Failure {
            node: node.map(|name| name.as_ref().into()),
            ..Failure::new(kind, story, self.seed, self.now.get(), thread)
        }
    }

    /// Ends the run as failed, and the running thread with it.
    pub(crate) fn fail(&self, kind: FailureKind, story: String) -> ! {
        self.end_with(self.failure(kind, story))
    }

    /// As [`Kernel::fail`], with what else is known of it.
    pub(crate) fn fail_with(&self, story: String, detail: Detail) -> ! {
        self.end_with(Failure {
            detail: Some(detail),
            ..self.failure(FailureKind::Fault, story)
        })
    }

    /// Ends the run so.
    pub(crate) fn end_with(&self, failure: Failure) -> ! {
        self.set_failure(failure);
        loop {
            // Comes back only where destructors are running; they cannot go on either.
            self.halt();
        }
    }

    /// `n1/ticker`, or `main` for a thread of the harness.
    fn describe(&self, task: TaskId, tasks: &[Task]) -> String {
        let task = &tasks[task as usize];
        match self.node_name(task.node) {
            Some(node) if task.node != NO_NODE => format!("{node}/{}", task.name),
            _ => task.name.to_string(),
        }
    }

    /// The running thread, as in reports. For signal handlers too: it borrows nothing that may
    /// be borrowed already.
    pub(crate) fn current_thread(&self) -> Option<String> {
        let tasks = self.tasks.try_borrow().ok()?;
        let current = self.current.get();
        (current != NOBODY).then(|| self.describe(current, &tasks))
    }

    /// The running thread, the time and the seed, for what no report will tell.
    pub(crate) fn here(&self) -> String {
        let thread = self.current_thread().unwrap_or_default();
        let seconds = Duration::from_nanos(self.now.get()).as_secs_f64();
        format!("thread {thread} at {seconds:.6} s, seed {}", self.seed)
    }

    /// The guard page and the bottom of the running thread's stack.
    pub(crate) fn current_stack_limit(&self) -> Option<usize> {
        let tasks = self.tasks.try_borrow().ok()?;
        tasks
            .get(self.current.get() as usize)
            .map(|task| task.stack_limit)
    }

    /// The running thread may block in `what` at `at`. A lock that it holds now keeps everybody
    /// else out for as long: that is the most common mistake of all.
    #[inline]
    pub(crate) fn about_to_block(&self, what: &'static str, at: &'static Location<'static>) {
        if !self.tasks.borrow()[self.current.get() as usize]
            .held
            .is_empty()
        {
            self.suspect_blocking(0, what, at);
        }
    }

    /// The same for a wait that releases `own` meanwhile.
    #[inline]
    pub(crate) fn about_to_block_beside(
        &self,
        own: usize,
        what: &'static str,
        at: &'static Location<'static>,
    ) {
        let others = {
            let held = &self.tasks.borrow()[self.current.get() as usize].held;
            held.len() > 1 && held.iter().any(|held| held.lock != own)
        };
        if others {
            self.suspect_blocking(own, what, at);
        }
    }

    #[cold]
    fn suspect_blocking(&self, own: usize, what: &'static str, at: &'static Location<'static>) {
        let tasks = self.tasks.borrow();
        let task = &tasks[self.current.get() as usize];
        for held in task.held.iter().filter(|held| held.lock != own) {
            let pair = (place(held.at), place(at));
            if self.suspicions.borrow_mut().told.insert(pair) {
                let text = format!(
                    "lock held across {what}: the lock taken at {} is still held in {what} at \
                     {at}; nobody else gets the lock meanwhile: release it before",
                    held.at
                );
                self.warn_of(task, text);
            }
        }
    }

    /// The running thread was preempted in favour of itself: nobody else can run. If it goes on
    /// like that for long, it is judged without ever having given the processor back.
    pub(super) fn judge_alone(&self) {
        if self.points.get() < SPINNING {
            return;
        }
        let task = &mut self.tasks.borrow_mut()[self.current.get() as usize];
        task.points += self.points.replace(0);
        if self.now.get() - task.window_start >= WINDOW {
            self.judge_spinning(task);
        }
    }

    /// `task` has used up a window of scheduling points.
    pub(super) fn judge_spinning(&self, task: &mut Task) {
        let points = std::mem::take(&mut task.points);
        let span = self.now.get() - std::mem::replace(&mut task.window_start, self.now.get());
        if span >= 2 * WINDOW || points < SPINNING {
            return;
        }
        let name = task.name.to_string();
        // Threads of one name do the same on all nodes: one of them will do.
        if self.suspicions.borrow_mut().spinning.insert(name) {
            let text = format!(
                "busy-wait: thread {} reached more than {SPINNING} scheduling points within a \
                 virtual second: it waits by running; wait on a condition variable or a channel, \
                 or sleep",
                task.name
            );
            self.warn_of(task, text);
        }
    }

    /// Adds a warning about the running thread.
    pub(crate) fn warn(&self, text: String) {
        let tasks = self.tasks.borrow();
        self.warn_of(&tasks[self.current.get() as usize], text);
    }

    /// Adds a warning to the run's report, and to its trace, where it shows when that was.
    fn warn_of(&self, task: &Task, text: String) {
        if self.recorder.on {
            self.record_of(task, Warning(text.clone()));
        }
        self.suspicions.borrow_mut().warnings.push(text);
    }
}
