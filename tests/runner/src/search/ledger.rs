//! What became of each run, as a line of JSON in a file that only grows. Whoever begins again with
//! the same program takes over what it holds.

use crate::results::built;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The first line: what the others are about.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// What was looked for.
    about: String,
    /// Whose runs they are.
    submission: String,
    /// The program that ran them was built then, in milliseconds since 1970.
    built: u64,
}

/// A file of runs, open for more.
pub(super) struct Ledger {
    path: PathBuf,
    file: File,
}

impl Ledger {
    /// Opens the file of this search, and hands each line that it holds to `known`: if it is of the
    /// same search and program, and not to be begun afresh. A line that was broken off is none.
    pub(super) fn open<T: DeserializeOwned>(
        path: &Path,
        (about, submission): (&str, &str),
        fresh: bool,
        mut known: impl FnMut(T),
    ) -> Result<Ledger, String> {
        let fails = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let head = Head {
            about: about.to_string(),
            submission: submission.to_string(),
            built: built().map_or(0, |at| at.as_millis() as u64),
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fails)?;
        }
        let mut kept = 0;
        if !fresh && let Ok(file) = File::open(path) {
            kept = read(file, &head, &mut known).unwrap_or(0);
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path);
        let mut file = file.map_err(fails)?;
        // What comes behind the last whole line was broken off.
        file.set_len(kept).map_err(fails)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(fails)?;
        let path = path.to_path_buf();
        let mut ledger = Ledger { path, file };
        if kept == 0 {
            ledger.add(&head)?;
        }
        Ok(ledger)
    }

    /// Adds a line. It goes to the system at once: whoever ends this process loses no run.
    pub(super) fn add(&mut self, line: &impl Serialize) -> Result<(), String> {
        let path = &self.path;
        let fails = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let mut text = serde_json::to_string(line).map_err(|error| fails(error.into()))?;
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(fails)
    }
}

/// Reads the lines behind a head that is ours; how many bytes whole lines take. `None` if the head
/// is another's.
fn read<T: DeserializeOwned>(file: File, head: &Head, known: &mut impl FnMut(T)) -> Option<u64> {
    let mut reader = BufReader::new(file);
    let mut line = String::new();
    let mut length = reader.read_line(&mut line).ok()? as u64;
    if serde_json::from_str::<Head>(&line).ok()? != *head {
        return None;
    }
    loop {
        line.clear();
        let bytes = reader.read_line(&mut line).unwrap_or(0);
        match serde_json::from_str(&line) {
            Ok(run) if line.ends_with('\n') => known(run),
            _ => return Some(length),
        }
        length += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path, about: &str) -> (Vec<u64>, Ledger) {
        let mut lines = Vec::new();
        let ledger = Ledger::open(path, (about, "it"), false, |line| lines.push(line));
        (lines, ledger.expect("a file"))
    }

    #[test]
    fn what_was_broken_off_is_forgotten_and_the_rest_taken_over() {
        let name = format!("raftlab-ledger-{}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_file(&path);
        let (none, mut ledger) = lines(&path, "all");
        assert!(none.is_empty());
        (1..4_u64).for_each(|run| ledger.add(&run).expect("a line"));
        ledger.file.write_all(b"12").expect("half a line");
        drop(ledger);
        let (known, mut ledger) = lines(&path, "all");
        assert_eq!(known, [1, 2, 3]);
        ledger.add(&4_u64).expect("a line");
        drop(ledger);
        assert_eq!(lines(&path, "all").0, [1, 2, 3, 4]);
        assert!(lines(&path, "some").0.is_empty(), "of another search");
        let _ = fs::remove_file(&path);
    }
}
