//! `raftlab test`: the suites.

use crate::workspace::Workspace;
use runner::Selection;
use std::process::ExitCode;

/// Run the suites: parts (3A), labs (3) or cases (backup, 3B::backup, TestBackup3B)
#[derive(clap::Args)]
pub(crate) struct Test {
    #[command(flatten)]
    selection: Selection,
}

impl Test {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        Workspace::find()?.run(self.selection.arguments())
    }
}
