//! What an oracle says of an event.

use super::rules::Rule;
use crate::trace::{Evidence, Text, Violation};
use std::fmt::Display;
use std::time::Duration;

/// What an oracle says of an event.
pub(super) type Verdict = Result<(), Box<Violation>>;

/// A rule was broken.
pub(super) fn broken(rule: &Rule, seen: impl Display, mut events: Vec<Evidence>) -> Verdict {
    events.sort_by_key(|event| event.at);
    Err(Box::new(Violation {
        invariant: Text::of_report(rule.name),
        seen: Text::of_report(seen),
        sentence: Text::of_report(rule.sentence),
        section: Text::of_report(rule.section),
        events,
        hint: Text::of_report(rule.hint),
    }))
}

/// One of the events that show it.
pub(super) fn event(at: Duration, server: usize, what: impl Display) -> Evidence {
    Evidence {
        at,
        server,
        what: Text::of_report(what),
    }
}
