//! The command line: one file for each subcommand; its options are its manual.
//!
//! | file | what it does |
//! | --- | --- |
//! | `new` | a workspace for a Raft of one's own |
//! | `update` | a newer harness for it |
//! | `track` | the labs, or TinyKV's project |
//! | `course` | a repository that a class begins with |
//! | `pack`, `harness` | what the program carries, and how a harness is made of it |
//! | `git` | what is asked of git |
//! | `test`, `list` | the runner, from anywhere inside a workspace; it knows more requests itself |
//! | `grade` | points for submissions |
//! | `mutants` | known bugs, and what catches each |
//! | `workspace` | where we are, and how the runner is called there |
//!
//! Exit codes: 0 done, 1 a case failed, 2 the request could not be carried out, 130 interrupted.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)] // a reader may have gone: `sayln!`

mod course;
mod git;
mod grade;
mod harness;
mod list;
mod mutants;
mod new;
mod pack;
mod test;
mod track;
mod update;
mod workspace;

use clap::{CommandFactory, Parser, Subcommand};
use runner::commands::Request;
use runner::search::{Explore, Search};
use runner::{say, warnln};
use std::process::ExitCode;
use workspace::Workspace;

/// Learn, test and grade Raft.
#[derive(Parser)]
#[command(
    name = "raftlab",
    version,
    after_help = "Exit codes: 0 done, 1 a case failed, \
    2 the request could not be carried out, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(new::New),
    Update(update::Update),
    Course(course::Course),
    Test(test::Test),
    Grade(grade::Grade),
    List(list::List),
    Mutants(mutants::Mutants),
    #[command(flatten)]
    Search(Search),
    #[command(flatten)]
    Request(Request),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The command that shows all about what was typed.
fn help() -> String {
    let word = std::env::args().nth(1).unwrap_or_default();
    match Cli::command().find_subcommand(&word) {
        Some(command) => format!("raftlab {} --help", command.get_name()),
        None => "raftlab --help".into(),
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return runner::usage::tell(&error, &help()),
    };
    let done = match cli.command {
        Command::New(new) => new.run(),
        Command::Update(update) => update.run(),
        Command::Course(course) => course.run(),
        Command::Test(test) => test.run(),
        Command::Grade(grade) => grade.run(),
        Command::List(list) => list.run(),
        Command::Mutants(mutants) => mutants.run(),
        // The program that judges makes these runs: it takes the same words.
        Command::Search(Search::Explore(Explore { bug: Some(bug), .. })) => mutants::explore(&bug),
        Command::Search(_) => {
            Workspace::find().and_then(|here| here.run(std::env::args_os().skip(1)))
        }
        Command::Request(request) => Workspace::find().and_then(|here| here.answer(request)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "raftlab", &mut script);
            say!("{}", String::from_utf8_lossy(&script));
            Ok(ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|refusal| {
        warnln!("error: {refusal}");
        ExitCode::from(2)
    })
}
