//! What one direction between two servers adds to the conditions of the whole network.

use crate::faults::up_to;
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

/// One direction between two servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    /// Nothing gets through.
    pub(crate) blocked: bool,
    /// What each message takes.
    pub(crate) latency: Option<Latency>,
    /// How many bytes a second get through.
    pub(crate) bandwidth: Option<u64>,
    /// Until when, since the run began, the bytes of earlier messages keep the link busy.
    busy_until: Duration,
}

impl Link {
    /// How long a message of `bytes` bytes that is sent at `now` takes.
    pub(crate) fn delay(&mut self, bytes: usize, now: Duration, rng: &mut impl Rng) -> Duration {
        let mut delay = self
            .latency
            .map_or(Duration::ZERO, |latency| latency.draw(rng));
        if let Some(bandwidth) = self.bandwidth {
            let transmission = Duration::from_secs_f64(bytes as f64 / bandwidth.max(1) as f64);
            self.busy_until = self.busy_until.max(now) + transmission;
            delay += self.busy_until - now;
        }
        delay
    }
}
