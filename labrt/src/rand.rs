//! The `rand` crate's face over the run's seed.
pub use rand::{Rng, RngExt, SeedableRng, rng, seq};
