//! What a history is judged against: a sequential object, given as its states and steps.
//!
//! A model that answers [`Step::To`] and [`Step::No`], and leaves the rest at its default, is
//! correct. The finer answers tell the search what it may do without trying the alternatives; each
//! says what must be true for it.

use std::fmt::Debug;
use std::hash::Hash;

/// A sequential object: what each operation may answer, and what it changes.
pub trait Model {
    /// What the object holds. Equal states must be indistinguishable by any later operation.
    type State: Clone + Eq + Hash;
    /// What a client asks for.
    type Input: Eq + Hash;
    /// What it is answered.
    type Output: Eq + Hash;
    /// The part of the object that an operation touches. Operations with different keys must never
    /// influence each other: then a history is linearizable exactly when it is for each key alone
    /// (Herlihy and Wing's locality theorem).
    type Key: Clone + Ord + Debug;

    /// The state of a key before its first operation.
    fn init(&self) -> Self::State;

    /// The key that an operation touches.
    fn key(&self, input: &Self::Input) -> Self::Key;

    /// What happens when an operation takes effect in `state`. `output` is `None` if it never
    /// returned: any answer is then possible.
    fn step(
        &self,
        state: &Self::State,
        input: &Self::Input,
        output: Option<&Self::Output>,
    ) -> Step<Self::State>;

    /// What is known of an operation whatever the state. The default, [`Kind::Resets`], claims
    /// nothing.
    fn kind(&self, _input: &Self::Input, _output: Option<&Self::Output>) -> Kind {
        Kind::Resets
    }

    /// An operation in a few words, such as `put("k", "v") -> ok`.
    fn describe(&self, input: &Self::Input, output: Option<&Self::Output>) -> String;

    /// A state in a few words.
    fn describe_state(&self, state: &Self::State) -> String;

    /// The memory that one state takes beyond its `size_of`, in bytes. An estimate is enough: it
    /// only serves the limit on memory.
    fn heap_bytes(&self, _state: &Self::State) -> usize {
        0
    }
}

/// What happens when an operation takes effect in some state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<S> {
    /// It may, and leads to this state.
    To(S),
    /// It may and changes nothing; and so it is in every state that can come after this one in
    /// which the operation is legal. A read that sees its value is the example. Taking such an
    /// operation at once is never wrong, so that its alternatives need not be tried. A write of the
    /// value that is already there is *not* one: later it may change something.
    Same,
    /// It may not: the model would have answered otherwise.
    No,
    /// It may not, nor can it in any state that operations lead to which are not
    /// [`Kind::Resets`]. A read of a version that is gone is the example.
    Never,
}

/// What is known of an operation whatever the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It never changes a state: its steps are `Same`, `No` or `Never`.
    Observes,
    /// It may change the state, but [`Step::Never`] stays true for whatever it was true for.
    Extends,
    /// It may lead anywhere.
    Resets,
}
