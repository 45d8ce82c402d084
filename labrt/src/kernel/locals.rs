//! Values of one simulated thread each, which end with it.

use super::scheduler::{Kernel, NOBODY};
use crate::base::{Found, Locals};
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

impl Kernel {
    /// Whether a simulated thread runs, and not the scheduler.
    pub(crate) fn runs_a_thread(&self) -> bool {
        self.current.get() != NOBODY
    }

    /// The running thread's value under `key`. It stays where it is until the thread ends.
    pub(crate) fn local(&self, key: usize) -> Found {
        let locals = self.locals.by_slot.borrow();
        let own = locals.get(self.current.get() as usize);
        own.map_or(Found::Nothing, |own| own.find(key))
    }

    /// Gives the running thread a value, which it must not have yet.
    pub(crate) fn add_local(&self, key: usize, value: Box<dyn Any>) {
        let current = self.current.get() as usize;
        let mut locals = self.locals.by_slot.borrow_mut();
        if locals.len() <= current {
            locals.resize_with(current + 1, Locals::new);
        }
        locals[current].add(key, value);
        self.locals.count.set(self.locals.count.get() + 1);
    }

    /// Drops the running thread's values. If its node has crashed, while it is unwound once more,
    /// as is whatever else a crashed thread leaves; `Err` then, or if a destructor panics.
    #[inline]
    pub(crate) fn end_locals(&self) -> std::thread::Result<()> {
        if self.locals.count.get() == 0 {
            return Ok(());
        }
        panic::catch_unwind(AssertUnwindSafe(|| {
            let _end = EndLocals(self);
            if self.is_dying() {
                self.die();
            }
        }))
    }

    /// The running thread's youngest value, which is then gone.
    fn take_local(&self) -> Option<Box<dyn Any>> {
        let mut locals = self.locals.by_slot.borrow_mut();
        let own = locals.get_mut(self.current.get() as usize)?;
        let value = own.take_youngest();
        if value.is_none() {
            self.locals.count.set(self.locals.count.get() - own.len());
            own.clear();
        }
        value
    }
}

struct EndLocals<'a>(&'a Kernel);

impl Drop for EndLocals<'_> {
    fn drop(&mut self) {
        // A destructor may come upon keys that are new.
        while let Some(value) = self.0.take_local() {
            drop(value);
        }
    }
}
