//! Chance, as `rand`'s.

use crate::both_worlds;
use labrt::rand::{
    self, LabRng, Rng, RngExt, SeedableRng, TryRng, distr::Alphanumeric, seq::SliceRandom,
};

/// Draws as many as should do, and looks whether each possible one came.
#[test]
fn draws_are_of_their_kind() {
    both_worlds(|| {
        let mut seen = [false; 3];
        (0..200).for_each(|_| seen[rand::random_range(0..3)] = true);
        assert_eq!(seen, [true; 3]);
        let heads = (0..200).filter(|_| rand::random_bool(0.5)).count();
        assert!((20..180).contains(&heads), "{heads} of 200");
        assert_ne!(rand::random::<u128>(), rand::random::<u128>());

        let mut rng: LabRng = rand::rng();
        assert_ne!(rng.next_u64(), rng.try_next_u64().unwrap());
        let name = (&mut rng).sample_iter(Alphanumeric).take(9);
        assert!(name.map(char::from).all(char::is_alphanumeric));
        let mut order: Vec<u32> = (0..50).collect();
        order.shuffle(&mut rng);
        assert!(!order.is_sorted());
        order.sort();
        assert!(order.into_iter().eq(0..50));
    });
}

/// A generator of the program's own is its own affair.
#[test]
fn own_generators_may_be_seeded() {
    use ::rand::rngs::SmallRng;
    both_worlds(|| {
        let draw = || SmallRng::seed_from_u64(7).random::<u64>();
        assert_eq!(draw(), draw());
    });
}
