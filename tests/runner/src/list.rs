//! What there is to be run.

use std::io::Write as _;
use suites::cases::Case;

/// Two names of lab 4 are half a terminal long: they push the rest of their own lines aside, and
/// not that of every other.
pub(super) fn width_of_names(chosen: &[(usize, &'static Case)]) -> usize {
    let names = chosen.iter().map(|(_, case)| case.name.len());
    names.max().unwrap_or(0).clamp(28, 42)
}

/// The cases, a line each.
pub(super) fn list(chosen: &[(usize, &'static Case)]) {
    let mut out = std::io::stdout();
    let width = width_of_names(chosen);
    let aliases = chosen.iter().map(|(_, case)| case.alias.len());
    let alias = aliases.max().unwrap_or(0).max(34);
    let _ = writeln!(
        out,
        "part  {:<width$} points  {:<alias$} what it shows",
        "case", "in the course"
    );
    for (_, case) in chosen {
        let theirs = match case.alias == case.name {
            true => "-",
            false => case.alias,
        };
        let _ = writeln!(
            out,
            "{:<5} {:<width$} {:>6}  {:<alias$} {}",
            case.part, case.name, case.points, theirs, case.about
        );
    }
}
