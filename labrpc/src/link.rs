//! What one direction between two servers adds to the conditions of the whole network.

use crate::latency::Latency;
use labrt::rand::Rng;
use std::time::Duration;

/// One direction between two servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    /// Nothing gets through.
    pub(crate) blocked: bool,
    /// The share of requests that arrive twice, if it is another than the network's.
    pub(crate) duplicated: Option<f64>,
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
