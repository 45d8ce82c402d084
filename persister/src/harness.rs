//! For a test or a harness, not for code under test: the disk itself, and what is seen of a save.

pub use crate::disk::{Disk, Mirror};
pub use crate::handle::{save_encoded, saved};
pub use crate::save::{Moment, Observer, Save, SaveEvent};
