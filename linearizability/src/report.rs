//! What a check says: a verdict, and what is needed to show why.

use crate::history::Operation;
use crate::limits::Limit;
use crate::model::{Model, Step};
use std::fmt::Write;

/// The verdict on a history, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report<K> {
    /// The verdict.
    pub verdict: Verdict<K>,
    /// What it took.
    pub effort: Effort,
}

/// Whether a history is linearizable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<K> {
    /// It is: each key has an order, and here they are.
    Linearizable(Vec<Linearization<K>>),
    /// It is not: this key has none. The others were not looked at any further.
    NotLinearizable(Failure<K>),
    /// Nobody knows: a limit was met first. This is no success.
    Undecided(Undecided<K>),
}

/// An order in which all operations of a key can have taken effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linearization<K> {
    /// The key.
    pub key: K,
    /// Places in the history. Operations that never returned are missing if they need not have
    /// taken effect.
    pub order: Vec<usize>,
}

/// Why a key has no linearization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure<K> {
    /// The key.
    pub key: K,
    /// The operation that does not fit, as a place in the history: there is an order of all that
    /// returned before it returned, but none that has it too.
    pub operation: usize,
    /// Whether it is the first such one. `false` if a limit was met in finding that out: then an
    /// order beyond it may exist, though never one to the end.
    pub is_first: bool,
    /// Longest orders, each with another state at its end: some, not all. They hold everything that
    /// returned before `operation` did, and perhaps operations that were called before and returned
    /// later.
    pub partials: Vec<Partial>,
}

/// An order of a part of the operations of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// Places in the history.
    pub order: Vec<usize>,
    /// The state at its end, in the model's words.
    pub state: String,
}

/// How far an undecided check came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided<K> {
    /// The limit that was met.
    pub limit: Limit,
    /// How many keys are known to be linearizable.
    pub linearizable_keys: usize,
    /// The keys that are not decided, by their order.
    pub open: Vec<OpenKey<K>>,
}

/// A key that is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenKey<K> {
    /// The key.
    pub key: K,
    /// How many of its returned operations have found a place in some order.
    pub placed: usize,
    /// How many operations it has.
    pub operations: usize,
}

/// What a check took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Small steps, of some tens of nanoseconds.
    pub work: u64,
    /// Configurations remembered, summed over the keys.
    pub configurations: usize,
    /// Different states, summed over the keys.
    pub states: usize,
    /// The most that one key's search remembered, in bytes.
    pub bytes: usize,
}

impl Effort {
    /// Adds what another key took.
    pub(crate) fn add(&mut self, other: Effort) {
        self.work += other.work;
        self.configurations += other.configurations;
        self.states += other.states;
        self.bytes = self.bytes.max(other.bytes);
    }
}

impl<K> Report<K> {
    /// Whether the history is linearizable. `false` is not the opposite: it may be undecided.
    pub fn is_linearizable(&self) -> bool {
        matches!(self.verdict, Verdict::Linearizable(_))
    }

    /// Why it is not linearizable, if it is not.
    pub fn failure(&self) -> Option<&Failure<K>> {
        match &self.verdict {
            Verdict::NotLinearizable(failure) => Some(failure),
            Verdict::Linearizable(_) | Verdict::Undecided(_) => None,
        }
    }
}

/// The states behind each operation of an order, for a picture of it. It ends early where the order
/// is illegal, which no order of a report is. `history` is the one that was checked.
pub fn replay<M: Model>(
    model: &M,
    history: &[Operation<M::Input, M::Output>],
    order: &[usize],
) -> Vec<M::State> {
    let mut states: Vec<M::State> = Vec::with_capacity(order.len());
    for &place in order {
        let operation = &history[place];
        let before = states.last().cloned().unwrap_or_else(|| model.init());
        match model.step(&before, &operation.input, operation.output()) {
            Step::To(next) => states.push(next),
            Step::Same => states.push(before),
            Step::No | Step::Never => break,
        }
    }
    states
}

/// So many of an order's last operations are shown.
const SHOWN: usize = 5;

impl<K: std::fmt::Debug> Failure<K> {
    /// The failure in a few lines for a terminal: what does not fit, and what came before it in the
    /// longest orders. `history` is the one that was checked, `time` says how to write its times.
    pub fn explain<M: Model<Key = K>>(
        &self,
        model: &M,
        history: &[Operation<M::Input, M::Output>],
        time: impl Fn(u64) -> String,
    ) -> String {
        let line = |place: usize| {
            let operation = &history[place];
            let until = match &operation.returned {
                Some(returned) => time(returned.at),
                None => "never".to_string(),
            };
            let what = model.describe(&operation.input, operation.output());
            let Operation { client, call, .. } = operation;
            format!("client {client}: {what}  [{}, {until}]", time(*call))
        };
        let mut text = format!("key {:?} is not linearizable: no order has\n", self.key);
        let _ = writeln!(text, "  {}", line(self.operation));
        for partial in &self.partials {
            let placed = partial.order.len();
            let _ = writeln!(
                text,
                "an order of {placed} operations ends in state {} with",
                partial.state
            );
            for &place in &partial.order[placed.saturating_sub(SHOWN)..] {
                let _ = writeln!(text, "  {}", line(place));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Register, RegisterInput, RegisterOutput};
    use crate::{Limits, check};

    #[test]
    fn an_explanation_names_what_does_not_fit_and_what_came_before() {
        let read = |client, call, value| {
            let output = RegisterOutput::Value(value);
            Operation::new(client, call, RegisterInput::Read, call + 5, output)
        };
        let written = RegisterOutput::Written;
        let history = [
            Operation::new(1, 0, RegisterInput::Write(7), 10, written),
            Operation::pending(2, 3, RegisterInput::Write(8)),
            read(3, 20, Some(7)),
            read(4, 30, None),
        ];
        let report = check(&Register, &history, Limits::default());
        let failure = report.failure().expect("nil is gone");
        let expected = "\
key () is not linearizable: no order has
  client 4: read() -> nil  [30, 35]
an order of 2 operations ends in state 7 with
  client 1: write(7) -> ok  [0, 10]
  client 3: read() -> 7  [20, 25]
an order of 3 operations ends in state 8 with
  client 1: write(7) -> ok  [0, 10]
  client 3: read() -> 7  [20, 25]
  client 2: write(8) -> ?  [3, never]
";
        assert_eq!(
            failure.explain(&Register, &history, |at| at.to_string()),
            expected
        );
        let states = replay(&Register, &history, &failure.partials[1].order);
        assert_eq!(states, [Some(7), Some(7), Some(8)]);
    }
}
