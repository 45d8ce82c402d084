//! What there is to be run.

use std::io::Write as _;
use suites::cases::Case;

/// How wide the columns are in which parts and cases stand.
#[derive(Default)]
pub(super) struct Columns {
    parts: usize,
    names: usize,
}

impl Columns {
    /// Wide enough for all of them. Some names are half a terminal long: they push the rest of
    /// their own lines aside, and not that of every other.
    pub(super) fn of(chosen: &[(usize, &'static Case)]) -> Columns {
        let parts = chosen.iter().map(|(_, case)| case.part.to_string().len());
        let names = chosen.iter().map(|(_, case)| case.name.len());
        Columns {
            parts: parts.max().unwrap_or(0).max(5),
            names: names.max().unwrap_or(0).clamp(28, 50),
        }
    }

    /// Both, side by side.
    pub(super) fn show(&self, part: &str, name: &str) -> String {
        let Columns { parts, names } = self;
        format!("{part:<parts$} {name:<names$}")
    }
}

/// The cases, a line each.
pub(super) fn list(chosen: &[(usize, &'static Case)]) {
    let mut out = std::io::stdout();
    let columns = Columns::of(chosen);
    let aliases = chosen.iter().map(|(_, case)| case.alias.len());
    let alias = aliases.max().unwrap_or(0).max(34);
    let _ = writeln!(
        out,
        "{} points  {:<alias$} what it shows",
        columns.show("part", "case"),
        "in the course"
    );
    for (_, case) in chosen {
        let theirs = match case.alias == case.name {
            true => "-",
            false => case.alias,
        };
        let _ = writeln!(
            out,
            "{} {:>6}  {:<alias$} {}",
            columns.show(&case.part.to_string(), case.name),
            case.points,
            theirs,
            case.about
        );
    }
}
