//! `raftlab replay`: one run again, with all that happened in it. The output of a seed is always
//! the same, byte for byte.

use crate::workspace::Workspace;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{ExitCode, Stdio};

/// Run one case under one seed, and print all its events and logs
#[derive(clap::Args)]
pub(crate) struct Replay {
    /// The case: backup, 3B::backup or TestBackup3B
    case: String,
    /// The seed
    #[arg(long, value_parser = ::tests::usage::number)]
    seed: u64,
    /// Print events from this virtual time on, in seconds
    #[arg(long, value_name = "SECONDS")]
    from: Option<f64>,
    /// Print events up to this virtual time, in seconds
    #[arg(long, value_name = "SECONDS")]
    to: Option<f64>,
    /// Print events of this server only, such as n2 or 2
    #[arg(long)]
    node: Option<String>,
}

impl Replay {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let node = self.node.as_deref().map(node_name).transpose()?;
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
            let mut out = io::stdout().lock();
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                let shown = match time_of(&line) {
                    Some(at) => self.shows(at) && node.as_deref().is_none_or(|n| names(&line, n)),
                    None => true,
                };
                if shown && writeln!(out, "{line}").is_err() {
                    break; // the reader hung up
                }
            }
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        Ok(ExitCode::from(
            status.code().unwrap_or(130).clamp(0, 255) as u8
        ))
    }

    fn shows(&self, at: f64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
}

/// `n2` for `2` and for `n2`.
fn node_name(word: &str) -> Result<String, String> {
    let number = word.strip_prefix('n').unwrap_or(word);
    match number.parse::<u32>() {
        Ok(number) => Ok(format!("n{number}")),
        Err(_) => Err(format!("there is no server {word:?}: they are n0, n1, …")),
    }
}

/// The time of an event; `None` if the line is no event.
fn time_of(line: &str) -> Option<f64> {
    let (time, rest) = line.trim_start().split_once("  ")?;
    let (_, fraction) = time.split_once('.')?;
    let is_event = fraction.len() == 6 && !rest.starts_with(' ');
    is_event.then(|| time.parse().ok()).flatten()
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
    fn events_have_a_time() {
        assert_eq!(
            time_of("   0.811093  n1@7 → n3 AppendEntries"),
            Some(0.811093)
        );
        assert_eq!(time_of("3A    initial_election  passed  5.5 s"), None);
    }

    #[test]
    fn servers_are_found_in_a_line() {
        assert!(names("0.8  n1@7 → n13 AppendEntries", "n1"));
        assert!(!names("0.8  n2@7 → n13 AppendEntries", "n1"));
        assert_eq!(node_name("2"), Ok("n2".into()));
        assert!(node_name("two").is_err());
    }
}
