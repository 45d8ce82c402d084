//! The checker against one that tries every order: on thousands of small histories, linearizable
//! and not, they must agree on the verdict, and all evidence must hold.

mod small;

use linearizability::models::{Append, Register, Versioned};
use linearizability::{Limits, Model, Step, Verdict, check};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use small::{Domain, History, follows, furthest, histories, returned_in_order};
use std::fmt::Debug;

/// More would take the other checker too long; Miri would take ten thousand times as long.
const OPERATIONS: usize = if cfg!(miri) { 4 } else { 8 };

/// Histories of each model.
const CASES: u32 = if cfg!(miri) { 4 } else { 5000 };

/// Both checkers judge one history.
fn agree<M: Domain>(model: M, history: History<M>)
where
    M::Input: Clone + Debug,
    M::Output: Clone + Debug,
{
    let whole = returned_in_order::<M>(&history).len();
    let is_linearizable = furthest(&model, &history) == whole;
    match check(&model, &history, Limits::default()).verdict {
        Verdict::Linearizable(parts) => {
            assert!(is_linearizable, "it is not linearizable");
            for part in parts {
                let alone = only(&model, &history, &part.key);
                replay(&model, &alone, &part.order, alone.len());
            }
        }
        Verdict::NotLinearizable(failure) => {
            assert!(!is_linearizable, "it is linearizable");
            let alone = only(&model, &history, &failure.key);
            let key: History<M> = alone.iter().flatten().cloned().collect();
            let expected = furthest(&model, &key);
            let required = key_order::<M>(&alone);
            assert!(failure.is_first);
            assert_eq!(
                failure.operation, required[expected],
                "another operation fits"
            );
            assert!(!failure.partials.is_empty());
            for partial in failure.partials {
                let end = replay(&model, &alone, &partial.order, expected);
                assert_eq!(partial.state, model.describe_state(&end));
            }
        }
        Verdict::Undecided(_) => panic!("undecided without a limit"),
    }
}

/// The history of one key; the others' places stay empty.
type Alone<M> = Vec<Option<linearizability::Operation<<M as Model>::Input, <M as Model>::Output>>>;

fn only<M: Domain>(model: &M, history: &History<M>, key: &M::Key) -> Alone<M>
where
    M::Input: Clone + Debug,
    M::Output: Clone + Debug,
{
    let of_key = |operation: &linearizability::Operation<M::Input, M::Output>| {
        (model.key(&operation.input) == *key).then(|| operation.clone())
    };
    history.iter().map(of_key).collect()
}

/// The returned operations of a key by their return, as places in the whole history.
fn key_order<M: Model>(alone: &Alone<M>) -> Vec<usize>
where
    M::Input: Clone,
    M::Output: Clone,
{
    let places: Vec<usize> = (0..alone.len()).filter(|&at| alone[at].is_some()).collect();
    let dense: History<M> = alone.iter().flatten().cloned().collect();
    let order = returned_in_order::<M>(&dense);
    order.into_iter().map(|at| places[at]).collect()
}

/// Plays an order: each step legal, in real time's order, and the first `required` returned
/// operations of the key in it. The state at its end.
fn replay<M: Domain>(model: &M, alone: &Alone<M>, order: &[usize], required: usize) -> M::State
where
    M::Input: Clone + Debug,
    M::Output: Clone + Debug,
{
    let places: Vec<usize> = (0..alone.len()).filter(|&at| alone[at].is_some()).collect();
    let dense: History<M> = alone.iter().flatten().cloned().collect();
    let mut placed = vec![false; dense.len()];
    let mut state = model.init();
    for place in order {
        let at = places
            .binary_search(place)
            .expect("an operation of this key");
        assert!(!placed[at], "{place} stands twice in {order:?}");
        assert!(
            follows::<M>(&dense, &placed, at),
            "{place} comes too early in {order:?}"
        );
        placed[at] = true;
        state = match model.step(&state, &dense[at].input, dense[at].output()) {
            Step::To(next) => next,
            Step::Same => state,
            Step::No | Step::Never => panic!("{place} is illegal in {order:?}"),
        };
    }
    let missing = returned_in_order::<M>(&dense)
        .into_iter()
        .take(required)
        .find(|&at| !placed[at]);
    assert_eq!(missing, None, "missing in {order:?}");
    state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn on_registers(history in histories(Register, OPERATIONS)) {
        agree(Register, history);
    }

    #[test]
    fn on_maps_of_strings(history in histories(Append, OPERATIONS)) {
        agree(Append, history);
    }

    #[test]
    fn on_maps_of_versions(history in histories(Versioned, OPERATIONS)) {
        agree(Versioned, history);
    }

    /// The order in which the operations are listed changes nothing in the verdict, nor does it
    /// change which operation is to blame.
    #[test]
    fn whatever_the_list_looks_like(
        (history, shuffled) in histories(Versioned, 12).prop_flat_map(|history| {
            let places: Vec<usize> = (0..history.len()).collect();
            (Just(history), Just(places).prop_shuffle())
        })
    ) {
        let listed: History<Versioned> = shuffled.iter().map(|&at| history[at].clone()).collect();
        let one = check(&Versioned, &history, Limits::default());
        let other = check(&Versioned, &listed, Limits::default());
        prop_assert_eq!(one.effort.work, other.effort.work);
        match (one.verdict, other.verdict) {
            (Verdict::Linearizable(one), Verdict::Linearizable(other)) => {
                let keys = |parts: &[linearizability::Linearization<String>]| {
                    parts.iter().map(|part| part.key.clone()).collect::<Vec<_>>()
                };
                prop_assert_eq!(keys(&one), keys(&other));
            }
            (Verdict::NotLinearizable(one), Verdict::NotLinearizable(other)) => {
                prop_assert_eq!(one.operation, shuffled[other.operation]);
            }
            (one, other) => prop_assert!(false, "{:?} and {:?}", one, other),
        }
    }
}

/// Agreement proves little if nearly all histories are of one kind.
#[test]
#[cfg_attr(miri, ignore = "three thousand histories")]
fn both_kinds_are_tried() {
    fn share<M: Domain>(model: M) -> f64
    where
        M::Input: Clone + Debug,
        M::Output: Clone + Debug,
    {
        let mut runner = TestRunner::deterministic();
        let strategy = histories(model, OPERATIONS);
        let samples = (0..1000).filter(|_| {
            let tree = strategy.new_tree(&mut runner).expect("nothing is rejected");
            check(&model, &tree.current(), Limits::default()).is_linearizable()
        });
        samples.count() as f64 / 1000.0
    }
    for share in [share(Register), share(Append), share(Versioned)] {
        assert!(
            (0.3..0.8).contains(&share),
            "{share} of all are linearizable"
        );
    }
}
