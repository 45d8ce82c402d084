//! The states that the search has met, by small numbers, and where each operation leads from each.
//!
//! A model's step is taken once for each pair of a state and a class of operations; after that it
//! is looked up. A state is kept once, so that a configuration is a few words, and comparing two of
//! them never compares two states.

use crate::hash::hash_of;
use crate::index::Index;
use crate::limits::Held;
use crate::model::{Model, Step};
use crate::timeline::Class;
use std::mem::needs_drop;

/// Where an operation leads: a state's number, or one of these.
pub(crate) const SAME: u32 = u32::MAX;
/// It is not legal here.
pub(crate) const NO: u32 = u32::MAX - 1;
/// It is not legal here, nor after any operation that does not reset.
pub(crate) const NEVER: u32 = u32::MAX - 2;

/// The states by number, and the steps between them.
pub(crate) struct Moves<'a, M: Model> {
    model: &'a M,
    classes: Vec<Class<'a, M>>,
    states: Vec<M::State>,
    states_index: Index,
    steps: Vec<Known>,
    steps_index: Index,
    heap_bytes: usize,
}

/// A step that the model was asked about.
struct Known {
    state: u32,
    class: u32,
    to: u32,
}

impl<'a, M: Model> Moves<'a, M> {
    /// With the initial state as number 0.
    pub(crate) fn new(model: &'a M, classes: Vec<Class<'a, M>>) -> Moves<'a, M> {
        // Enough for most histories: each operation leads from one state to the next, and is asked
        // for a few times.
        let (states, steps) = (classes.len() + 1, 4 * classes.len());
        let mut moves = Moves {
            model,
            classes,
            states: Vec::with_capacity(states),
            states_index: Index::with_capacity(states),
            steps: Vec::with_capacity(steps),
            steps_index: Index::with_capacity(steps),
            heap_bytes: 0,
        };
        moves.number(model.init());
        moves
    }

    /// Where an operation of that class leads from that state, and whether the model was asked.
    #[inline]
    pub(crate) fn step(&mut self, state: u32, class: u32) -> (u32, bool) {
        let hash = hash_of((state, class));
        let known = self.steps_index.find(hash, |at| {
            let known = &self.steps[at as usize];
            known.state == state && known.class == class
        });
        if let Some(at) = known {
            return (self.steps[at as usize].to, false);
        }
        let to = self.ask(state, class);
        self.steps_index.push(hash);
        self.steps.push(Known { state, class, to });
        (to, true)
    }

    fn ask(&mut self, state: u32, class: u32) -> u32 {
        let (input, output) = self.classes[class as usize];
        let from = &self.states[state as usize];
        match self.model.step(from, input, output) {
            Step::To(next) => self.number(next),
            Step::Same => SAME,
            Step::No => NO,
            Step::Never => NEVER,
        }
    }

    fn number(&mut self, state: M::State) -> u32 {
        let hash = hash_of(&state);
        let states = &self.states;
        let known = (self.states_index).find(hash, |at| states[at as usize] == state);
        known.unwrap_or_else(|| {
            let number = self.states_index.push(hash);
            assert!(number < NEVER, "more states than numbers");
            self.heap_bytes += self.model.heap_bytes(&state);
            self.states.push(state);
            number
        })
    }

    /// The state with that number.
    pub(crate) fn state(&self, number: u32) -> &M::State {
        &self.states[number as usize]
    }

    /// How many states there are.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Memory.
    pub(crate) fn held(&self) -> Held {
        Held {
            bytes: self.heap_bytes
                + self.states.capacity() * size_of::<M::State>()
                + self.states_index.bytes()
                + self.steps.capacity() * size_of::<Known>()
                + self.steps_index.bytes(),
            allocations: if needs_drop::<M::State>() {
                self.states.len()
            } else {
                0
            },
        }
    }
}
