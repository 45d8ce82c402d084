//! `raftlab replay`: one run again, with all that happened in it. The output of a seed is always
//! the same, byte for byte, in a file or pipe; a terminal's is laid out for its width.

use crate::workspace::Workspace;
use runner::lanes::{self, Lanes};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{ExitCode, Stdio};
use suites::cases;

/// Run one case under one seed, and print all its events and logs
#[derive(clap::Args)]
pub(crate) struct Replay {
    /// The case: backup, 3B::backup or TestBackup3B
    case: String,
    /// The seed
    #[arg(long, value_parser = runner::usage::number)]
    seed: u64,
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
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let node = self.node.as_deref().map(node_name).transpose()?;
        self.one_case()?;
        let seed = self.seed.to_string();
        let arguments = [
            &self.case, "--seed", &seed, "--jobs", "1", "--trace", "--steady",
        ];
        let arguments = arguments.map(str::to_string);
        let mut child = Workspace::find()?
            .runner(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if let Some(lines) = child.stdout.take() {
            let lines: Vec<String> = BufReader::new(lines)
                .lines()
                .map_while(Result::ok)
                .collect();
            self.print(&lines, node.as_deref());
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        Ok(ExitCode::from(
            status.code().unwrap_or(130).clamp(0, 255) as u8
        ))
    }

    /// A word may mean several cases. (One that means none is the runner's to refuse.)
    fn one_case(&self) -> Result<(), String> {
        let meant = cases::all().filter(|case| case.is_meant_by(&self.case));
        let meant: Vec<String> = meant.map(|case| case.full_name()).collect();
        match &meant[..] {
            [first, second, ..] => Err(format!(
                "{:?} means {} cases, {first} and {second} among them; name one",
                self.case,
                meant.len()
            )),
            _ => Ok(()),
        }
    }

    fn print(&self, lines: &[String], node: Option<&str>) {
        let lanes = self.lanes(lines);
        let mut head = lanes.map(|lanes| lanes.head());
        let mut out = io::stdout().lock();
        for line in lines {
            let at = lanes::time_of(line);
            if let Some(at) = at
                && !(self.shows(at) && node.is_none_or(|node| names(line, node)))
            {
                continue;
            }
            let head = head.take_if(|_| at.is_some());
            let shown = lanes.map_or(line.clone(), |lanes| lanes.line(line));
            for line in head.into_iter().chain([shown]) {
                if writeln!(out, "{line}").is_err() {
                    return; // the reader hung up
                }
            }
        }
    }

    /// How to lay the events out; `None`: as they come.
    fn lanes(&self, lines: &[String]) -> Option<Lanes> {
        if self.plain {
            return None;
        }
        let width = lanes::terminal_width().or(self.columns.then_some(lanes::WIDTH))?;
        Lanes::new(lanes::servers_in(lines), width)
    }

    fn shows(&self, at: f64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
}

/// `n2` for `2` and for `n2`; `c2` for itself.
fn node_name(word: &str) -> Result<String, String> {
    let (kind, number) = match word.strip_prefix('c') {
        Some(number) => ('c', number),
        None => ('n', word.strip_prefix('n').unwrap_or(word)),
    };
    match number.parse::<u32>() {
        Ok(number) => Ok(format!("{kind}{number}")),
        Err(_) => Err(format!(
            "there is no server or client {word:?}: they are n0, n1, … and c0, c1, …"
        )),
    }
}

/// Whether an event's line speaks of this server.
fn names(line: &str, node: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word == node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_found_in_a_line() {
        assert!(names("0.8  n1@7 → n13 AppendEntries", "n1"));
        assert!(!names("0.8  n2@7 → n13 AppendEntries", "n1"));
        assert_eq!(node_name("2"), Ok("n2".into()));
        assert_eq!(node_name("c2"), Ok("c2".into()));
        assert!(node_name("two").is_err());
    }
}
