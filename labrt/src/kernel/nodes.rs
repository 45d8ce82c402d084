//! Nodes as the kernel sees them: threads that crash together, pause together, and share a clock.

use super::node_state::{Clock, NodeState};
use super::scheduler::Kernel;
use super::strategy::Why;
use super::task::{CrashToken, State};
use super::timers::Due;
use crate::base::{END, NEVER, NO_NODE, Name, TaskId};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

impl Kernel {
    pub(crate) fn add_node(&self, name: Arc<str>) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(NodeState::new(name));
        nodes.len() as u32 - 1
    }

    pub(crate) fn node_crashed(&self, node: u32) -> bool {
        node != NO_NODE && self.nodes.borrow()[node as usize].crashed
    }

    pub(crate) fn node_name(&self, node: u32) -> Option<Arc<str>> {
        self.nodes
            .borrow()
            .get(node as usize)
            .map(|node| node.name.clone())
    }

    pub(crate) fn live_threads(&self, node: u32) -> usize {
        self.nodes.borrow()[node as usize].live
    }

    pub(crate) fn live_thread_names(&self, node: u32) -> Vec<String> {
        let tasks = self.tasks.borrow();
        let live = tasks
            .iter()
            .filter(|task| task.state != State::Free && task.node == node);
        live.map(|task| task.name.to_string()).collect()
    }

    /// Runs `f` on the running thread as if that were one of `node`'s; see `harness::visit`.
    pub(crate) fn visit<T>(
        &self,
        node: u32,
        name: &'static str,
        f: impl FnOnce() -> T,
    ) -> Option<T> {
        self.point();
        if self.node_crashed(node) {
            return None;
        }
        let current = self.current.get() as usize;
        let own_name = {
            let task = &mut self.tasks.borrow_mut()[current];
            debug_assert_eq!(task.node, NO_NODE, "a thread has one node");
            task.node = node;
            task.is_lent = true;
            std::mem::replace(&mut task.name, Name::Fixed(name))
        };
        self.nodes.borrow_mut()[node as usize].live += 1;
        let ended = panic::catch_unwind(AssertUnwindSafe(|| {
            if self.nodes.borrow()[node as usize].pause_ends.is_some() {
                self.give_way(); // comes back when the pause ends, or the node crashes
            }
            f()
        }));
        if let Err(payload) = ended.as_ref()
            && (self.stop.get() || !payload.is::<CrashToken>())
        {
            // The run is over, or ends by a panic, which is told as one on the node.
            panic::resume_unwind(ended.err()?);
        }
        {
            let task = &mut self.tasks.borrow_mut()[current];
            task.node = NO_NODE;
            task.name = own_name;
            task.is_lent = false;
            task.crashed = false;
            task.lingers = 0;
        }
        self.nodes.borrow_mut()[node as usize].live -= 1;
        if ended.is_err() {
            // Whoever crashed the node waits until this thread gives way.
            self.dying.set(false);
            self.give_way();
        }
        ended.ok()
    }

    pub(crate) fn current_node(&self) -> u32 {
        self.tasks
            .borrow()
            .get(self.current.get() as usize)
            .map_or(NO_NODE, |task| task.node)
    }

    /// Lets no thread of `node` run for `ns` of virtual time. A second pause can only prolong it.
    pub(crate) fn pause(&self, node: u32, ns: u64) {
        let ends = self.now.get().saturating_add(ns);
        let ends = if ends > END { NEVER } else { ends };
        {
            let entry = &mut self.nodes.borrow_mut()[node as usize];
            if entry.crashed || entry.pause_ends.is_some_and(|before| before >= ends) {
                return;
            }
            if entry.pause_ends.replace(ends).is_none() {
                self.paused.set(self.paused.get() + 1);
            }
        }
        if ends != NEVER {
            self.timers.borrow_mut().push(ends, Due::Node(node));
            self.alarm.set(self.alarm.get().min(ends));
        }
        if self.current_node() == node {
            self.give_way();
        }
    }

    /// Ends the pause of `node` if its time has come, or the node has crashed.
    pub(super) fn end_pause(&self, node: u32) {
        let stash = {
            let entry = &mut self.nodes.borrow_mut()[node as usize];
            match entry.pause_ends {
                Some(ends) if ends <= self.now.get() || entry.crashed => entry.pause_ends = None,
                _ => return,
            }
            self.paused.set(self.paused.get() - 1);
            std::mem::take(&mut entry.stash)
        };
        let mut choices = self.choices.borrow_mut();
        for task in stash {
            choices.ready(task, Why::Woken);
        }
    }

    /// Puts a ready thread aside if its node is paused.
    #[inline]
    pub(super) fn stash(&self, task: TaskId) -> bool {
        self.paused.get() != 0 && self.stash_slowly(task)
    }

    #[cold]
    fn stash_slowly(&self, task: TaskId) -> bool {
        let node = self.tasks.borrow()[task as usize].node;
        if node == NO_NODE {
            return false;
        }
        let entry = &mut self.nodes.borrow_mut()[node as usize];
        let paused = entry.pause_ends.is_some();
        if paused {
            debug_assert_eq!(self.tasks.borrow()[task as usize].state, State::Ready);
            entry.stash.push(task);
        }
        paused
    }

    /// From now on the clock of `node` runs `rate` times as fast.
    pub(crate) fn set_clock_rate(&self, node: u32, rate: f64) {
        assert!(
            rate.is_finite() && rate > 0.0,
            "a clock rate must be above 0, not {rate}"
        );
        self.change_clock(node, |clock, now| clock.at_rate(rate, now));
    }

    /// From now on the clock of the running thread's node shows `ns` more.
    pub(crate) fn leap(&self, ns: u64) {
        match self.current_node() {
            NO_NODE => {}
            node => self.change_clock(node, |clock, now| clock.ahead(ns, now)),
        }
    }

    fn change_clock(&self, node: u32, change: impl FnOnce(Clock, u64) -> Clock) {
        let now = self.now.get();
        let clock = {
            let clock = &mut self.nodes.borrow_mut()[node as usize].clock;
            *clock = change(*clock, now);
            *clock
        };
        // Whoever waits by this clock waits on, until it shows the same time as before.
        for (task, entry) in (0..).zip(self.tasks.borrow_mut().iter_mut()) {
            if entry.node == node && entry.shown_deadline != NEVER {
                let deadline = clock.when(entry.shown_deadline);
                entry.deadline = deadline;
                self.arm(task, entry, deadline);
            }
        }
    }

    fn clock(&self) -> Clock {
        match self.current_node() {
            NO_NODE => Clock::TRUE,
            node => self.nodes.borrow()[node as usize].clock,
        }
    }

    /// What the running thread's clock shows, in ns since the run began.
    pub(crate) fn local_now(&self) -> u64 {
        let clock = self.clock();
        if clock.is_true() {
            self.now.get()
        } else {
            clock.show(self.now.get())
        }
    }

    /// Like `local_now`, for callers that may come from within the kernel, such as an allocator
    /// that wants to know how old its memory is: they get the true virtual time.
    pub(crate) fn local_now_even_inside(&self) -> u64 {
        match (self.tasks.try_borrow(), self.nodes.try_borrow()) {
            (Ok(_), Ok(_)) => self.local_now(),
            _ => self.now.get(),
        }
    }

    /// The true virtual time at which the running thread's clock will show `shown`.
    #[inline]
    pub(super) fn when(&self, shown: u64) -> u64 {
        let clock = self.clock();
        if clock.is_true() && shown <= END {
            shown
        } else {
            clock.when(shown)
        }
    }
}
