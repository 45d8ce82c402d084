//! The states that the search has met, by small numbers, and where each operation leads from each.
//!
//! A model's step is taken once for each pair of a state and a class of operations; after that it
//! is looked up. A state is kept once, so that a configuration is a few words, and comparing two of
//! them never compares two states.

use crate::hash::Build;
use crate::model::{Model, Step};
use crate::timeline::Class;
use std::collections::HashMap;
use std::hash::BuildHasher;

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
    states: Vec<State<M::State>>,
    /// The last state with that hash; the others hang behind it.
    by_hash: HashMap<u64, u32, Build>,
    known: HashMap<(u32, u32), u32, Build>,
    heap_bytes: usize,
}

struct State<S> {
    state: S,
    /// An older state with the same hash, or its own number.
    same_hash: u32,
}

impl<'a, M: Model> Moves<'a, M> {
    /// With the initial state as number 0.
    pub(crate) fn new(model: &'a M, classes: Vec<Class<'a, M>>) -> Moves<'a, M> {
        let mut moves = Moves {
            model,
            classes,
            states: Vec::new(),
            by_hash: HashMap::default(),
            known: HashMap::default(),
            heap_bytes: 0,
        };
        moves.number(model.init());
        moves
    }

    /// Where an operation of that class leads from that state, and whether the model was asked.
    #[inline]
    pub(crate) fn step(&mut self, state: u32, class: u32) -> (u32, bool) {
        if let Some(&to) = self.known.get(&(state, class)) {
            return (to, false);
        }
        (self.ask(state, class), true)
    }

    #[cold]
    fn ask(&mut self, state: u32, class: u32) -> u32 {
        let (input, output) = self.classes[class as usize];
        let from = &self.states[state as usize].state;
        let to = match self.model.step(from, input, output) {
            Step::To(next) => self.number(next),
            Step::Same => SAME,
            Step::No => NO,
            Step::Never => NEVER,
        };
        self.known.insert((state, class), to);
        to
    }

    fn number(&mut self, state: M::State) -> u32 {
        let next = self.states.len() as u32;
        assert!(next < NEVER, "more states than numbers");
        let hash = Build::default().hash_one(&state);
        let newest = *self.by_hash.get(&hash).unwrap_or(&next);
        let mut at = newest;
        while at != next {
            let other = &self.states[at as usize];
            if other.state == state {
                return at;
            }
            if other.same_hash == at {
                break;
            }
            at = other.same_hash;
        }
        self.heap_bytes += self.model.heap_bytes(&state);
        self.states.push(State {
            state,
            same_hash: newest,
        });
        self.by_hash.insert(hash, next);
        next
    }

    /// The state with that number.
    pub(crate) fn state(&self, number: u32) -> &M::State {
        &self.states[number as usize].state
    }

    /// How many states there are.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.heap_bytes
            + self.states.capacity() * size_of::<State<M::State>>()
            + self.by_hash.capacity() * (size_of::<(u64, u32)>() + 1)
            + self.known.capacity() * (size_of::<(u32, u32, u32)>() + 1)
    }
}
