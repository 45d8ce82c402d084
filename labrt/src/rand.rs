//! The `rand` crate's face over the run's seed: in a simulation every draw comes from it, in the
//! real world from `rand`'s own generator.

use crate::kernel::world;
use std::convert::Infallible;

pub use rand::{Rng, RngExt, SeedableRng, TryRng, distr, seq};

/// A handle of the current world's generator. Draws in a simulation follow from the seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabRng(());

/// The generator of the current world, as `rand::rng()`.
pub fn rng() -> LabRng {
    LabRng(())
}

/// A value of any type that has a standard distribution, as `rand::random()`.
pub fn random<T>() -> T
where
    distr::StandardUniform: distr::Distribution<T>,
{
    rng().random()
}

/// A value of `range`, as `rand::random_range()`.
pub fn random_range<T, R>(range: R) -> T
where
    T: distr::uniform::SampleUniform,
    R: distr::uniform::SampleRange<T>,
{
    rng().random_range(range)
}

/// True with probability `p`, as `rand::random_bool()`.
pub fn random_bool(p: f64) -> bool {
    rng().random_bool(p)
}

impl TryRng for LabRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(match world::kernel() {
            Some(kernel) => kernel.with_chance(|chance| chance.next_u32()),
            None => rand::rng().next_u32(),
        })
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(match world::kernel() {
            Some(kernel) => kernel.with_chance(|chance| chance.next_u64()),
            None => rand::rng().next_u64(),
        })
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        match world::kernel() {
            Some(kernel) => kernel.with_chance(|chance| chance.fill_bytes(bytes)),
            None => rand::rng().fill_bytes(bytes),
        }
        Ok(())
    }
}
