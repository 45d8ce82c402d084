//! What a run's plan may leave out of a case, or add to it: faults and commands, crashes after a
//! save.

use super::Cluster;
use labrt::Node;
use labrt::harness::{self, Mutex};
use persister::harness::{Disk, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Servers that crash when they have just saved something, where a plan says so.
#[derive(Default)]
pub(super) struct Crashes {
    /// How many crashes more there may be.
    left: AtomicU32,
    /// Servers whose threads are gone, and which still have to be taken down.
    crashed: Mutex<Vec<usize>>,
    /// What the case itself does is none of the choices.
    is_scripted: AtomicBool,
}

impl Crashes {
    /// The calling thread's server has saved.
    fn after_save(&self, server: usize, node: &Node) {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return;
        }
        let told = |_| format!("n{server} crashes when it has just saved its state");
        if harness::choose(1, 0, told) == 1 {
            self.left.store(left - 1, Ordering::Relaxed);
            self.crashed.lock().push(server);
            node.crash();
        }
    }
}

impl Cluster {
    /// Whether something takes place that a case has in mind: a fault, a command. A plan may leave
    /// it out, to see whether a failure needs it.
    pub(crate) fn takes_place(&self, what: impl FnOnce() -> String) -> bool {
        self.inner.crashes.is_scripted.load(Ordering::Relaxed)
            || harness::choose(0, 1, |_| what()) == 1
    }

    /// From now on all that the case has in mind takes place: a scene is what it is.
    pub(crate) fn keep_to_the_script(&self) {
        self.inner
            .crashes
            .is_scripted
            .store(true, Ordering::Relaxed);
    }

    /// From now on so many servers may crash after a save.
    pub(crate) fn allow_crashes(&self, count: u32) {
        self.inner.crashes.left.store(count, Ordering::Relaxed);
    }

    /// Takes down the servers that have crashed so; which they are.
    pub(crate) fn bury(&self) -> Vec<usize> {
        let crashed = std::mem::take(&mut *self.inner.crashes.crashed.lock());
        for server in &crashed {
            self.crash_now(*server);
        }
        crashed
    }

    /// Leaves it to chance whether a server crashes after one of its saves.
    pub(super) fn watch_saves(&self, server: usize, node: &Node, disk: &Disk) {
        let (node, crashes) = (node.clone(), Arc::clone(&self.inner.crashes));
        disk.on_save(Arc::new(move |save| {
            if save.moment == Moment::After {
                crashes.after_save(server, &node);
            }
        }));
    }
}
