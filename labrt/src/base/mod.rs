//! The lowest floor: data that every other floor speaks of. Nothing here knows a scheduler.

mod event;
mod face;
mod failure;
pub(crate) mod frames;
mod ids;
mod kept;
mod left_over;
mod live;
mod locals;
mod name;
mod noted;
mod options;
mod panic_count;
mod plan;
mod progress;

pub use event::{Body, Dropped, Event, Warning};
pub(crate) use face::{face, set_face};
pub(crate) use failure::text_of;
pub use failure::{Detail, Failure, FailureKind, Panicked};
pub use ids::NodeId;
pub(crate) use ids::{BEGIN_WALL, END, NEVER, NO_NODE, ORIGIN, TaskId, ns};
pub use kept::Events;
pub(crate) use kept::{Head, Kept};
pub(crate) use left_over::LOCKS;
pub use left_over::LeftOver;
pub(crate) use live::{Live, NAP, is_alone, is_live, nap};
pub(crate) use locals::{Found, Locals};
pub use name::Name;
pub(crate) use noted::Noted;
pub(crate) use options::Options;
pub use options::Strategy;
pub(crate) use panic_count::PanicCount;
pub use plan::{Choice, Plan};
pub(crate) use progress::Progress;
