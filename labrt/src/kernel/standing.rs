//! What the threads of a node are at: for whoever asks why nothing happens.

use super::scheduler::Kernel;
use super::task::{State, Task};
use crate::base::{LeftOver, NEVER};
use std::collections::BTreeMap;
use std::fmt::Write as _;

impl Kernel {
    /// A line for each thread of `node`, and whether it will go on by itself: it could run, or has
    /// a deadline. Threads that are at the same are counted. What waits for a message to arrive is
    /// the network's, and no thread yet.
    pub(crate) fn standing(&self, node: u32) -> Vec<(String, bool)> {
        let tasks = self.tasks.borrow();
        let own = tasks
            .iter()
            .filter(|task| task.node == node && task.state != State::Free && task.body.is_none());
        let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
        for task in own {
            *counts.entry(told(task)).or_default() += 1;
        }
        let lines = counts.into_iter();
        lines
            .map(|((line, acts), count)| match count {
                1 => (line, acts),
                count => (format!("{line} ({count} of them)"), acts),
            })
            .collect()
    }

    /// The threads that were started on `node` and have not ended.
    pub(crate) fn left_over(&self, node: u32) -> Vec<LeftOver> {
        let tasks = self.tasks.borrow();
        let own = tasks
            .iter()
            .filter(|task| task.node == node && task.state != State::Free && !task.is_lent);
        let left = own.map(|task| LeftOver {
            started: task.started.map(ToString::to_string).unwrap_or_default(),
            name: task.name.to_string(),
            waits: task
                .blocked
                .filter(|_| task.state == State::Parked)
                .map(|blocked| format!("{} at {}", blocked.on, blocked.at)),
        });
        left.collect()
    }
}

fn told(task: &Task) -> (String, bool) {
    let name = &task.name;
    let seconds = |ns: u64| ns as f64 / 1e9;
    let (mut line, acts) = match task.blocked.filter(|_| task.state == State::Parked) {
        Some(blocked) => {
            let since = seconds(task.since);
            let mut line = format!(
                "{name} waits for {} at {} since {since:.3} s",
                blocked.on, blocked.at
            );
            if task.deadline != NEVER {
                let _ = write!(line, ", until {:.3} s", seconds(task.deadline));
            }
            (line, task.deadline != NEVER)
        }
        None => (format!("{name} could run"), true),
    };
    for held in &task.held {
        let _ = write!(line, ", and holds the lock it took at {}", held.at);
    }
    (line, acts)
}
