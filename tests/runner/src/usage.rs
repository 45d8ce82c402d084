//! A command line that was not understood, in one line: what is wrong, what was perhaps meant, and
//! where all is told. For every program of the project, so that all speak alike.

use crate::warnln;
use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::process::ExitCode;

/// Tells `error` and the command that shows `help`, or shows that if it was asked for; the exit
/// code.
pub fn tell(error: &Error, help: &str) -> ExitCode {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || !error.use_stderr() {
        let _ = error.print();
    } else {
        warnln!("error: {} ({help})", in_one_line(error));
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

fn in_one_line(error: &Error) -> String {
    let mut line = what(error);
    let guesses = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    if let Some(guess) = guesses.iter().find_map(|kind| first(error, *kind)) {
        line.push_str(&format!("; did you mean `{}`?", name(&guess)));
    }
    line
}

/// What is wrong.
fn what(error: &Error) -> String {
    let all = |kind| list(error, kind);
    let value = |kind| first(error, kind).unwrap_or_default();
    let (argument, given) = (
        value(ContextKind::InvalidArg),
        value(ContextKind::InvalidValue),
    );
    let argument = name(&argument);
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            format!("unknown flag `{argument}`")
        }
        ErrorKind::UnknownArgument => format!("one word too many: `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!(
                "unknown command `{}`",
                value(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if given.is_empty() => {
            format!("`{argument}` needs a value")
        }
        ErrorKind::InvalidValue => {
            let known = all(ContextKind::ValidValue).join(", ");
            format!("`{argument}` cannot be `{given}`: there are {known}")
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            format!("`{argument}` cannot be `{given}`: {reason}")
        }
        ErrorKind::TooManyValues => format!("`{argument}` takes no value"),
        ErrorKind::MissingRequiredArgument => {
            let missing = all(ContextKind::InvalidArg);
            format!("missing: {}", missing.join(", "))
        }
        ErrorKind::ArgumentConflict => {
            let other = value(ContextKind::PriorArg);
            match name(&other) {
                same if same == argument => format!("`{argument}` is given twice"),
                other => format!("`{argument}` and `{other}` exclude each other"),
            }
        }
        // Whatever else clap knows: its first paragraph says it.
        _ => {
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or_default();
            let words: Vec<&str> = first.split_whitespace().collect();
            words.join(" ").trim_start_matches("error: ").to_string()
        }
    }
}

/// `--seeds` for `--seeds <SEEDS>`, `DIR` for `<DIR>`.
fn name(argument: &str) -> String {
    let flag = argument.split(' ').next().unwrap_or(argument);
    flag.trim_matches(['<', '>', '[', ']', '.']).to_string()
}

fn first(error: &Error, kind: ContextKind) -> Option<String> {
    list(error, kind).into_iter().next()
}

fn list(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// A number.
pub fn number(text: &str) -> Result<u64, String> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    text.parse().map_err(|_| match is_number {
        true => format!("at most {} is possible", u64::MAX),
        false => "a whole number is needed".into(),
    })
}

/// A number of things of which there must be one.
pub fn at_least_one(text: &str) -> Result<u64, String> {
    match number(text)? {
        0 => Err("at least 1 is needed".into()),
        number => Ok(number),
    }
}

/// A number of processes.
pub fn jobs(text: &str) -> Result<u64, String> {
    match number(text)? {
        jobs @ 1..=256 => Ok(jobs),
        _ => Err("1 to 256 are possible".into()),
    }
}
