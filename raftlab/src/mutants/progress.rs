//! How far cargo is, in one line for whoever waits at a terminal.

use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, ExitStatus, Stdio};

/// Runs cargo; how it ended, and what it wrote to standard error.
pub(super) fn attend(cargo: &mut Command) -> io::Result<(ExitStatus, String)> {
    let is_watched = io::stderr().is_terminal();
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut text = String::new();
    let mut count = 0;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if let Some(name) = built(&line) {
                count += 1;
                if is_watched {
                    let _ = write!(
                        io::stderr(),
                        "\r\x1b[2Kbuilding: {count} crates, now {name}"
                    );
                }
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
    if is_watched && count > 0 {
        let _ = write!(io::stderr(), "\r\x1b[2K");
    }
    Ok((child.wait()?, text))
}

/// The crate that cargo has begun to build, if that is what a line tells.
fn built(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let is_told = matches!(words.next(), Some("Compiling" | "Checking"));
    words.next().filter(|_| is_told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_told_by_its_name() {
        assert_eq!(
            built("   Compiling raft-e02 v0.0.0 (/a/b)"),
            Some("raft-e02")
        );
        assert_eq!(
            built("    Checking raft-e02 v0.0.0 (/a/b)"),
            Some("raft-e02")
        );
        for line in ["", "warning: unused variable", "    Finished `dev` profile"] {
            assert_eq!(built(line), None, "{line}");
        }
    }
}
