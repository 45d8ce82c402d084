//! The event stream of a run: what happened, when, on which node and thread.
//!
//! The runtime knows no messages and no disks; whoever does gives its events a [`Body`].

use crate::node::{self, NodeId};
use crate::time;
use crate::world;
use parking_lot::Mutex;
use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What an event says. `Display` is its line in the one-line notation, such as
/// `n1@2 → n3 AppendEntries prev=4@1 [5@2]`.
pub trait Body: fmt::Display + Any + Send + Sync {
    /// The event's kind, such as `send`, `save` or `crash`.
    fn kind(&self) -> &'static str;
}

/// Something that happened at a moment of the run.
#[derive(Clone)]
pub struct Event {
    /// Virtual (or real) time since the run began.
    pub at: Duration,
    /// The node on whose thread it happened; `None` for the harness's own.
    pub node: Option<NodeId>,
    /// The thread's name.
    pub thread: Arc<str>,
    /// What happened.
    pub body: Arc<dyn Body>,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>11.6}  {}", self.at.as_secs_f64(), self.body)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Event) -> bool {
        let text = |event: &Event| event.body.to_string();
        (self.at, self.node, &self.thread) == (other.at, other.node, &other.thread)
            && text(self) == text(other)
    }
}

/// Stands at the beginning of a trace that has lost its own.
pub(crate) struct Dropped(pub(crate) u64);

impl Body for Dropped {
    fn kind(&self) -> &'static str {
        "dropped"
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} earlier events are not kept)", self.0)
    }
}

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
