//! What an oracle has to say of a run that broke one of Raft's rules.

use super::form::nanoseconds;
use super::text::Text;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};
use std::time::Duration;

/// An invariant that did not hold, and the events that show it. `Display` tells all; its first line
/// is the reason in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Violation {
    /// The invariant's name, `LeaderHasQuorum`.
    pub invariant: Text,
    /// What was seen that must not be.
    pub seen: Text,
    /// The invariant, in a sentence.
    pub sentence: Text,
    /// Where the paper has it: `§5.2`.
    pub section: Text,
    /// The events that show it, in their order.
    pub events: Vec<Evidence>,
    /// What it mostly comes from.
    pub hint: Text,
}

/// One of the events that show a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Virtual time since the run began; written in nanoseconds.
    #[serde(with = "nanoseconds")]
    pub at: Duration,
    /// The server.
    pub server: usize,
    /// What it did, or what befell it.
    pub what: Text,
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation {
            invariant,
            seen,
            sentence,
            section,
            events,
            hint,
        } = self;
        write!(f, "{invariant} ({section}): {seen}")?;
        write!(f, "\n  the rule: {sentence}")?;
        for Evidence { at, server, what } in events {
            write!(f, "\n  {:12.6} s  n{server} {what}", at.as_secs_f64())?;
        }
        write!(f, "\n  often because {hint}")
    }
}
