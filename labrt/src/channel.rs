//! Multi-producer multi-consumer channels with `crossbeam_channel`'s face.
pub use crossbeam_channel::*;
