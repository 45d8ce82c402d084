//! What a history consists of: operations, each with the times of its invocation and its return.

/// One call of a client, as it was recorded.
///
/// Times are `u64` in any unit that grows: nanoseconds, or the line of a log. Two operations are
/// concurrent unless one returns *before* (not at the same time as) the other is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<I, O> {
    /// Who called. Only shown: operations of one client may overlap.
    pub client: u64,
    /// When it was called.
    pub call: u64,
    /// What was asked for.
    pub input: I,
    /// When and what it answered. `None` if it never returned, or if its answer was lost: then it
    /// may take effect at any time after the call, or never.
    pub returned: Option<Return<O>>,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return<O> {
    /// When, in the unit of the calls.
    pub at: u64,
    /// What it answered.
    pub output: O,
}

impl<I, O> Operation<I, O> {
    /// An operation that was called at `call` and answered `output` at `at`.
    ///
    /// # Panics
    /// If it returns before it is called.
    pub fn new(client: u64, call: u64, input: I, at: u64, output: O) -> Operation<I, O> {
        assert!(
            call <= at,
            "client {client} has an operation that returns at {at}, before its call at {call}"
        );
        Operation {
            client,
            call,
            input,
            returned: Some(Return { at, output }),
        }
    }

    /// An operation that was called at `call` and never returned.
    pub fn pending(client: u64, call: u64, input: I) -> Operation<I, O> {
        Operation {
            client,
            call,
            input,
            returned: None,
        }
    }

    /// What it answered, if it returned.
    pub fn output(&self) -> Option<&O> {
        self.returned.as_ref().map(|returned| &returned.output)
    }
}
