//! `raftlab list`: the cases.

use crate::workspace::Workspace;
use std::process::ExitCode;

/// List the cases: part, name, points, what each shows
#[derive(clap::Args)]
pub(crate) struct List {
    /// Only these parts or cases
    select: Vec<String>,
}

impl List {
    pub(crate) fn run(mut self) -> Result<ExitCode, String> {
        self.select.push("--list".into());
        Workspace::find()?.run(&self.select)
    }
}
