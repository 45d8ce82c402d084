//! A command in the words of a report.

use bytes::Bytes;
use std::fmt;

/// A command, for messages: its text if it is short, else its length.
pub(crate) fn show(command: &Bytes) -> impl fmt::Display + use<> {
    struct Shown(Bytes);
    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match std::str::from_utf8(&self.0) {
                Ok(text) if text.len() <= 40 => write!(f, "\"{text}\""),
                _ => write!(f, "({} bytes)", self.0.len()),
            }
        }
    }
    Shown(command.clone())
}
