//! A map of strings with get, put and append: the key/value service of the course's older labs.

use crate::model::{Kind, Model, Step};

/// A map of strings. Every key holds the empty string at first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Append;

/// What a client asks of an [`Append`] map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AppendInput {
    /// What does this key hold?
    Get(String),
    /// Let a key hold a value.
    Put(String, String),
    /// Add a value to the end of what a key holds.
    Append(String, String),
}

/// What an [`Append`] map answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AppendOutput {
    /// To a get.
    Value(String),
    /// To a put or append.
    Done,
}

impl Model for Append {
    type State = String;
    type Input = AppendInput;
    type Output = AppendOutput;
    type Key = String;

    fn init(&self) -> String {
        String::new()
    }

    fn key(&self, input: &AppendInput) -> String {
        match input {
            AppendInput::Get(key) | AppendInput::Put(key, _) | AppendInput::Append(key, _) => {
                key.clone()
            }
        }
    }

    fn step(
        &self,
        state: &String,
        input: &AppendInput,
        output: Option<&AppendOutput>,
    ) -> Step<String> {
        match (input, output) {
            (AppendInput::Get(_), None) => Step::Same,
            (AppendInput::Get(_), Some(AppendOutput::Value(value))) => {
                if value == state {
                    Step::Same
                } else if value.starts_with(state.as_str()) {
                    Step::No // something is still to be appended
                } else {
                    Step::Never
                }
            }
            (AppendInput::Put(_, value), None | Some(AppendOutput::Done)) => {
                Step::To(value.clone())
            }
            (AppendInput::Append(_, value), None | Some(AppendOutput::Done)) => {
                let mut next = String::with_capacity(state.len() + value.len());
                next.push_str(state);
                next.push_str(value);
                Step::To(next)
            }
            (AppendInput::Get(_), Some(AppendOutput::Done))
            | (AppendInput::Put(..) | AppendInput::Append(..), Some(AppendOutput::Value(_))) => {
                Step::No
            }
        }
    }

    fn kind(&self, input: &AppendInput, _output: Option<&AppendOutput>) -> Kind {
        match input {
            AppendInput::Get(_) => Kind::Observes,
            AppendInput::Append(..) => Kind::Extends,
            AppendInput::Put(..) => Kind::Resets,
        }
    }

    fn describe(&self, input: &AppendInput, output: Option<&AppendOutput>) -> String {
        let asked = match input {
            AppendInput::Get(key) => format!("get({key:?})"),
            AppendInput::Put(key, value) => format!("put({key:?}, {value:?})"),
            AppendInput::Append(key, value) => format!("append({key:?}, {value:?})"),
        };
        match output {
            None => format!("{asked} -> ?"),
            Some(AppendOutput::Value(value)) => format!("{asked} -> {value:?}"),
            Some(AppendOutput::Done) => format!("{asked} -> ok"),
        }
    }

    fn describe_state(&self, state: &String) -> String {
        format!("{state:?}")
    }

    fn heap_bytes(&self, state: &String) -> usize {
        state.capacity()
    }
}
