//! One run of one case under one seed, made for its trace.

use super::Place;
use crate::FaultFlags;
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use suites::cases;
use suites::trace::Trace;

/// A run that was made.
pub(super) struct Recorded {
    /// What happened in it; a runner that refused has said why, and left none.
    pub(super) trace: Option<Trace>,
    /// What the runner printed.
    pub(super) report: Vec<u8>,
    pub(super) code: ExitCode,
}

/// Makes the run of `case` under `seed`; `judged` are the words that say whose code is judged.
pub(super) fn record(
    place: &Place,
    case: &str,
    seed: u64,
    faults: FaultFlags,
    judged: &[OsString],
) -> Result<Recorded, String> {
    let draft = Draft::new(&place.root);
    let arguments = [case, "--seed", &seed.to_string(), "--jobs", "1", "--steady"];
    let mut child = place
        .runner()
        .args(arguments)
        .args(faults.typed())
        .args(judged)
        .arg("--trace-to")
        .arg(&draft.0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run the program that judges: {error}"))?;
    let mut report = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        // What it said until it broke off is worth telling.
        let _ = stdout.read_to_end(&mut report);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let trace = match draft.0.exists() {
        true => Some(read(&draft.0)?),
        false => None,
    };
    let code = ExitCode::from(status.code().unwrap_or(130).clamp(0, 255) as u8);
    Ok(Recorded {
        trace,
        report,
        code,
    })
}

/// Whether the word is a file, not a case: no case has a dot or a slash in its name.
pub(super) fn is_file(what: &OsStr, seed: Option<u64>) -> bool {
    let file = Path::new(what);
    let is_path = file.extension().is_some() || file.components().count() > 1;
    seed.is_none() && (is_path || file.is_file())
}

/// Where the runner leaves the trace of this run; gone when it has been read.
struct Draft(PathBuf);

impl Draft {
    fn new(root: &Path) -> Draft {
        let name = format!("replay-{}.jsonl", std::process::id());
        Draft(root.join("target/raftlab").join(name))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn read(file: &Path) -> Result<Trace, String> {
    let bytes = std::fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no file {}", file.display()),
        _ => format!("cannot read {}: {error}", file.display()),
    })?;
    Trace::parse(&bytes).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// The case that a word means, which must be one, and the seed that must come with it. (A word
/// that means no case is the runner's to refuse.)
pub(super) fn one_run<'a>(
    what: &'a OsStr,
    seed: Option<u64>,
    command: &str,
) -> Result<(&'a str, u64), String> {
    let Some(case) = what.to_str() else {
        return Err(format!("there is no case {}", Path::new(what).display()));
    };
    let lectures = cases::lectures().map(|(_, lecture)| lecture);
    let all = cases::all().chain(lectures);
    let meant = all.filter(|known| known.is_meant_by(case));
    let meant: Vec<String> = meant.map(|case| case.full_name()).collect();
    if let [first, second, ..] = &meant[..] {
        return Err(format!(
            "{case:?} means {} cases, {first} and {second} among them; name one",
            meant.len()
        ));
    }
    let seed = seed.ok_or_else(|| {
        format!("{command} {case} needs --seed N: which of its runs? (raftlab {command} --help)")
    })?;
    Ok((case, seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_no_case() {
        let is_file = |what: &str, seed| is_file(OsStr::new(what), seed);
        assert!(is_file("3C-backup-5.jsonl", None));
        assert!(is_file("target/raftlab/traces/backup", None));
        assert!(!is_file("3B::backup", None));
        assert!(!is_file("backup", Some(1)));
    }
}
