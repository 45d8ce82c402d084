//! What else can be asked of the program that judges, or of `raftlab`, in a workspace: both take
//! the same words, and `make` needs nothing but the program that it has built anyway.

mod hint;
mod keys;
mod points;
mod record;
mod replay;
mod scene;
mod status;
mod track;
mod view;
mod watch;

pub use hint::Hint;
pub use points::Points;
pub use replay::Replay;
pub use scene::Scene;
pub use status::Status;
pub use view::View;
pub use watch::Watch;

use crate::warnln;
use crate::{files, usage};
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Where a request is made.
pub struct Place {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The program that judges, and the words before its own; it builds what has changed, or does
    /// not.
    pub program: Vec<OsString>,
    /// What cargo is told to build that program.
    pub build: Vec<String>,
}

impl Place {
    /// The program that judges, still without arguments.
    fn runner(&self) -> Command {
        let mut command = Command::new(&self.program[0]);
        command.args(&self.program[1..]).current_dir(&self.root);
        command
    }

    /// Where results are kept.
    fn results(&self) -> PathBuf {
        self.root.join("target/raftlab/results.json")
    }
}

/// A request that is none for runs.
#[derive(Subcommand)]
pub enum Request {
    /// See there.
    Status(Status),
    /// See there.
    Replay(Replay),
    /// See there.
    View(View),
    /// See there.
    Scene(Scene),
    /// See there.
    Points(Points),
    /// See there.
    Hint(Hint),
    /// See there.
    Watch(Watch),
}

impl Request {
    /// Does what is asked for; the exit code, or why it cannot be done.
    pub fn run(self, place: &Place) -> Result<ExitCode, String> {
        match self {
            Request::Status(status) => status.run(place),
            Request::Replay(replay) => replay.run(place),
            Request::View(view) => view.run(place),
            Request::Scene(scene) => scene.run(place),
            Request::Points(points) => points.run(place),
            Request::Hint(hint) => hint.run(place),
            Request::Watch(watch) => watch.run(place),
        }
    }
}

/// The command line of a program that judges, when its first word is one of these.
#[derive(Parser)]
#[command(name = "labs")]
struct Line {
    #[command(subcommand)]
    request: Request,
}

/// Does what the command line asks for, if it asks for something else than runs.
pub(crate) fn of_command_line() -> Option<ExitCode> {
    let word = std::env::args().nth(1)?;
    Line::command().find_subcommand(&word)?;
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => return Some(usage::tell(&error, &format!("labs {word} --help"))),
    };
    let root = files::root();
    let build = match root.join("tests/labs/Cargo.toml").is_file() {
        true => &["build", "-q", "-p", "labs"][..],
        false => &["build", "-q", "-p", "raft", "--example", "labs"],
    };
    // Its name is asked for now: when it is built again, it has lost it.
    let program = std::env::current_exe().unwrap_or_else(|_| "labs".into());
    let place = Place {
        root,
        program: vec![program.into()],
        build: build.iter().map(|word| word.to_string()).collect(),
    };
    let done = line.request.run(&place);
    Some(done.unwrap_or_else(|refusal| {
        warnln!("error: {refusal}");
        ExitCode::from(2)
    }))
}
