//! Faults that somebody asks for, on any case, beside those of the case itself. They take nothing
//! from what a case demands: an implementation that is right passes with them as well.

use super::Cluster;
use labrpc::harness::Latency;
use labrt::harness;
use labrt::rand::{self, RngExt};
use labrt::thread;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What is to go wrong in a run. All chance in it comes from the run's seed; nothing is drawn for
/// what is not asked for, so that a run without faults is what it always was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    /// One request in two from server to server comes twice, the second time up to 26 ms after the
    /// first.
    pub duplicate: bool,
    /// Each message takes a millisecond or a little more, but one in ten more than 10 ms, and one
    /// in a hundred more than 100 ms: later ones overtake it.
    pub late: bool,
    /// Each message takes 0.5 to 5 ms.
    pub jitter: bool,
    /// Now and then a server stands still for 20 to 120 ms. No effect in the real world.
    pub pause: bool,
    /// Each server's clock runs up to a tenth too fast or too slow. No effect in the real world.
    pub skew: bool,
}

/// The share of requests that come twice.
const DUPLICATED: f64 = 0.5;

const LATE: Latency = Latency::HeavyTailed {
    least: Duration::from_millis(1),
    most: Duration::from_millis(250),
    shape: 1.0,
};

const JITTER: Latency = Latency::Uniform(Duration::from_micros(500), Duration::from_millis(5));

/// From one pause to the next of all servers together, in ms.
const BETWEEN_PAUSES: Range<u64> = 200..2000;

/// How long a pause is, in ms: shorter than an election timeout that the labs' heartbeats allow,
/// so that nobody loses an office that a case counts on.
const PAUSE: Range<u64> = 20..120;

/// How far a clock may be off.
const SKEW: f64 = 0.1;

impl Faults {
    /// All of them.
    pub const ALL: Faults = Faults {
        duplicate: true,
        late: true,
        jitter: true,
        pause: true,
        skew: true,
    };

    /// Whether there is none.
    pub fn is_none(self) -> bool {
        self == Faults::default()
    }
}

impl Cluster {
    /// From now on, these go wrong. What a case sets for itself later holds instead.
    pub(crate) fn suffer(&self, faults: Faults) {
        if !faults.is_none() {
            self.hinder();
        }
        if faults.duplicate {
            // A client's come once, as in the course: a put that is carried out twice is answered
            // "wrong version", and its clerk may not know that it was the first one's success.
            let all = 0..self.len();
            let pairs = all
                .clone()
                .flat_map(|from| all.clone().map(move |to| (from, to)));
            for (from, to) in pairs {
                self.net()
                    .set_duplicated_between(from, to, Some(DUPLICATED));
            }
        }
        if faults.jitter {
            self.net().set_base_latency(Some(JITTER));
        }
        if faults.late {
            self.net().set_base_latency(Some(LATE));
        }
        if faults.skew {
            for server in 0..self.len() {
                self.set_clock_rate(server, rand::rng().random_range(1.0 - SKEW..=1.0 + SKEW));
            }
        }
        if faults.pause && harness::is_simulated() {
            let lab = self.clone();
            let pauses = thread::Builder::new().name("pauses".into());
            pauses
                .spawn(move || lab.pause_now_and_then())
                .expect("a simulated thread can be spawned");
        }
    }

    fn pause_now_and_then(&self) {
        let draw = |range| Duration::from_millis(rand::rng().random_range(range));
        loop {
            thread::sleep(draw(BETWEEN_PAUSES));
            if self.inner.is_over.load(Ordering::Relaxed) {
                return;
            }
            let server = rand::rng().random_range(0..self.len());
            self.pause(server, draw(PAUSE));
        }
    }
}
