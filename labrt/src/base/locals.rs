//! The values that one thread has of keys, in either world.

use std::any::Any;

/// Values by key, in the order in which they were made. A thread has few.
#[derive(Default)]
pub(crate) struct Locals(Vec<Local>);

struct Local {
    key: usize,
    /// `None` once it was taken, at the thread's end.
    value: Option<Box<dyn Any>>,
}

/// What a thread has of a key.
pub(crate) enum Found {
    Value(*const dyn Any),
    /// It has not asked for one before.
    Nothing,
    /// The thread ends, and its value has been dropped.
    Gone,
}

impl Locals {
    pub(crate) const fn new() -> Locals {
        Locals(Vec::new())
    }

    /// The value, which stays where it is until it is taken.
    pub(crate) fn find(&self, key: usize) -> Found {
        match self.0.iter().find(|local| local.key == key) {
            None => Found::Nothing,
            Some(Local { value: None, .. }) => Found::Gone,
            Some(Local {
                value: Some(value), ..
            }) => Found::Value(&raw const **value),
        }
    }

    /// Adds a value, of a key that has none yet.
    pub(crate) fn add(&mut self, key: usize, value: Box<dyn Any>) {
        let value = Some(value);
        self.0.push(Local { key, value });
    }

    /// The youngest value, which is then gone: they end in this order, as std's.
    pub(crate) fn take_youngest(&mut self) -> Option<Box<dyn Any>> {
        self.0.iter_mut().rev().find_map(|local| local.value.take())
    }

    /// How many there are, those that are gone included.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets the keys. What is left of values is not dropped.
    pub(crate) fn clear(&mut self) {
        self.0.drain(..).for_each(std::mem::forget);
    }
}
