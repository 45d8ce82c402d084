//! The checker that tries every order, and the models' few operations, of the checker's own tests.

#[path = "../../../linearizability/tests/small/brute.rs"]
mod brute;
#[path = "../../../linearizability/tests/small/domains.rs"]
mod domains;

pub(crate) use brute::{furthest, returned_in_order};

use linearizability::{Model, Operation};

/// Few operations, each with few answers.
pub(crate) trait Domain: Model {
    /// What may be asked.
    fn inputs() -> Vec<Self::Input>;
    /// What it may be answered, right or wrong.
    fn outputs(input: &Self::Input) -> Vec<Self::Output>;
}

/// A history of a model.
pub(crate) type History<M> = Vec<Operation<<M as Model>::Input, <M as Model>::Output>>;
