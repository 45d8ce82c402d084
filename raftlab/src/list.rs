//! `raftlab list`: the cases.

use crate::workspace::Workspace;
use runner::{Options, Selection};
use std::process::ExitCode;

/// List the cases: part, name, points, what each shows
#[derive(clap::Args)]
pub(crate) struct List {
    /// Only these parts or cases
    select: Vec<String>,
}

impl List {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let selection = Selection {
            select: self.select,
            ..Selection::default()
        };
        let options = Options {
            selection,
            list: true,
            ..Options::default()
        };
        Workspace::find()?.run(options.arguments())
    }
}
