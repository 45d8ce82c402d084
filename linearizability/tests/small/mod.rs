//! Small random histories, and what a checker without a single idea says of them.
#![allow(dead_code, reason = "each user needs a part of it")]

mod brute;
mod domains;

pub(crate) use brute::{follows, furthest, returned_in_order};

use linearizability::{Model, Operation, Step};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Few operations, each with few answers.
pub(crate) trait Domain: Model + Copy
where
    Self::Input: Clone + std::fmt::Debug,
    Self::Output: Clone + std::fmt::Debug,
{
    /// What may be asked.
    fn inputs() -> Vec<Self::Input>;
    /// What it may be answered, right or wrong.
    fn outputs(input: &Self::Input) -> Vec<Self::Output>;
}

/// A history of a model.
pub(crate) type History<M> = Vec<Operation<<M as Model>::Input, <M as Model>::Output>>;

/// What an operation is made of.
#[derive(Clone, Debug)]
struct Draft {
    call: u64,
    takes: u64,
    /// When it takes effect, in quarters of its time.
    effect: u64,
    input: prop::sample::Index,
    output: prop::sample::Index,
    returns: bool,
    /// A wrong answer, perhaps.
    is_mutated: bool,
}

fn draft() -> impl Strategy<Value = Draft> {
    let output = any::<prop::sample::Index>();
    let input = any::<prop::sample::Index>();
    let times = (0..10_u64, 0..8_u64, 0..=4_u64);
    let chances = (prop::bool::weighted(0.85), prop::bool::weighted(0.35));
    (times, input, output, chances).prop_map(|(times, input, output, chances)| Draft {
        call: times.0,
        takes: times.1,
        effect: times.2,
        input,
        output,
        returns: chances.0,
        is_mutated: chances.1,
    })
}

/// Histories of up to `most` operations. An object runs them one at a time, somewhere between call
/// and return; then some answers are changed.
pub(crate) fn histories<M: Domain>(model: M, most: usize) -> impl Strategy<Value = History<M>>
where
    M::Input: Clone + std::fmt::Debug,
    M::Output: Clone + std::fmt::Debug,
{
    vec(draft(), 0..=most).prop_map(move |drafts| run(model, drafts))
}

fn run<M: Domain>(model: M, drafts: Vec<Draft>) -> History<M>
where
    M::Input: Clone + std::fmt::Debug,
    M::Output: Clone + std::fmt::Debug,
{
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&at| drafts[at].call * 4 + drafts[at].takes * drafts[at].effect);
    let mut states: BTreeMap<M::Key, M::State> = BTreeMap::new();
    let mut history = Vec::new();
    for at in order {
        let draft = &drafts[at];
        let input = draft.input.get(&M::inputs()).clone();
        let state = states
            .entry(model.key(&input))
            .or_insert_with(|| model.init());
        let client = at as u64;
        let mut answers = M::outputs(&input);
        let first = draft.output.index(answers.len());
        answers.rotate_left(first);
        let legal =
            answers
                .iter()
                .find_map(|output| match model.step(state, &input, Some(output)) {
                    Step::To(next) => Some((output.clone(), next)),
                    Step::Same => Some((output.clone(), state.clone())),
                    Step::No | Step::Never => None,
                });
        let output = match legal {
            Some((output, next)) => {
                *state = next;
                if draft.is_mutated {
                    answers[0].clone()
                } else {
                    output
                }
            }
            None => answers[0].clone(),
        };
        history.push(match draft.returns {
            true => Operation::new(client, draft.call, input, draft.call + draft.takes, output),
            false => Operation::pending(client, draft.call, input),
        });
    }
    history
}
