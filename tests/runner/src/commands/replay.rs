//! `raftlab replay`: one run again, with all that happened in it, or a trace that a run has left.
//! What is printed of a seed is always the same, byte for byte, in a file or pipe; a terminal's is
//! laid out for its width.

use super::Place;
use crate::lanes::{self, Lanes};
use crate::{FaultFlags, usage};
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use suites::cases;
use suites::trace::{Lane, Trace};

/// Run one case under one seed, and print all its events and logs; or print a trace
#[derive(clap::Args)]
pub struct Replay {
    /// The case: backup, 3B::backup or TestBackup3B; or the file of a trace, as a report names it
    #[arg(value_name = "CASE or FILE")]
    what: OsString,
    /// The seed
    #[arg(long, value_parser = usage::number)]
    seed: Option<u64>,
    #[command(flatten)]
    faults: FaultFlags,
    /// Print events from this virtual time on, in seconds
    #[arg(long, value_name = "SECONDS")]
    from: Option<f64>,
    /// Print events up to this virtual time, in seconds
    #[arg(long, value_name = "SECONDS")]
    to: Option<f64>,
    /// Print events of this server only, such as n2 or 2, or of this client, such as c0
    #[arg(long)]
    node: Option<String>,
    /// A column for each server, even if the output is no terminal
    #[arg(long, conflicts_with = "plain")]
    columns: bool,
    /// One list of events, even on a terminal
    #[arg(long)]
    plain: bool,
}

impl Replay {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let whom = self.node.as_deref().map(lane).transpose()?;
        let file = Path::new(&self.what);
        if self.is_file() {
            self.print(&read(file)?, whom);
            return Ok(ExitCode::SUCCESS);
        }
        let Some(case) = self.what.to_str() else {
            return Err(format!("there is no case {}", file.display()));
        };
        one_case(case)?;
        let Some(seed) = self.seed else {
            return Err(format!(
                "replay {case} needs --seed N: which of its runs? (raftlab replay --help)"
            ));
        };
        let draft = Draft::new(&place.root);
        let arguments = [case, "--seed", &seed.to_string(), "--jobs", "1", "--steady"];
        let mut child = place
            .runner()
            .args(arguments)
            .args(self.faults.typed())
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
        // A runner that refused has said why, and left none.
        if draft.0.exists() {
            self.print(&read(&draft.0)?, whom);
        }
        let _ = io::stdout().write_all(&report);
        Ok(ExitCode::from(
            status.code().unwrap_or(130).clamp(0, 255) as u8
        ))
    }

    /// Whether the word is a file, not a case: no case has a dot or a slash in its name.
    fn is_file(&self) -> bool {
        let file = Path::new(&self.what);
        let is_path = file.extension().is_some() || file.components().count() > 1;
        self.seed.is_none() && (is_path || file.is_file())
    }

    fn print(&self, trace: &Trace, whom: Option<Lane>) {
        let lanes = self.lanes(trace);
        let mut out = io::stdout().lock();
        let shown = trace.lines.iter().filter(|line| {
            self.shows(line.at.as_secs_f64()) && whom.is_none_or(|whom| line.concerns(whom))
        });
        let texts =
            shown.map(|line| lanes.map_or_else(|| line.to_string(), |lanes| lanes.line(line)));
        for text in lanes.map(|lanes| lanes.head()).into_iter().chain(texts) {
            if writeln!(out, "{text}").is_err() {
                return; // the reader hung up
            }
        }
    }

    /// How to lay the events out; `None`: as they come.
    fn lanes(&self, trace: &Trace) -> Option<Lanes> {
        if self.plain {
            return None;
        }
        let width = lanes::terminal_width().or(self.columns.then_some(lanes::WIDTH))?;
        Lanes::new(trace.header.servers, width)
    }

    fn shows(&self, at: f64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
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

fn read(file: &Path) -> Result<Trace, String> {
    let bytes = std::fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no file {}", file.display()),
        _ => format!("cannot read {}: {error}", file.display()),
    })?;
    Trace::parse(&bytes).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// A word may mean several cases. (One that means none is the runner's to refuse.)
fn one_case(word: &str) -> Result<(), String> {
    let meant = cases::all().filter(|case| case.is_meant_by(word));
    let meant: Vec<String> = meant.map(|case| case.full_name()).collect();
    match &meant[..] {
        [first, second, ..] => Err(format!(
            "{word:?} means {} cases, {first} and {second} among them; name one",
            meant.len()
        )),
        _ => Ok(()),
    }
}

/// `n2` for `2` and for `n2`; `c2` for itself.
fn lane(word: &str) -> Result<Lane, String> {
    let number = word
        .parse::<u32>()
        .map(|number| Lane::Server(number as usize));
    number
        .or_else(|_| word.parse())
        .map_err(|told| format!("there is no server or client {word:?}: {told}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_clients_go_by_their_names() {
        assert_eq!(lane("2"), Ok(Lane::Server(2)));
        assert_eq!(lane("n2"), Ok(Lane::Server(2)));
        assert_eq!(lane("c2"), Ok(Lane::Client(2)));
        assert!(lane("two").is_err());
    }

    #[test]
    fn a_file_is_no_case() {
        let is_file = |what: &str, seed| {
            let what = what.into();
            let (node, from, to) = (None, None, None);
            let (columns, plain) = (false, false);
            let faults = FaultFlags::default();
            let replay = Replay {
                what,
                seed,
                faults,
                from,
                to,
                node,
                columns,
                plain,
            };
            replay.is_file()
        };
        assert!(is_file("3C-backup-5.jsonl", None));
        assert!(is_file("target/raftlab/traces/backup", None));
        assert!(!is_file("3B::backup", None));
        assert!(!is_file("backup", Some(1)));
    }
}
