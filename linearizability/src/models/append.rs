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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_sees_all_that_was_appended() {
        let get = AppendInput::Get("k".to_string());
        let sees = |value: &str| {
            let output = AppendOutput::Value(value.to_string());
            Append.step(&"ab".to_string(), &get, Some(&output))
        };
        assert_eq!(sees("ab"), Step::Same);
        assert_eq!(sees("abc"), Step::No, "c may still be appended");
        assert_eq!(sees("a"), Step::Never);
        assert_eq!(sees("ba"), Step::Never);
    }

    #[test]
    fn a_put_replaces_and_an_append_extends() {
        let step =
            |input: AppendInput| Append.step(&"ab".to_string(), &input, Some(&AppendOutput::Done));
        let [key, value] = ["k", "c"].map(String::from);
        let put = AppendInput::Put(key.clone(), value.clone());
        assert_eq!(step(put), Step::To("c".to_string()));
        let append = AppendInput::Append(key, value);
        assert_eq!(step(append), Step::To("abc".to_string()));
    }
}
