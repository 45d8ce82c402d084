//! The names of source files, as whoever typed the command sees them.

use suites::trace::{Failure, Text};

/// A failure with the names of source files as whoever typed the command sees them.
pub(super) fn told_from_root(mut failure: labrt::Failure) -> Failure {
    failure.reason = from_root(&failure.reason);
    failure.backtrace = from_root(&failure.backtrace).into();
    if let Some(panic) = &mut failure.panic {
        panic.message = from_root(&panic.message);
        panic.place = panic.place.as_deref().map(from_root);
    }
    Failure::from(&failure)
}

/// Warnings with those names.
pub(super) fn warnings_from_root(warnings: &[String]) -> Vec<Text> {
    let told = warnings.iter().map(|warning| from_root(warning));
    told.map(Text::of_report).collect()
}

/// Names source files as whoever typed the command sees them. The compiler names those of a crate
/// that is no member of the workspace in full.
pub(super) fn from_root(text: &str) -> String {
    text.replace(&format!("{}/", super::root().display()), "")
}
