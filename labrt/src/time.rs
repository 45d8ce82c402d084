//! The clock of the current world.
pub use std::time::{Duration, Instant};

/// Time since the run began.
pub fn since_start() -> Duration {
    Duration::ZERO
}
