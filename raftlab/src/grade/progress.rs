//! How far the judging of one submission is, for whoever waits: a line that is drawn again and
//! again on a terminal, and one after the other for a file or a pipe.

use runner::interrupt::MEANWHILE;
use runner::results::{self, Results};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The line of one submission.
pub(super) struct Line {
    name: String,
    so_far: PathBuf,
    cases: usize,
    /// How often one has looked.
    looks: u32,
    is_drawn: bool,
    told: String,
}

impl Line {
    /// Of what the runner leaves in `so_far`, of so many cases.
    pub(super) fn new(folder: &Path, so_far: &Path, cases: usize) -> Line {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Line {
            name: name.into_owned(),
            so_far: so_far.to_path_buf(),
            cases,
            looks: 0,
            is_drawn: io::stderr().is_terminal(),
            told: String::new(),
        }
    }

    /// Tells how far it is.
    pub(super) fn tell(&mut self) {
        self.looks += 1;
        let text = told(&self.name, &results::read(&self.so_far), self.cases);
        if self.is_drawn {
            let seconds = (self.looks * MEANWHILE).as_secs();
            let _ = write!(io::stderr(), "\r\x1b[2K{text}, {seconds} s");
        } else if text != self.told {
            let _ = writeln!(io::stderr(), "{text}");
        }
        self.told = text;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_drawn && !self.told.is_empty() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

fn told(name: &str, known: &Results, cases: usize) -> String {
    if known.is_empty() {
        return format!("grading {name}: building, or in its first case");
    }
    let failed = known.values().filter(|case| case.failure.is_some()).count();
    format!(
        "grading {name}: {} of {cases} cases, {failed} failed",
        known.len()
    )
}
