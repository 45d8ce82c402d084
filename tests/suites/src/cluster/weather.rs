//! Conditions of lab 3 that no case asks for: in a simulated run of every third seed, messages take
//! time and clocks differ, as they do on real machines. In the others neither does, which real
//! machines never offer: two timers of one length end at one moment, and a message never overtakes
//! another. Bugs hide in either.

use super::Cluster;
use labrpc::harness::Latency;
use labrt::harness;
use labrt::rand::{self, RngExt};
use std::time::Duration;

/// What a message takes. The course's author measured 22 µs for a whole RPC of the course's own
/// network (a comment in its test), so 10 µs is a message's share on an idle machine; on a busy one
/// it waits for a processor, and later ones overtake it.
const LATENCY: Latency = Latency::Uniform(Duration::from_micros(10), Duration::from_micros(200));

/// How far a clock may be off, as a share of the time: as far as a timer that a busy machine fires
/// late by a third of a millisecond in an election timeout.
const SKEW: f64 = 0.001;

/// One seed in so many.
const SHARE: u64 = 3;

impl Cluster {
    /// What the run's seed has in store.
    pub(super) fn have_weather(&self) {
        if !harness::seed().is_some_and(|seed| seed.is_multiple_of(SHARE)) {
            return;
        }
        self.net().set_base_latency(Some(LATENCY));
        for server in 0..self.len() {
            let rate = rand::rng().random_range(1.0 - SKEW..=1.0 + SKEW);
            self.set_clock_rate(server, rate);
        }
    }
}
