//! How long a message is under way: what a test sets for a link, and the draws from it.

use labrt::rand::{Rng, RngExt};
use std::time::Duration;

/// How long each message takes on its way. Every direction of every pair of servers can have its
/// own; none is the default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Latency {
    /// Always the same.
    Fixed(Duration),
    /// Between two bounds, all equally likely.
    Uniform(Duration, Duration),
    /// Mostly near `least`, seldom much longer, never above `most`: a Pareto distribution, in which
    /// one message in `2^shape` takes longer than twice `least`.
    HeavyTailed {
        /// What the fastest message takes.
        least: Duration,
        /// What the slowest message takes.
        most: Duration,
        /// How thin the tail is; 1.0 is very heavy, 3.0 is light.
        shape: f64,
    },
}

impl Latency {
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Duration {
        match *self {
            Latency::Fixed(always) => always,
            Latency::Uniform(least, most) => least + up_to(most.saturating_sub(least), rng),
            Latency::HeavyTailed { least, most, shape } => {
                let beyond: f64 = 1.0 - rng.random::<f64>(); // never zero
                let factor = beyond.powf(-1.0 / shape);
                let drawn = least.as_secs_f64() * factor;
                Duration::try_from_secs_f64(drawn).unwrap_or(most).min(most)
            }
        }
    }
}

/// A duration between nothing and `most`, all equally likely.
pub(crate) fn up_to(most: Duration, rng: &mut impl Rng) -> Duration {
    rng.random_range(Duration::ZERO..=most)
}
