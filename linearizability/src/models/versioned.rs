//! A map of versioned values: the key/value service of the course since 2025.
//!
//! A put says which version it expects, and takes effect only if that is the one. A client that had
//! to send a put again and then hears of a wrong version cannot know whether the first copy took
//! effect: it answers "maybe".

use crate::model::{Kind, Model, Step};

/// A map of versioned values. Every key has version 0 at first, which means that there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Versioned;

/// What one key holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct VersionedState {
    /// The value that was put last.
    pub value: String,
    /// How many puts took effect.
    pub version: u64,
}

/// What a client asks of a [`Versioned`] map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionedInput {
    /// What does this key hold?
    Get {
        /// The key.
        key: String,
    },
    /// Let a key hold a value, if it has that version.
    Put {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// The version that it must have; 0 to make a new one.
        version: u64,
    },
}

/// What a [`Versioned`] map answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionedOutput {
    /// To a get.
    Value {
        /// The value.
        value: String,
        /// Its version.
        version: u64,
    },
    /// The key was never put. To a get, or to a put that expected another version than 0.
    NoKey,
    /// To a put: it took effect.
    Ok,
    /// To a put: the key had another version, nothing happened.
    WrongVersion,
    /// To a put: it took effect if the key had that version.
    Maybe,
}

impl Model for Versioned {
    type State = VersionedState;
    type Input = VersionedInput;
    type Output = VersionedOutput;
    type Key = String;

    fn init(&self) -> VersionedState {
        VersionedState::default()
    }

    fn key(&self, input: &VersionedInput) -> String {
        match input {
            VersionedInput::Get { key } | VersionedInput::Put { key, .. } => key.clone(),
        }
    }

    fn step(
        &self,
        state: &VersionedState,
        input: &VersionedInput,
        output: Option<&VersionedOutput>,
    ) -> Step<VersionedState> {
        match (input, output) {
            (VersionedInput::Get { .. }, None) => Step::Same,
            (VersionedInput::Get { .. }, Some(VersionedOutput::NoKey)) => match state.version {
                0 => Step::Same,
                _ => Step::Never,
            },
            (VersionedInput::Get { .. }, Some(VersionedOutput::Value { value, version })) => {
                // Version 0 is no value, whatever a get says.
                if *version > state.version {
                    Step::No
                } else if *version == state.version && *version > 0 && *value == state.value {
                    Step::Same
                } else {
                    Step::Never
                }
            }
            (VersionedInput::Put { value, version, .. }, output) => {
                put(state, value, *version, output)
            }
            (VersionedInput::Get { .. }, Some(_)) => Step::No,
        }
    }

    fn kind(&self, input: &VersionedInput, output: Option<&VersionedOutput>) -> Kind {
        match (input, output) {
            (VersionedInput::Get { .. }, _)
            | (_, Some(VersionedOutput::WrongVersion | VersionedOutput::NoKey)) => Kind::Observes,
            (VersionedInput::Put { .. }, _) => Kind::Extends, // versions only grow
        }
    }

    fn describe(&self, input: &VersionedInput, output: Option<&VersionedOutput>) -> String {
        let asked = match input {
            VersionedInput::Get { key } => format!("get({key:?})"),
            VersionedInput::Put {
                key,
                value,
                version,
            } => format!("put({key:?}, {value:?}, version {version})"),
        };
        match output {
            None => format!("{asked} -> ?"),
            Some(VersionedOutput::Value { value, version }) => {
                format!("{asked} -> {value:?}, version {version}")
            }
            Some(VersionedOutput::NoKey) => format!("{asked} -> no key"),
            Some(VersionedOutput::Ok) => format!("{asked} -> ok"),
            Some(VersionedOutput::WrongVersion) => format!("{asked} -> wrong version"),
            Some(VersionedOutput::Maybe) => format!("{asked} -> maybe"),
        }
    }

    fn describe_state(&self, state: &VersionedState) -> String {
        format!("{:?}, version {}", state.value, state.version)
    }

