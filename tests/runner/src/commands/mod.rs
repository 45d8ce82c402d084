//! What else can be asked of the program that judges, or of `raftlab`, in a workspace: both take
//! the same words, and `make` needs nothing but the program that it has built anyway.

mod points;
mod replay;
mod status;

pub use points::Points;
pub use replay::Replay;
pub use status::Status;

use crate::{files, usage};
use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Where a request is made.
pub struct Place {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The program that judges, still without arguments.
    pub runner: fn(&Place) -> Command,
}

/// A request that is none for runs.
#[derive(Subcommand)]
pub enum Request {
    /// See there.
    Status(Status),
    /// See there.
    Replay(Replay),
    /// See there.
    Points(Points),
}

impl Request {
    /// Does what is asked for; the exit code, or why it cannot be done.
    pub fn run(self, place: &Place) -> Result<ExitCode, String> {
        match self {
            Request::Status(status) => status.run(place),
            Request::Replay(replay) => replay.run(place),
            Request::Points(points) => points.run(place),
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
    let place = Place {
        root: files::root(),
        runner: this_program,
    };
    let done = line.request.run(&place);
    Some(done.unwrap_or_else(|refusal| {
        eprintln!("error: {refusal}");
        ExitCode::from(2)
    }))
}

fn this_program(place: &Place) -> Command {
    let program = std::env::current_exe().unwrap_or_else(|_| "labs".into());
    let mut command = Command::new(program);
    command.current_dir(&place.root);
    command
}
