//! Values of one simulated thread each, which end with it.

use super::scheduler::{Kernel, NOBODY};
use super::world;
use std::any::Any;
use std::cell::RefCell;

/// What each thread keeps, by slot.
#[derive(Default)]
pub(super) struct Locals(RefCell<Vec<Vec<Local>>>);

struct Local {
    key: usize,
    /// `None` once it was dropped, at the thread's end.
    value: Option<Box<dyn Any>>,
}

/// What the running thread has under a key.
pub(crate) enum Found {
    Value(*const dyn Any),
    /// It has not asked for one before.
    Nothing,
    /// The thread ends, and its value has been dropped.
    Gone,
}

impl Kernel {
    /// Whether a simulated thread runs, and not the scheduler.
    pub(crate) fn runs_a_thread(&self) -> bool {
        self.current.get() != NOBODY
    }

    /// The running thread's value under `key`. It stays where it is until the thread ends.
    pub(crate) fn local(&self, key: usize) -> Found {
        let locals = self.locals.0.borrow();
        let own = locals.get(self.current.get() as usize);
        let local = own.and_then(|own| own.iter().find(|local| local.key == key));
        match local {
            None => Found::Nothing,
            Some(Local { value: None, .. }) => Found::Gone,
            Some(Local {
                value: Some(value), ..
            }) => Found::Value(&raw const **value),
        }
    }

    /// Gives the running thread a value, which it must not have yet.
    pub(crate) fn add_local(&self, key: usize, value: Box<dyn Any>) {
        let current = self.current.get() as usize;
        let mut locals = self.locals.0.borrow_mut();
        if locals.len() <= current {
            locals.resize_with(current + 1, Vec::new);
        }
        let value = Some(value);
        locals[current].push(Local { key, value });
    }

    /// The running thread's youngest value, which is then gone.
    fn take_local(&self) -> Option<Box<dyn Any>> {
        let mut locals = self.locals.0.borrow_mut();
        let own = locals.get_mut(self.current.get() as usize)?;
        let value = own.iter_mut().rev().find_map(|local| local.value.take());
        if value.is_none() {
            own.clear();
        }
        value
    }
}

/// Ends the running thread's values when it is dropped: last of what stands on the thread's stack,
/// and while that is unwound, if it is.
pub(crate) struct EndLocals;

impl Drop for EndLocals {
    fn drop(&mut self) {
        // Youngest first, as std does it. A destructor may come upon keys that are new.
        while let Some(value) = world::kernel().and_then(|kernel| kernel.take_local()) {
            drop(value);
        }
    }
}

impl Drop for Locals {
    fn drop(&mut self) {
        // Whose threads were abandoned, with all that stands on their stacks.
        std::mem::take(self.0.get_mut())
            .into_iter()
            .flatten()
            .for_each(std::mem::forget);
    }
}