    fn heap_bytes(&self, state: &VersionedState) -> usize {
        state.value.capacity()
    }
}

/// A put, by its answer and by whether the key has its version, had it, or may have it later.
fn put(
    state: &VersionedState,
    value: &str,
    version: u64,
    output: Option<&VersionedOutput>,
) -> Step<VersionedState> {
    let fits = version == state.version;
    let is_past = version < state.version;
    let next = || {
        Step::To(VersionedState {
            value: value.to_string(),
            version: version + 1,
        })
    };
    match output {
        Some(VersionedOutput::Ok) if fits => next(),
        Some(VersionedOutput::Ok) if is_past => Step::Never,
        Some(VersionedOutput::Ok) => Step::No,
        Some(VersionedOutput::WrongVersion) if fits => Step::No,
        Some(VersionedOutput::WrongVersion) => Step::Same,
        Some(VersionedOutput::NoKey) if state.version > 0 => Step::Never,
        Some(VersionedOutput::NoKey) if fits => Step::No,
        Some(VersionedOutput::NoKey) => Step::Same,
        None | Some(VersionedOutput::Maybe) if fits => next(),
        None | Some(VersionedOutput::Maybe) if is_past => Step::Same,
        // Now it would do nothing; later it may do something.
        None | Some(VersionedOutput::Maybe) => Step::To(state.clone()),
        Some(VersionedOutput::Value { .. }) => Step::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(value: &str, version: u64) -> VersionedState {
        VersionedState {
            value: value.to_string(),
            version,
        }
    }

    /// Each answer to a put of version 3, in a state before, with, and after that version.
    #[test]
    fn a_put_takes_effect_only_with_its_version() {
        let put = VersionedInput::Put {
            key: "k".to_string(),
            value: "new".to_string(),
            version: 3,
        };
        let steps = |output: Option<&VersionedOutput>| {
            [2, 3, 4].map(|version| Versioned.step(&state("old", version), &put, output))
        };
        let early = || Step::To(state("old", 2));
        let done = || Step::To(state("new", 4));
        use VersionedOutput::{Maybe, NoKey, Ok, Value, WrongVersion};
        assert_eq!(steps(Some(&Ok)), [Step::No, done(), Step::Never]);
        assert_eq!(
            steps(Some(&WrongVersion)),
            [Step::Same, Step::No, Step::Same]
        );
        assert_eq!(steps(Some(&Maybe)), [early(), done(), Step::Same]);
        assert_eq!(steps(None), [early(), done(), Step::Same]);
        assert_eq!(steps(Some(&NoKey)), [Step::Never, Step::Never, Step::Never]);
        let new = Versioned.init();
        assert_eq!(Versioned.step(&new, &put, Some(&NoKey)), Step::Same);
        let value = Value {
            value: "old".to_string(),
            version: 3,
        };
        assert_eq!(steps(Some(&value)), [Step::No, Step::No, Step::No]);
    }

    #[test]
    fn a_get_sees_value_and_version() {
        let get = VersionedInput::Get {
            key: "k".to_string(),
        };
        let sees = |value: &str, version: u64| {
            let value = value.to_string();
            let output = VersionedOutput::Value { value, version };
            Versioned.step(&state("v", 2), &get, Some(&output))
        };
        assert_eq!(sees("v", 2), Step::Same);
        assert_eq!(sees("v", 3), Step::No);
        assert_eq!(sees("v", 1), Step::Never);
        assert_eq!(sees("other", 2), Step::Never);
        let no_key = Some(&VersionedOutput::NoKey);
        assert_eq!(Versioned.step(&state("v", 2), &get, no_key), Step::Never);
        assert_eq!(Versioned.step(&Versioned.init(), &get, no_key), Step::Same);
        let empty = VersionedOutput::Value {
            value: String::new(),
            version: 0,
        };
        let step = Versioned.step(&Versioned.init(), &get, Some(&empty));
        assert_eq!(step, Step::Never, "a key without a value was seen");
    }
}
