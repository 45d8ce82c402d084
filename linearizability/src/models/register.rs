//! One register that is read, written, and compared-and-set: etcd's, as Jepsen drives it.

use crate::model::{Kind, Model, Step};

/// A register that holds nothing at first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Register;

/// What a client asks of a [`Register`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegisterInput {
    /// What does it hold?
    Read,
    /// Let it hold this.
    Write(u64),
    /// Let it hold `to`, if it holds `from`.
    CompareAndSet {
        /// What it must hold.
        from: u64,
        /// What it then holds.
        to: u64,
    },
}

/// What a [`Register`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegisterOutput {
    /// To a read.
    Value(Option<u64>),
    /// To a write.
    Written,
    /// To a compare-and-set: whether it found what it wanted.
    Compared(bool),
}

impl Model for Register {
    type State = Option<u64>;
    type Input = RegisterInput;
    type Output = RegisterOutput;
    type Key = ();

    fn init(&self) -> Option<u64> {
        None
    }

    fn key(&self, _input: &RegisterInput) {}

    fn step(
        &self,
        state: &Option<u64>,
        input: &RegisterInput,
        output: Option<&RegisterOutput>,
    ) -> Step<Option<u64>> {
        let same_if = |legal| if legal { Step::Same } else { Step::No };
        match (input, output) {
            (RegisterInput::Read, None) => Step::Same,
            (RegisterInput::Read, Some(RegisterOutput::Value(value))) => same_if(value == state),
            (RegisterInput::Write(value), None | Some(RegisterOutput::Written)) => {
                Step::To(Some(*value))
            }
            (RegisterInput::CompareAndSet { from, to }, output) => {
                let finds = *state == Some(*from);
                match output {
                    Some(RegisterOutput::Compared(false)) => same_if(!finds),
                    None | Some(RegisterOutput::Compared(true)) if finds => Step::To(Some(*to)),
                    None => Step::To(*state),
                    Some(_) => Step::No,
                }
            }
            (RegisterInput::Read | RegisterInput::Write(_), Some(_)) => Step::No,
        }
    }

    fn kind(&self, input: &RegisterInput, output: Option<&RegisterOutput>) -> Kind {
        match (input, output) {
            (RegisterInput::Read, _)
            | (RegisterInput::CompareAndSet { .. }, Some(RegisterOutput::Compared(false))) => {
                Kind::Observes
            }
            (RegisterInput::Write(_) | RegisterInput::CompareAndSet { .. }, _) => Kind::Resets,
        }
    }

    fn describe(&self, input: &RegisterInput, output: Option<&RegisterOutput>) -> String {
        let asked = match input {
            RegisterInput::Read => "read()".to_string(),
            RegisterInput::Write(value) => format!("write({value})"),
            RegisterInput::CompareAndSet { from, to } => format!("cas({from}, {to})"),
        };
        match output {
            None => format!("{asked} -> ?"),
            Some(RegisterOutput::Value(value)) => format!("{asked} -> {}", shown(value)),
            Some(RegisterOutput::Written) => format!("{asked} -> ok"),
            Some(RegisterOutput::Compared(true)) => format!("{asked} -> ok"),
            Some(RegisterOutput::Compared(false)) => format!("{asked} -> failed"),
        }
    }

    fn describe_state(&self, state: &Option<u64>) -> String {
        shown(state)
    }
}

fn shown(value: &Option<u64>) -> String {
    value.map_or("nil".to_string(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compare_and_set_that_failed_saw_another_value() {
        let cas = RegisterInput::CompareAndSet { from: 1, to: 2 };
        let steps = |succeeded: Option<bool>| {
            let output = succeeded.map(RegisterOutput::Compared);
            [None, Some(1), Some(3)].map(|state| Register.step(&state, &cas, output.as_ref()))
        };
        let to = |value| Step::To(Some(value));
        assert_eq!(steps(Some(true)), [Step::No, to(2), Step::No]);
        assert_eq!(steps(Some(false)), [Step::Same, Step::No, Step::Same]);
        assert_eq!(steps(None), [Step::To(None), to(2), to(3)]);
    }

    #[test]
    fn a_read_sees_what_was_written() {
        let read = |value| {
            let output = RegisterOutput::Value(value);
            Register.step(&Some(1), &RegisterInput::Read, Some(&output))
        };
        assert_eq!(read(Some(1)), Step::Same);
        assert_eq!(read(Some(2)), Step::No);
        assert_eq!(read(None), Step::No);
        let written = Some(&RegisterOutput::Written);
        let write = RegisterInput::Write(2);
        assert_eq!(Register.step(&None, &write, written), Step::To(Some(2)));
    }
}
