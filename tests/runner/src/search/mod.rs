//! Many runs at once, to see what comes about in them: `raftlab sweep` under many seeds and every
//! strategy, `raftlab explore` with every deviation from one run.
//!
//! Both keep what became of each run as a line of JSON, and go on where they were interrupted, as
//! long as the program that they run is the same.
//!
//! | file | room |
//! | --- | --- |
//! | `sweep` | cases × seeds × strategies |
//! | `explore` | a scene with every deviation |
//! | `batch` | runs of one case and seed that differ by their plans |
//! | `coverage` | which situations of the protocol came about |
//! | `ledger` | the lines of JSON |

pub(super) mod batch;
mod coverage;
mod explore;
mod ledger;
mod sweep;

use super::usage;
use crate::warnln;
use clap::{CommandFactory, Parser, Subcommand};
pub use explore::Explore;
use std::process::ExitCode;
use suites::Judged;
pub use sweep::Sweep;

/// A request for many runs.
#[derive(Subcommand)]
pub enum Search {
    /// See there.
    Sweep(Sweep),
    /// See there.
    Explore(Explore),
}

/// The command line of a program that judges, when its first word is one of these.
#[derive(Parser)]
#[command(name = "labs")]
struct Line {
    #[command(subcommand)]
    search: Search,
}

/// Does what the command line asks for, if that is a search.
pub(super) fn of_command_line(judged: Judged) -> Option<ExitCode> {
    let word = std::env::args().nth(1)?;
    Line::command().find_subcommand(&word)?;
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => return Some(usage::tell(&error, &format!("labs {word} --help"))),
    };
    let done = match line.search {
        Search::Sweep(sweep) => sweep.run(judged),
        Search::Explore(explore) => explore.run(judged),
    };
    Some(done.unwrap_or_else(|refusal| {
        warnln!("error: {refusal}");
        ExitCode::from(2)
    }))
}
