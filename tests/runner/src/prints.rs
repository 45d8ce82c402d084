//! What the code under test prints, for whoever debugs by printing.

use std::io::{self, Write as _};
use suites::trace::{Printed, take_printed};

/// A line that a run has begun and not ended is not the next one's.
pub(super) fn forget() {
    let _ = io::stdout().flush();
    take_printed();
}

/// What the run has printed; the lines themselves if they are to be shown.
pub(super) fn of_run(shows: bool) -> Printed {
    let mut printed = take_printed();
    if !shows {
        printed.first.clear();
    }
    printed
}

/// Counts the lines that nobody was shown.
#[derive(Default)]
pub(super) struct Prints {
    unshown: u64,
}

impl Prints {
    /// Takes in what a run has printed; the lines to be shown.
    pub(super) fn add(&mut self, printed: &Printed) -> Vec<String> {
        self.unshown += printed.count - printed.first.len() as u64;
        printed.first.iter().map(ToString::to_string).collect()
    }

    /// How much there is that was not shown, and where.
    pub(super) fn told(&self) -> Option<String> {
        let what = match self.unshown {
            0 => return None,
            1 => "1 line that was printed is".into(),
            count => format!("{count} lines that were printed are"),
        };
        Some(format!(
            "{what} not shown: part of the log of its run, which ARGS=--trace shows"
        ))
    }
}
