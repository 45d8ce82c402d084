//! The definition, and nothing else: try every order.
//!
//! All keys at once, no cache, and of a model's answers only whether a step is legal and where it
//! leads: neither the split by keys nor the hints are believed.

use super::History;
use linearizability::{Model, Step};
use std::collections::BTreeMap;

/// The places of the returned operations, by their return.
pub(crate) fn returned_in_order<M: Model>(history: &History<M>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..history.len()).collect();
    order.retain(|&at| history[at].returned.is_some());
    order.sort_by_key(|&at| {
        let operation = &history[at];
        let end = operation.returned.as_ref().map(|returned| returned.at);
        (end, operation.call, operation.client, at)
    });
    order
}

/// How many of the first returned operations one order can hold. All of them: it is linearizable.
pub(crate) fn furthest<M: Model>(model: &M, history: &History<M>) -> usize {
    let mut search = Search {
        model,
        history,
        required: returned_in_order::<M>(history),
        placed: vec![false; history.len()],
        states: BTreeMap::new(),
        furthest: 0,
    };
    search.place_next();
    search.furthest
}

/// Whether everything that returned before `next` was called is in `placed`.
pub(crate) fn follows<M: Model>(history: &History<M>, placed: &[bool], next: usize) -> bool {
    history.iter().enumerate().all(|(at, other)| {
        let returned = other.returned.as_ref();
        placed[at] || returned.is_none_or(|returned| returned.at >= history[next].call)
    })
}

struct Search<'a, M: Model> {
    model: &'a M,
    history: &'a History<M>,
    required: Vec<usize>,
    placed: Vec<bool>,
    states: BTreeMap<M::Key, M::State>,
    furthest: usize,
}

impl<M: Model> Search<'_, M> {
    fn place_next(&mut self) {
        let mut required = self.required.iter();
        let open = required.position(|&at| !self.placed[at]);
        self.furthest = self.furthest.max(open.unwrap_or(self.required.len()));
        for at in 0..self.history.len() {
            if self.furthest == self.required.len() {
                return;
            }
            if self.placed[at] || !follows::<M>(self.history, &self.placed, at) {
                continue;
            }
            let operation = &self.history[at];
            let key = self.model.key(&operation.input);
            let old = self.states.get(&key).cloned();
            let state = old.clone().unwrap_or_else(|| self.model.init());
            let next = match self
                .model
                .step(&state, &operation.input, operation.output())
            {
                Step::To(next) => next,
                Step::Same => state,
                Step::No | Step::Never => continue,
            };
            self.placed[at] = true;
            self.states.insert(key.clone(), next);
            self.place_next();
            self.placed[at] = false;
            match old {
                Some(old) => self.states.insert(key, old),
                None => self.states.remove(&key),
            };
        }
    }
}
