//! The event stream of a run.
use crate::node::NodeId;
use std::{any::Any, fmt, sync::Arc, time::Duration};

/// What an event says. `Display` is the one-line notation.
pub trait Body: fmt::Display + Any + Send + Sync {
    /// The event's kind, such as `send`, `save`, `crash`.
    fn kind(&self) -> &'static str;
}

/// Something that happened at a moment of the run.
#[derive(Clone)]
pub struct Event {
    /// Virtual time since the run began.
    pub at: Duration,
    /// The node on whose thread it happened.
    pub node: Option<NodeId>,
    /// The thread's name.
    pub thread: Arc<str>,
    /// What happened.
    pub body: Arc<dyn Body>,
}

/// Whether events are kept at all. Ask before doing work for `record` only.
pub fn is_on() -> bool {
    false
}

/// Adds an event; `body` is built only when events are kept.
pub fn record<B: Body>(_body: impl FnOnce() -> B) {}

/// Folds `bytes` into the run's hash, whether or not events are kept.
pub fn fold(_bytes: &[u8]) {}
