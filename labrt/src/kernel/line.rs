//! A line of waiting threads, whose links stand in the threads' slots.

use super::task::Task;
use crate::base::TaskId;
use std::collections::BTreeMap;

/// A line: its first and its last thread (slot + 1; 0 when it is empty).
#[derive(Clone, Copy, Default)]
pub(super) struct Line {
    pub(super) head: u32,
    pub(super) tail: u32,
}

/// A run's lines for what is another run's, by address. Only lines in which somebody waits.
pub(super) type Beside = BTreeMap<usize, Line>;

impl Line {
    pub(super) fn push(&mut self, tasks: &mut [Task], task: TaskId) {
        match self.head {
            0 => self.head = task + 1,
            _ => tasks[self.tail as usize - 1].next_waiter = task + 1,
        }
        tasks[task as usize].next_waiter = 0;
        self.tail = task + 1;
    }

    pub(super) fn pop(&mut self, tasks: &[Task]) -> Option<TaskId> {
        let first = self.head.checked_sub(1)?;
        self.head = tasks[first as usize].next_waiter;
        Some(first)
    }

    /// Takes `task` out, wherever it stands; it may have been taken out before.
    pub(super) fn remove(&mut self, tasks: &mut [Task], task: TaskId) {
        let (mut before, mut at) = (0, self.head);
        while at != 0 && at != task + 1 {
            before = at;
            at = tasks[at as usize - 1].next_waiter;
        }
        if at == 0 {
            return;
        }
        let after = tasks[task as usize].next_waiter;
        match before {
            0 => self.head = after,
            before => tasks[before as usize - 1].next_waiter = after,
        }
        if after == 0 {
            self.tail = before;
        }
    }
}
