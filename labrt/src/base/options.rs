//! What a run is asked for.

use super::plan::Plan;
use std::time::Duration;

/// What a simulation is given; `Simulation`'s methods say what each means.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) strategy: Strategy,
    pub(crate) trace: bool,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) panics_end_run: bool,
    pub(crate) patience: Duration,
    pub(crate) plan: Option<Plan>,
}

/// How the simulation picks the next thread among those that could run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strategy {
    /// Any of them, with equal chances; the running thread is preempted at one scheduling
    /// point in `1 / preempt`, on average.
    Random {
        /// Share of the scheduling points at which the running thread is preempted: from 0 to 1,
        /// as what lies beyond, or is no number, is taken. No thread runs for more than 1,000
        /// scheduling points at a time, so 0.002 is the smallest share that is kept exactly.
        preempt: f64,
    },
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): threads have random
    /// priorities, the highest runs, and at `depth - 1` random points in every
    /// `interval` scheduling points the running thread falls behind all others.
    Pct {
        /// Number of ordering constraints a bug may need to show; 0 and 1 are taken as 2.
        depth: u32,
        /// Scheduling points over which the change points are spread; at least 1.
        interval: u32,
    },
    /// First ready, first served; preempted only after a long time slice. The least surprising
    /// schedule, for reading a trace.
    Fifo,
}

impl Default for Strategy {
    fn default() -> Self {
        Strategy::Random { preempt: 0.1 }
    }
}

impl Strategy {
    /// Pct with the interval that fits the labs' runs.
    pub fn pct(depth: u32) -> Strategy {
        Strategy::Pct {
            depth,
            interval: 10_000,
        }
    }
}
