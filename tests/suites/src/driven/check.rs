//! Checks, which tell what was expected and what was seen.

use super::StepLab;
use crate::trace;
use crate::trace::{Text, What};
use labapi::step::{Entry, Message, MessageType};
use labrt::harness;
use std::fmt::{Debug, Display};

impl StepLab {
    /// Fails the case.
    #[track_caller]
    pub fn fail(&self, reason: String) -> ! {
        harness::fail(reason)
    }

    /// A step of the case, in the trace.
    pub fn note(&self, text: &str) {
        trace::of_case(|| What::Step(Text::new(text)));
    }

    /// What is to be so.
    #[track_caller]
    pub fn expect(&self, what: &str, holds: bool) {
        if !holds {
            self.fail(what.to_string());
        }
    }

    /// Both are the same.
    #[track_caller]
    pub fn same<T: PartialEq + Debug>(&self, what: &str, seen: T, expected: T) {
        if seen != expected {
            self.fail(format!("{what}: expected {expected:?}, saw {seen:?}"));
        }
    }

    /// Entry for entry.
    #[track_caller]
    pub fn same_entries(&self, what: &str, seen: &[Entry], expected: &[Entry]) {
        if seen != expected {
            let (expected, seen) = (in_line(expected), in_line(seen));
            self.fail(format!(
                "{what}: expected the entries [{expected}], saw [{seen}]"
            ));
        }
    }

    /// Message for message, every field.
    #[track_caller]
    pub fn same_messages(&self, what: &str, seen: &[Message], expected: &[Message]) {
        if seen == expected {
            return;
        }
        let mut lines = vec![format!("{what}: other messages were sent than expected")];
        for place in 0..seen.len().max(expected.len()) {
            let (seen, expected) = (seen.get(place), expected.get(place));
            let told = |message: Option<&Message>| match message {
                Some(message) => message.to_string(),
                None => "nothing".to_string(),
            };
            if seen == expected {
                lines.push(format!("  as expected: {}", told(seen)));
                continue;
            }
            lines.push(format!("  expected:    {}", told(expected)));
            let mut shown = told(seen);
            if let (Some(seen), Some(expected)) = (seen, expected)
                && shown == told(Some(expected))
            {
                // What differs is nothing that the notation shows.
                shown = format!("{seen:?}");
            }
            lines.push(format!("  saw:         {shown}"));
        }
        self.fail(lines.join("\n"));
    }

    /// Its only message.
    #[track_caller]
    pub fn only(&self, what: &str, seen: Vec<Message>) -> Message {
        match <[Message; 1]>::try_from(seen) {
            Ok([message]) => message,
            Err(seen) => {
                let told = match seen.is_empty() {
                    true => "none".to_string(),
                    false => seen.iter().map(|one| format!("\n  {one}")).collect(),
                };
                self.fail(format!("{what}: expected exactly one message, saw {told}"))
            }
        }
    }

    /// Its only message, an answer of this type: whether it rejects.
    #[track_caller]
    pub fn only_answer(&self, what: &str, seen: Vec<Message>, of: MessageType) -> bool {
        let message = self.only(what, seen);
        if message.msg_type != of {
            self.fail(format!("{what}: expected a {of:?}, saw {message}"));
        }
        message.reject
    }

    pub(super) fn count(&self, message: &Message) {
        self.messages.set(self.messages.get() + 1);
        let size = labcodec::encode(message).map_or(0, |bytes| bytes.len() as u64);
        self.bytes.set(self.bytes.get() + size);
    }
}

fn in_line<T: Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    items.join(" ")
}
