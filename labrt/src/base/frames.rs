//! Which frames of a backtrace a report shows.

use std::backtrace::Backtrace;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How many frames a report shows.
pub(crate) const FRAMES: usize = 12;

/// Folders of the harness's other crates.
static HIDDEN: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// From now on, backtraces leave out the frames of code below `folders`, unless there is nothing
/// else to show. They are named as `file!()` names them.
pub(crate) fn hide_frames(folders: Vec<PathBuf>) {
    // Whoever comes second wants the same.
    let _ = HIDDEN.set(folders);
}

/// The frames that a reader can do something about: not std's, not the harness's. If all are the
/// harness's, those: then it is its own mistake.
pub(crate) fn own_frames(backtrace: &str, frames: usize) -> String {
    shown(sort_frames(hidden(), backtrace), frames)
}

/// The calling thread's frames, less all that are the harness's.
pub(crate) fn foreign_frames() -> String {
    let (own, _) = sort_frames(hidden(), &Backtrace::force_capture().to_string());
    shown((own, Vec::new()), FRAMES)
}

fn hidden() -> &'static [PathBuf] {
    HIDDEN.get().map_or(&[], Vec::as_slice)
}

fn shown((own, harness): (Vec<String>, Vec<String>), frames: usize) -> String {
    let mut shown = if own.is_empty() { harness } else { own };
    shown.truncate(frames);
    shown.join("\n")
}

/// The frames of whoever uses the harness, and the harness's.
fn sort_frames(hidden: &[PathBuf], backtrace: &str) -> (Vec<String>, Vec<String>) {
    let lines: Vec<&str> = backtrace.lines().collect();
    let here = std::env::current_dir().unwrap_or_default();
    let (mut own, mut harness) = (Vec::new(), Vec::new());
    for pair in lines.windows(2) {
        let (Some((_, function)), Some(place)) = (
            pair[0].trim().split_once(": "),
            pair[1].trim().strip_prefix("at "),
        ) else {
            continue;
        };
        if place.contains("/kernel/lifecycle.rs") && own.len() + harness.len() > 0 {
            break; // the bottom of a simulated thread
        }
        let foreign = [
            "/rustc/",
            "/.cargo/registry/",
            "/sysdeps/",
            "./nptl/",
            "./csu/",
        ];
        let foreign = foreign.iter().any(|part| place.contains(part));
        let full = match place.strip_prefix("./") {
            Some(below) => here.join(below),
            None => place.into(),
        };
        if foreign || lies_below(&full, own_folder()) {
            continue;
        }
        let list = match hidden.iter().any(|folder| lies_below(&full, folder)) {
            true => &mut harness,
            false => &mut own,
        };
        list.push(format!("    {function}\n        at {place}"));
    }
    (own, harness)
}

/// Whether a frame's file lies in a folder as the compiler named it: in full, or from the root of a
/// workspace, wherever that lay then.
fn lies_below(file: &Path, folder: &Path) -> bool {
    match folder.is_absolute() {
        true => file.starts_with(folder),
        false => file.ancestors().any(|above| above.ends_with(folder)),
    }
}

/// Where this crate's own code lies.
fn own_folder() -> &'static Path {
    let here = Path::new(file!());
    here.ancestors().nth(2).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKTRACE: &str = "\
   0: core::panicking::panic
             at /rustc/5980/library/core/src/panicking.rs:80:14
   1: handle_vote
             at /students/raft/src/lib.rs:7:9
   2: serve
             at /course/labrpc/src/handler.rs:33:5
   3: body
             at /somewhere/labrt/src/kernel/lifecycle.rs:90:5
   4: below
             at /students/raft/src/lib.rs:1:1";

    #[test]
    fn a_reader_sees_their_own_frames() {
        let told = |hidden: &[PathBuf], frames| shown(sort_frames(hidden, BACKTRACE), frames);
        let own = "    handle_vote\n        at /students/raft/src/lib.rs:7:9";
        let course = [PathBuf::from("/course")];
        assert_eq!(told(&course, 9), own);
        let serve = "    serve\n        at /course/labrpc/src/handler.rs:33:5";
        assert_eq!(told(&[], 9), format!("{own}\n{serve}"));
        assert_eq!(told(&[], 1), own);
        // As the compiler names what lies within the workspace that it compiles.
        assert_eq!(told(&[PathBuf::from("labrpc/src")], 9), own);
        assert_eq!(
            told(&[PathBuf::from("rpc/src")], 9),
            format!("{own}\n{serve}")
        );
        // Then the mistake is the harness's.
        let both = [PathBuf::from("/course"), PathBuf::from("/students")];
        assert_eq!(told(&both, 9), format!("{own}\n{serve}"));
    }
}
