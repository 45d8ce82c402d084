//! The event stream of a run: what happened, when, on which node and thread.
//!
//! The runtime knows no messages and no disks; whoever does gives its events a [`Body`].

pub use crate::base::{Body, Dropped, Event, Events, Name as ThreadName, Warning};

use crate::base::{Head, Kept, Name};
use crate::kernel::world;
use crate::node;
use crate::time;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Events of the real world: the last so many, shared by all threads.
static REAL: Mutex<Kept> = Mutex::new(Kept::new(0));
static REAL_IS_ON: AtomicBool = AtomicBool::new(false);

/// Whether events are kept. Ask before doing work that only a [`record`] needs.
#[inline]
pub fn is_on() -> bool {
    match world::kernel() {
        Some(kernel) => kernel.recorder.on,
        None => REAL_IS_ON.load(Ordering::Relaxed),
    }
}

/// Adds an event; `body` is only built when events are kept. No scheduling point.
#[inline]
pub fn record<B: Body>(body: impl FnOnce() -> B) {
    if is_on() {
        keep(body());
    }
}

#[cold]
#[inline(never)]
fn keep<B: Body>(body: B) {
    if let Some(kernel) = world::kernel() {
        return kernel.record(body);
    }
    let thread = std::thread::current().name().unwrap_or("thread").into();
    let head = Head {
        at: time::since_start(),
        node: node::current_id(),
        thread: Name::Shared(thread),
    };
    REAL.lock().push(head, body);
}

/// Folds `bytes` into the run's hash, whether or not events are kept. No effect in the real world.
#[inline]
pub fn fold(bytes: &[u8]) {
    if let Some(kernel) = world::kernel() {
        kernel.recorder.fold(bytes);
    }
}

/// Real world: keeps the last `count` events from now on (0: none), and of the earlier ones the
/// landmarks; forgets what was before.
pub fn keep_real(count: usize) {
    *REAL.lock() = Kept::new(count);
    REAL_IS_ON.store(count > 0, Ordering::Relaxed);
}

/// Real world: takes the events that were kept.
pub fn take_real() -> Events {
    REAL.lock().take()
}
