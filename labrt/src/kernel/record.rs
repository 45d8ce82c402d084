//! The run's trace: a hash of everything that happens, always; the events themselves, on demand.

use crate::base::{Body, Events, Head, Kept, TaskId};
use std::cell::{Cell, RefCell};

pub(crate) struct Recorder {
    hash: Cell<u64>,
    pub(crate) on: bool,
    events: RefCell<Kept>,
}

/// An odd constant with well-spread bits (2^64 / golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Recorder {
    pub(crate) fn new(on: bool) -> Recorder {
        Recorder {
            hash: Cell::new(SPREAD),
            on,
            events: RefCell::new(Kept::new(usize::MAX)),
        }
    }

    pub(super) fn keep<B: Body>(&self, head: Head, body: B) {
        self.events.borrow_mut().push(head, body);
    }

    /// What was kept, and how much was not.
    pub(crate) fn take(&self) -> Events {
        self.events.borrow_mut().take()
    }

    #[inline]
    fn fold_word(&self, word: u64) {
        let mixed = (self.hash.get().rotate_left(23) ^ word).wrapping_mul(SPREAD);
        self.hash.set(mixed ^ (mixed >> 29));
    }

    #[inline]
    pub(crate) fn fold_switch(&self, task: TaskId, now: u64) {
        self.fold_word(now.rotate_left(20) ^ u64::from(task));
    }

    pub(crate) fn fold(&self, bytes: &[u8]) {
        self.fold_word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold_word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold_word(u64::from_le_bytes(last));
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash.get()
    }
}
