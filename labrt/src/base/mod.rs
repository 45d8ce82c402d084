//! The lowest floor: data that every other floor speaks of. Nothing here knows a scheduler.

mod event;
mod failure;
pub(crate) mod frames;
mod ids;
pub(crate) mod noted;
mod options;
mod progress;

pub(crate) use event::Dropped;
pub use event::{Body, Event};
pub use failure::{Failure, FailureKind};
pub use ids::NodeId;
pub(crate) use ids::{BEGIN_WALL, NEVER, NO_NODE, ORIGIN, TaskId};
pub(crate) use options::Options;
pub use options::Strategy;
pub(crate) use progress::Progress;
