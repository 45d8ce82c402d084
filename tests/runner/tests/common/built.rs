//! The runner, for tests that run it or `make` around it.

#[path = "program.rs"]
mod program;

pub(crate) use program::runner;

/// What `make` takes from the environment, and would take from a `make` that runs the tests.
pub(crate) const OF_MAKE: [&str; 12] = [
    "MAKEFLAGS",
    "MFLAGS",
    "MAKELEVEL",
    "SEEDS",
    "SEED",
    "FILTER",
    "MODE",
    "RAFT",
    "KV",
    "JOBS",
    "CHAOS",
    "ARGS",
];
