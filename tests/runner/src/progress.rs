//! How far the runs are, in one line that is drawn again and again.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// A line for somebody who waits at a terminal; it never reaches a file or a pipe.
#[derive(Default)]
pub(super) struct Progress {
    on: bool,
    drawn: Cell<Duration>,
}

impl Progress {
    /// Draws only if there is somebody to look.
    pub(super) fn new(show: bool) -> Progress {
        Progress {
            on: show && io::stderr().is_terminal(),
            ..Progress::default()
        }
    }

    /// Draws the line anew, at most ten times a second.
    pub(super) fn draw(&self, began: Duration, runs: u64, wanted: u64, failed: u64) {
        let now = labrt::time::since_start();
        if !self.on || now - self.drawn.get() < Duration::from_millis(100) {
            return;
        }
        self.drawn.set(now);
        let rate = runs as f64 / (now - began).as_secs_f64();
        let failed = match failed {
            0 => String::new(),
            count => format!(", {count} failed"),
        };
        let _ = write!(
            io::stderr(),
            "\r\x1b[2K{runs} of {wanted} runs, {rate:.0} a second{failed}"
        );
    }

    pub(super) fn clear(&self) {
        if self.on && self.drawn.get() > Duration::ZERO {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }

    /// Leaves the line as it is: a terminal has shown ^C in it.
    pub(super) fn break_off(&self) {
        if self.on {
            let _ = writeln!(io::stderr());
        }
        self.drawn.set(Duration::ZERO);
    }
}
