//! Whether a command can be typed in a student's workspace. `make` says what it would run, and the
//! runner lists the cases that this would run; both refuse what they do not know. Nothing is run.

#[path = "../common/built.rs"]
mod built;

use crate::root;
use built::{OF_MAKE, runner};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// An error says what is wrong with the command.
pub(crate) fn check(command: &str) -> Result<(), String> {
    let settings = |word: &&str| word.contains('=') && !word.starts_with('-');
    match command.split_whitespace().find(|word| !settings(word)) {
        Some("make") => check_make(command),
        Some("raftlab") => check_raftlab(command),
        // Around a first workspace.
        Some("cd") => Ok(()),
        Some("cargo") if command == "cargo install --locked --path raftlab" => Ok(()),
        Some("cargo") if command.starts_with("cargo test ") => Ok(()),
        Some("cargo") if command.starts_with("cargo doc ") => Ok(()),
        _ => Err("a block marked sh is for make and raftlab".into()),
    }
}

/// Asks `make`, through a shell, what it would do.
fn check_make(command: &str) -> Result<(), String> {
    let dry = command.replacen("make", "make -n", 1);
    let mut shell = Command::new("sh");
    shell.args(["-c", &dry]).current_dir(workspace());
    for option in OF_MAKE {
        shell.env_remove(option);
    }
    let answer = said(shell.stderr(Stdio::piped()).output())?;
    match answer.split_once(" --example labs -- ") {
        Some((_, arguments)) => {
            let arguments = arguments.lines().next().unwrap_or_default();
            let mut words = arguments.split([' ', ';']);
            match words.next() {
                Some("replay" | "view") => check_runner(words.next().unwrap_or_default()),
                Some("scene" | "status" | "points" | "hint" | "watch") => Ok(()),
                _ => check_runner(arguments),
            }
        }
        None => Ok(()),
    }
}

/// Asks the runner what it would run, in the words of a shell. For a call for help that is help.
fn check_runner(arguments: &str) -> Result<(), String> {
    let runner = runner().display();
    let mut shell = Command::new("sh");
    let list = match arguments.contains("--list") {
        true => "",
        false => "--list",
    };
    let line = format!("'{runner}' {arguments} {list}");
    let answer = said(shell.args(["-c", &line]).output())?;
    let is_ours = answer.starts_with("part ") || answer.contains("Usage: labs");
    is_ours
        .then_some(())
        .ok_or_else(|| format!("the runner takes this for libtest's: {arguments}"))
}

/// A subcommand is a file of `raftlab/src` or one of the runner's requests; its flags are the
/// fields there, or the runner's, where it takes those as they are.
fn check_raftlab(command: &str) -> Result<(), String> {
    let mut words = command.split_whitespace().skip(1).peekable();
    let subcommand = words.next().unwrap_or_default();
    let folders = [
        "raftlab/src",
        "tests/runner/src/commands",
        "tests/runner/src/search",
    ];
    let folders = folders.into_iter();
    let files = folders.map(|folder| root().join(folder).join(format!("{subcommand}.rs")));
    let text = files
        .filter_map(|file| fs::read_to_string(file).ok())
        .next();
    let text = text.ok_or_else(|| format!("no raftlab {subcommand}"))?;
    if !text.contains("derive(clap::Args") {
        return Err(format!("raftlab {subcommand} is no command"));
    }
    if let Some(case) = words.next_if(|word| !word.starts_with('-'))
        && !["new", "course", "explore", "grade"].contains(&subcommand)
    {
        check_runner(case)?;
    }
    for flag in words.filter_map(|word| word.strip_prefix("--")) {
        let field = format!("    {}: ", flag.replace('-', "_"));
        let is_runners = text.contains("    selection: Selection,") && is_selection(flag);
        if !text.contains(&field) && !is_runners {
            return Err(format!("raftlab {subcommand} takes no --{flag}"));
        }
    }
    Ok(())
}

/// Whether this flag is one of those by which runs are selected.
fn is_selection(flag: &str) -> bool {
    let command = runner::Selection::augment_args(clap::Command::new("labs"));
    let mut arguments = command.get_arguments();
    arguments.any(|argument| argument.get_long() == Some(flag))
}

/// What a command printed, if it ended well.
fn said(output: std::io::Result<Output>) -> Result<String, String> {
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_string()),
    }
}

/// What a student's workspace is made from.
fn workspace() -> PathBuf {
    root().join("raftlab/skeleton")
}
