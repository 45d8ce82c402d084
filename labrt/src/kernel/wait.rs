//! Parking and waking. A thread parks with a note of what it waits for; whoever wakes it has
//! taken it off its list first. Putting oneself on a list and parking happen without a scheduling
//! point between them, so no wake-up falls in the gap.

use super::scheduler::Kernel;
use super::strategy::Why;
use super::task::{Blocked, State, Task, Wake};
use super::timers::Due;
use super::wait_list::WaitList;
use crate::base::{NEVER, TaskId};

impl Kernel {
    /// Parks the running thread until somebody wakes it, or its clock shows `deadline`. A crashed
    /// thread comes back at once.
    pub(crate) fn park(&self, blocked: Blocked, deadline: u64) -> Wake {
        if self.dying.get() {
            return Wake::Crashed { notified: false };
        }
        self.park_even_dying(blocked, deadline)
    }

    /// Like `park`, but a crashed thread waits too: for a lock that its destructors need. The
    /// lock's holder, alive or being unwound itself, will let it go.
    pub(crate) fn park_even_dying(&self, blocked: Blocked, deadline: u64) -> Wake {
        let shown_deadline = deadline;
        let deadline = match shown_deadline {
            NEVER => NEVER,
            shown => self.when(shown),
        };
        self.park_for(blocked, deadline, shown_deadline)
    }

    /// Like `park`, with a deadline in true virtual time, whatever the node's clock shows.
    pub(crate) fn park_until(&self, blocked: Blocked, deadline: u64) -> Wake {
        if self.dying.get() {
            return Wake::Crashed { notified: false };
        }
        self.park_for(blocked, deadline, NEVER)
    }

    fn park_for(&self, blocked: Blocked, deadline: u64, shown_deadline: u64) -> Wake {
        let current = self.current.get();
        {
            let task = &mut self.tasks.borrow_mut()[current as usize];
            task.state = State::Parked;
            task.epoch = task.epoch.wrapping_add(1);
            task.since = self.now.get();
            task.deadline = deadline;
            task.shown_deadline = shown_deadline;
            task.blocked = Some(blocked);
            self.arm(current, task, deadline);
        }
        self.progress.last_seen(blocked.at);
        self.suspend();
        let task = &mut self.tasks.borrow_mut()[current as usize];
        task.blocked = None;
        task.deadline = NEVER;
        task.shown_deadline = NEVER;
        task.wake
    }

    /// Sees to it that `task`, whose slot is `entry`, is looked at when its deadline comes.
    #[inline]
    pub(super) fn arm(&self, task: TaskId, entry: &mut Task, deadline: u64) {
        if entry.armed.needs(deadline) {
            self.timers.borrow_mut().push(deadline, Due::Task(task));
            self.alarm.set(self.alarm.get().min(deadline));
        }
    }

    /// Names the running thread and its coming park, for `wake_park`.
    pub(crate) fn coming_park(&self) -> (TaskId, u32) {
        let current = self.current.get();
        (
            current,
            self.tasks.borrow()[current as usize].epoch.wrapping_add(1),
        )
    }

    /// Wakes `task` if it still is in the park named `epoch`.
    pub(crate) fn wake_park(&self, (task, epoch): (TaskId, u32)) -> bool {
        let same = self.tasks.borrow()[task as usize].epoch == epoch;
        same && self.wake(task, Wake::Notified)
    }

    /// Lets `task`, if it still is in the park named `epoch`, wait until `at` (true virtual time),
    /// and no longer.
    pub(crate) fn wake_park_at(&self, (task, epoch): (TaskId, u32), at: u64) {
        let entry = &mut self.tasks.borrow_mut()[task as usize];
        if entry.epoch != epoch || entry.state != State::Parked {
            return;
        }
        entry.deadline = at;
        entry.shown_deadline = NEVER;
        self.arm(task, entry, at);
    }

    /// Whether `task` still is in the park named `epoch`, and nobody has woken it.
    pub(crate) fn is_in_park(&self, (task, epoch): (TaskId, u32)) -> bool {
        let entry = &self.tasks.borrow()[task as usize];
        entry.epoch == epoch && entry.state == State::Parked
    }

    /// Makes a parked thread ready. False if it was not parked.
    pub(super) fn wake(&self, task: TaskId, wake: Wake) -> bool {
        let why = {
            let entry = &mut self.tasks.borrow_mut()[task as usize];
            if entry.state != State::Parked {
                return false;
            }
            entry.state = State::Ready;
            entry.wake = wake;
            match entry.body {
                None => Why::Woken,
                Some(_) => Why::Spawned, // its time to begin has come
            }
        };
        self.choices.borrow_mut().ready(task, why);
        true
    }

    /// The timer heap's entry for `task` at time `at` came up.
    pub(super) fn deadline_came(&self, task: TaskId, at: u64) {
        let mut tasks = self.tasks.borrow_mut();
        let entry = &mut tasks[task as usize];
        if !entry.armed.came_up(at) || entry.state != State::Parked || entry.deadline == NEVER {
            return;
        }
        if entry.deadline > self.now.get() {
            let deadline = entry.deadline;
            self.arm(task, entry, deadline);
            return;
        }
        drop(tasks);
        self.wake(task, Wake::TimedOut);
    }

    /// Parks on `list` until `notify_one` or `notify_all` picks this thread, or the deadline.
    pub(crate) fn wait_on(&self, list: &WaitList, blocked: Blocked, deadline: u64) -> Wake {
        if self.dying.get() {
            return Wake::Crashed { notified: false };
        }
        self.wait_on_even_dying(list, blocked, deadline)
    }

    /// Like `wait_on`, but a crashed thread waits too (see `park_even_dying`).
    pub(crate) fn wait_on_even_dying(
        &self,
        list: &WaitList,
        blocked: Blocked,
        deadline: u64,
    ) -> Wake {
        let current = self.current.get();
        list.push(self, current);
        let wake = self.park_even_dying(blocked, deadline);
        if wake != Wake::Notified {
            list.remove(self, current);
        }
        wake
    }

    /// Wakes the first waiter that still waits.
    #[inline]
    pub(crate) fn notify_one(&self, list: &WaitList) -> bool {
        !list.is_surely_empty(self) && self.notify_first(list)
    }

    fn notify_first(&self, list: &WaitList) -> bool {
        while let Some(task) = list.pop(self) {
            if self.wake(task, Wake::Notified) {
                return true;
            }
        }
        false
    }

    /// Wakes all waiters; how many there were.
    pub(crate) fn notify_all(&self, list: &WaitList) -> usize {
        let mut woken = 0;
        while self.notify_one(list) {
            woken += 1;
        }
        woken
    }
}
