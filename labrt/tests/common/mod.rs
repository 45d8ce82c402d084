//! What the runtime's tests share.

use labrt::{Simulation, Strategy};

/// A simulation. Neighbouring seeds have different strategies, from tame to wild.
pub(crate) fn sim(seed: u64) -> Simulation {
    Simulation::new(seed).strategy(match seed % 4 {
        0 => Strategy::default(),
        1 => Strategy::Random { preempt: 1.0 },
        2 => Strategy::Pct {
            depth: 5,
            interval: 50,
        },
        _ => Strategy::Fifo,
    })
}

/// What `test` returns in a simulation; panics with the run's own story when it fails.
pub(crate) fn run<R: Send + 'static>(
    simulation: Simulation,
    test: impl FnOnce() -> R + Send + 'static,
) -> R {
    let called = format!("{simulation:?}");
    match simulation.run(test).outcome {
        Ok(result) => result,
        Err(failure) => panic!("{called}: {failure}"),
    }
}
