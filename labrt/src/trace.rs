//! The event stream of a run: what happened, when, on which node and thread.
//!
//! The runtime knows no messages and no disks; whoever does gives its events a [`Body`].

pub use crate::base::{Body, Event};

use crate::kernel::world;
use crate::node;
use crate::time;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Events of the real world: the last so many, shared by all threads.
static REAL: Mutex<VecDeque<Event>> = Mutex::new(VecDeque::new());
static REAL_KEPT: AtomicUsize = AtomicUsize::new(0);

/// Whether events are kept. Ask before doing work that only a [`record`] needs.
#[inline]
pub fn is_on() -> bool {
    match world::kernel() {
        Some(kernel) => kernel.recorder.on,
        None => REAL_KEPT.load(Ordering::Relaxed) != 0,
    }
}

/// Adds an event; `body` is only built when events are kept. No scheduling point.
#[inline]
pub fn record<B: Body>(body: impl FnOnce() -> B) {
    if is_on() {
        keep(Arc::new(body()));
    }
}

#[cold]
fn keep(body: Arc<dyn Body>) {
    let thread = crate::thread::current().name().unwrap_or("thread").into();
    let event = Event {
        at: time::since_start(),
        node: node::current_id(),
        thread,
        body,
    };
    match world::kernel() {
        Some(kernel) => kernel.recorder.keep(event),
        None => {
            let mut events = REAL.lock();
            if events.len() >= REAL_KEPT.load(Ordering::Relaxed) {
                events.pop_front();
            }
            events.push_back(event);
        }
    }
}

/// Folds `bytes` into the run's hash, whether or not events are kept. No effect in the real world.
#[inline]
pub fn fold(bytes: &[u8]) {
    if let Some(kernel) = world::kernel() {
        kernel.recorder.fold(bytes);
    }
}

/// Real world: keeps the last `count` events from now on (0: none), and forgets earlier ones.
pub fn keep_real(count: usize) {
    REAL.lock().clear();
    REAL_KEPT.store(count, Ordering::Relaxed);
}

/// Real world: takes the events that were kept.
pub fn take_real() -> Vec<Event> {
    std::mem::take(&mut *REAL.lock()).into()
}
