//! Stacks of simulated threads, kept for the next run: mapping one costs more than all else that
//! starting a thread does.

use corosensei::stack::DefaultStack;
use parking_lot::Mutex;

/// Room for deep recursion and formatting in unoptimised code. Only the pages that a thread
/// touches are ever backed by memory.
pub(crate) const STACK_SIZE: usize = 256 * 1024;

/// How many idle stacks the process keeps between runs.
const KEPT: usize = 4096;

static IDLE: Mutex<Vec<Vec<DefaultStack>>> = Mutex::new(Vec::new());

/// The stacks of one run. Taken from the process's stock, and given back at its end.
pub(crate) struct Stacks {
    idle: Vec<DefaultStack>,
}

impl Stacks {
    pub(crate) fn new() -> Stacks {
        Stacks {
            idle: IDLE.lock().pop().unwrap_or_default(),
        }
    }

    pub(crate) fn take(&mut self) -> std::io::Result<DefaultStack> {
        match self.idle.pop() {
            Some(stack) => Ok(stack),
            None => DefaultStack::new(STACK_SIZE),
        }
    }

    pub(crate) fn give_back(&mut self, stack: DefaultStack) {
        self.idle.push(stack);
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        let mut idle = std::mem::take(&mut self.idle);
        idle.truncate(KEPT);
        IDLE.lock().push(idle);
    }
}
