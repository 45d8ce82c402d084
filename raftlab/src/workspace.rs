//! Where we are: a student's workspace, or the harness's own; and how its runner is called.

use runner::commands::{Place, Request};
use runner::{files, interrupt, terminal, warnln};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// A folder in which the suites can be run.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// How cargo knows the program that judges: the Raft of this workspace, or others'.
    program: &'static [&'static str],
}

/// After so many looks one says that it builds, and again after so many more: two seconds, twenty.
const FIRST_WORD: u32 = 4;
const NEXT_WORD: u32 = 40;

/// In a student's workspace, in the project's own, and where others are graded.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("tests/labs/src/main.rs", &["-p", "labs"]),
    ("raft/tests/labs.rs", &["-p", "raft", "--example", "labs"]),
    ("court/src/main.rs", &["-p", "court"]),
];

impl Workspace {
    /// The workspace around the present folder.
    pub(crate) fn find() -> Result<Workspace, String> {
        let here = std::env::current_dir().map_err(|error| format!("no folder: {error}"))?;
        here.ancestors().find_map(at).ok_or_else(|| {
            format!(
                "{} is in no workspace of the labs; go into one, or make one: raftlab new DIR",
                here.display()
            )
        })
    }

    /// The workspace with this root.
    pub(crate) fn at(root: &Path) -> Result<Workspace, String> {
        at(root).ok_or_else(|| format!("there are no suites at {}", root.display()))
    }

    /// The runner with these arguments; `cargo` builds what has changed.
    pub(crate) fn runner(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = files::cargo();
        command
            .current_dir(&self.root)
            .args(["run", "-q"])
            .args(self.program)
            .arg("--")
            .args(arguments);
        command
    }

    /// Builds the runner, and says so if that takes a while. What is wrong then, cargo says when
    /// the runner is to be run.
    fn build(&self) -> Result<(), String> {
        let mut cargo = files::cargo();
        cargo.current_dir(&self.root).args(["build", "-q"]);
        cargo.args(self.program).stderr(Stdio::null());
        let mut looks = 0;
        let built = interrupt::status_while(&mut cargo, move || {
            looks += 1;
            if looks == FIRST_WORD || looks % NEXT_WORD == 0 {
                warnln!("building …");
            }
        });
        let built = built.map_err(|error| format!("cannot run cargo: {error}"));
        built.map(drop)
    }

    /// Does what the runner's own requests ask for.
    pub(crate) fn answer(self, request: Request) -> Result<ExitCode, String> {
        let runner = self.runner([""; 0]);
        let words = runner.get_args().map(OsStr::to_os_string);
        let program = std::iter::once(runner.get_program().to_os_string());
        let build = ["build", "-q"]
            .into_iter()
            .chain(self.program.iter().copied());
        request.run(&Place {
            program: program.chain(words).collect(),
            build: build.map(str::to_string).collect(),
            root: self.root,
        })
    }

    /// Runs the runner; its exit code.
    pub(crate) fn run(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Result<ExitCode, String> {
        self.build()?;
        let status = interrupt::status(&mut self.runner(arguments));
        let status = status.map_err(|error| format!("cannot run cargo: {error}"))?;
        Ok(match status.code() {
            Some(code) => ExitCode::from(code.clamp(0, 255) as u8),
            None => ExitCode::from(130),
        })
    }
}

fn at(root: &Path) -> Option<Workspace> {
    let mut programs = PROGRAMS.into_iter();
    let (_, program) = programs.find(|(source, _)| root.join(source).is_file())?;
    Some(Workspace {
        root: root.to_path_buf(),
        program,
    })
}

/// A path, as a word for a shell.
pub(crate) fn shell_path(path: &Path) -> String {
    terminal::shell_word(&path.display().to_string())
}
