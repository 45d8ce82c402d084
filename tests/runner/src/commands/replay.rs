//! `raftlab replay`: one run again, with all that happened in it, or a trace that a run has left.
//! What is printed of a seed is always the same, byte for byte, in a file or pipe; a terminal's is
//! laid out for its width.

use super::Place;
use super::record::{self, is_file, one_run};
use crate::lanes::{self, Lanes};
use crate::{FaultFlags, usage};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
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
        if is_file(&self.what, self.seed) {
            self.print(&record::read(Path::new(&self.what))?, whom);
            return Ok(ExitCode::SUCCESS);
        }
        let (case, seed) = one_run(&self.what, self.seed, "replay")?;
        let recorded = record::record(place, case, seed, self.faults, &[])?;
        if let Some(trace) = &recorded.trace {
            self.print(trace, whom);
        }
        let _ = io::stdout().write_all(&recorded.report);
        Ok(recorded.code)
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
}
