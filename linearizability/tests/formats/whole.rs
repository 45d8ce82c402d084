//! The map of strings as one object, not split by key: the same histories, made hard.

use linearizability::models::{Append, AppendInput, AppendOutput};
use linearizability::{Kind, Model, Step};
use std::collections::BTreeMap;

/// [`Append`], all keys at once.
pub(crate) struct WholeAppend;

impl Model for WholeAppend {
    type State = BTreeMap<String, String>;
    type Input = AppendInput;
    type Output = AppendOutput;
    type Key = ();

    fn init(&self) -> Self::State {
        BTreeMap::new()
    }

    fn key(&self, _input: &AppendInput) {}

    fn step(
        &self,
        state: &Self::State,
        input: &AppendInput,
        output: Option<&AppendOutput>,
    ) -> Step<Self::State> {
        let key = Append.key(input);
        let old = state.get(&key).cloned().unwrap_or_default();
        match Append.step(&old, input, output) {
            Step::To(new) => {
                let mut state = state.clone();
                state.insert(key, new);
                Step::To(state)
            }
            Step::Same => Step::Same,
            Step::No => Step::No,
            Step::Never => Step::Never,
        }
    }

    fn kind(&self, input: &AppendInput, output: Option<&AppendOutput>) -> Kind {
        Append.kind(input, output)
    }

    fn describe(&self, input: &AppendInput, output: Option<&AppendOutput>) -> String {
        Append.describe(input, output)
    }

    fn describe_state(&self, state: &Self::State) -> String {
        format!("{state:?}")
    }

    fn heap_bytes(&self, state: &Self::State) -> usize {
        let entry = |(key, value): (&String, &String)| key.len() + value.len() + 64;
        state.iter().map(entry).sum()
    }
}
