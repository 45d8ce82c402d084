//! Running the real runner, or `make` around it, and looking at what it says.

#[path = "../common/built.rs"]
mod built;

use built::OF_MAKE;
pub(crate) use built::runner;
use std::path::Path;
use std::process::Command;

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    fn of(command: &mut Command) -> Answer {
        let text = format!("{command:?}");
        let output = command.output().expect("a command can be started");
        Answer {
            command: text,
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32) -> &Answer {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// That standard output contains each of `words`.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Answer {
        for word in words {
            assert!(self.stdout.contains(word), "no {word:?} in\n{self}");
        }
        self
    }

    /// That standard output has a line with all of `words` in their order.
    #[track_caller]
    pub(crate) fn has_line(&self, words: &[&str]) -> &Answer {
        let found = self.stdout.lines().any(|line| {
            let mut rest = Some(line);
            for word in words {
                rest = rest
                    .and_then(|rest| rest.split_once(word))
                    .map(|(_, rest)| rest);
            }
            rest.is_some()
        });
        assert!(found, "no line with {words:?} in\n{self}");
        self
    }

    /// What stands behind `label` in standard output, to the end of its line.
    #[track_caller]
    pub(crate) fn after(&self, label: &str) -> &str {
        let rest = self.stdout.split_once(label).map(|(_, rest)| rest);
        let line = rest.and_then(|rest| rest.lines().next());
        line.unwrap_or_else(|| panic!("no {label:?} in\n{self}"))
            .trim()
    }

    /// The reason of the first failure: the lines below "failed under seed", up to a blank line
    /// or the command that repeats it.
    #[track_caller]
    pub(crate) fn reason(&self) -> String {
        let story = self
            .stdout
            .split_once("failed under seed ")
            .map(|(_, story)| story);
        let story = story.unwrap_or_else(|| panic!("no failure in\n{self}"));
        let lines = story.lines().skip(1);
        let lines = lines.take_while(|line| !line.is_empty() && !line.contains("to see it again"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Answer {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "{command}\nexit code {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }
}

pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("the package lies in the workspace")
}

/// A submission's folder, from the root.
pub(crate) fn fixture(name: &str) -> String {
    format!("tests/fixtures/{name}")
}

/// Runs the runner with `arguments`.
pub(crate) fn labs(arguments: &[&str]) -> Answer {
    labs_with(arguments, "")
}

/// Runs the runner; the fixture `misbehaves` does `misdeed`, if it is judged.
pub(crate) fn labs_with(arguments: &[&str], misdeed: &str) -> Answer {
    labs_where(arguments, ("RAFTLAB_MISDEED", misdeed))
}

/// Runs the runner with one more variable in its environment.
pub(crate) fn labs_where(arguments: &[&str], variable: (&str, &str)) -> Answer {
    labs_where_all(arguments, &[variable])
}

/// Runs the runner with these variables more in its environment.
pub(crate) fn labs_where_all(arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
    let mut command = Command::new(runner());
    command
        .current_dir(root())
        .args(arguments)
        .envs(variables.iter().copied());
    Answer::of(&mut command)
}

/// Runs the runner on the fixture `misbehaves`, in one worker process: with the cases of 3A, the
/// last of which the misdeed spoils, and with one that comes after it.
pub(crate) fn judge_misdeed(misdeed: &str) -> Answer {
    let path = fixture("misbehaves");
    let arguments = ["3A", "basic_agree", "--jobs", "1", "--raft", &path];
    labs_with(&arguments, misdeed)
}

/// Runs a line of a shell in the project's root.
pub(crate) fn shell(line: &str, misdeed: &str) -> Answer {
    let mut command = Command::new("sh");
    command
        .current_dir(root())
        .args(["-c", line])
        .env("RAFTLAB_MISDEED", misdeed);
    for name in OF_MAKE {
        command.env_remove(name);
    }
    Answer::of(&mut command)
}
