//! The lowest floor: data that every other floor speaks of. Nothing here knows a scheduler.

mod event;
mod face;
mod failure;
pub(crate) mod frames;
mod ids;
mod live;
mod locals;
mod noted;
mod options;
mod panic_count;
mod progress;

pub(crate) use event::Dropped;
pub use event::{Body, Event};
pub(crate) use face::{face, set_face};
pub use failure::{Failure, FailureKind};
pub use ids::NodeId;
pub(crate) use ids::{BEGIN_WALL, END, NEVER, NO_NODE, ORIGIN, TaskId, ns};
pub(crate) use live::{Live, NAP, is_alone, is_live, nap};
pub(crate) use locals::{Found, Locals};
pub(crate) use noted::{Noted, text_of};
pub(crate) use options::Options;
pub use options::Strategy;
pub(crate) use panic_count::PanicCount;
pub(crate) use progress::Progress;
