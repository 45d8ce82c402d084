//! What a run leaves in a folder for whoever wants to look into it: its trace, and its page.

use super::terminal::shell_word;
use super::{notes, view, write_whole};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use suites::cases::Case;
use suites::trace::Trace;

/// Where every run leaves a page, those of so many seeds of a case do.
const PAGES_MAX: u64 = 20;

/// Which runs leave a page for a browser.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Viz {
    /// Every run, of the first twenty seeds
    Always,
    /// None
    Never,
    /// The first of each case that fails
    #[default]
    Failure,
}

/// Which runs leave a page, and what it says of how to make its run again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pages {
    pub(super) viz: Viz,
    /// How the command ends that runs a case again; `None` where no command does.
    pub(super) repeat: Option<String>,
    /// The first seed.
    pub(super) first: u64,
}

impl Pages {
    /// Whether the run of this seed leaves one, whatever becomes of it.
    pub(super) fn wants_all(&self, seed: u64) -> bool {
        self.viz == Viz::Always && seed - self.first.min(seed) < PAGES_MAX
    }

    /// Leaves the page of a run; its file.
    pub(super) fn leave(&self, case: &Case, seed: u64, trace: &Trace) -> Option<PathBuf> {
        let again = self.repeat.as_deref();
        let again = again.map(|repeat| command(case, seed, repeat));
        let page = view::page(trace, &again.unwrap_or_default());
        written(&file(case, seed, "html"), page)
    }
}

/// The command that makes a run of this case again; `repeat` is how it ends.
pub(super) fn command(case: &Case, seed: u64, repeat: &str) -> String {
    let (part, name) = (case.part, case.name);
    format!("make test-{part} FILTER={name} SEED={seed}{repeat}")
}

/// Leaves the trace of a run that failed, and its page unless nobody wants one: where they are, as
/// words of a shell.
pub(super) fn keep(
    (case, seed): (&Case, u64),
    trace: &Trace,
    pages: &Pages,
) -> [Option<String>; 2] {
    let kept = written(&file(case, seed, "jsonl"), trace.to_bytes());
    let is_wanted = pages.viz != Viz::Never;
    let page = is_wanted.then(|| pages.leave(case, seed, trace)).flatten();
    [kept, page].map(|file| Some(shell_word(&file?.display().to_string())))
}

/// Where all of them lie.
pub(super) fn folder() -> PathBuf {
    notes().join("traces")
}

fn file(case: &Case, seed: u64, ending: &str) -> PathBuf {
    folder().join(format!("{}-{}-{seed}.{ending}", case.part, case.name))
}

/// A disk that is full takes nothing from what is said.
fn written(file: &Path, text: impl AsRef<[u8]>) -> Option<PathBuf> {
    let folder = file.parent().unwrap_or(file);
    let done = std::fs::create_dir_all(folder).and_then(|()| write_whole(file, text));
    done.is_ok().then(|| file.to_path_buf())
}
