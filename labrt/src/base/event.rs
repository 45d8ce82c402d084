//! What a run's event stream consists of.

use super::ids::NodeId;
use super::name::Name;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What an event says. `Display` is its line in the one-line notation, such as
/// `n1@2 → n3 AppendEntries prev=4@1 [5@2]`.
pub trait Body: fmt::Display + Any + Send + Sync {
    /// The event's kind, such as `send`, `save` or `crash`.
    fn kind(&self) -> &'static str;

    /// About how many bytes it keeps besides its own fields: a trace has room for so many only.
    fn size(&self) -> usize {
        0
    }

    /// Whether it is kept when older events have to go.
    fn is_landmark(&self) -> bool {
        false
    }
}

/// Something that happened at a moment of the run.
#[derive(Clone)]
pub struct Event {
    /// Virtual (or real) time since the run began.
    pub at: Duration,
    /// The node on whose thread it happened; `None` for the harness's own.
    pub node: Option<NodeId>,
    /// The thread's name.
    pub thread: Name,
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

/// What looks wrong in a run, and does not end it.
pub struct Warning(pub String);

impl Body for Warning {
    fn kind(&self) -> &'static str {
        "warning"
    }

    fn size(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warning: {}", self.0)
    }
}

/// Stands where a trace has lost so many of its events.
pub struct Dropped(pub u64);

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
