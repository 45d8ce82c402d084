//! The one table: what its rows are, and how their figures stand to what we want of them.

use crate::layout::{self, duration, short};

/// What we want of a figure: at least, and at best.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) must: f64,
    pub(crate) aim: f64,
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
    /// The more, the better.
    PerMinute,
}

/// A figure, and what we want of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figure {
    pub(crate) value: Option<f64>,
    pub(crate) goal: Option<Goal>,
}

pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) unit: Unit,
    pub(crate) simulated: Figure,
    pub(crate) real: Figure,
    /// `std` in place of `labrt`, on real threads.
    pub(crate) std: Option<f64>,
}

const HEADER: [&str; 7] = [
    "one …",
    "simulated",
    "must / aim",
    "real threads",
    "must / aim",
    "std alone",
    "real ÷ simulated",
];

/// One figure a line, for another program to read: `make bench-against` does.
pub(crate) fn print_plain(rows: &[Row]) {
    for row in rows {
        let show = |figure: Figure| {
            figure
                .value
                .map_or("-".to_string(), |value| value.to_string())
        };
        println!("{}\t{}\t{}", row.what, show(row.simulated), show(row.real));
    }
}

/// Prints the table.
pub(crate) fn print(rows: &[Row]) {
    let mut lines = vec![HEADER.map(String::from).to_vec()];
    for row in rows {
        let line = vec![
            row.what.to_string(),
            row.cell(row.simulated.value),
            row.goals(row.simulated),
            row.cell(row.real.value),
            row.goals(row.real),
            row.cell(row.std),
            ratio(row.real.value, row.simulated.value),
        ];
        lines.push(line);
    }
    layout::print(lines);
}

impl Row {
    fn cell(&self, value: Option<f64>) -> String {
        value.map_or(String::new(), |value| self.unit.show(value))
    }

    /// The goal, and whether the figure reaches it.
    fn goals(&self, figure: Figure) -> String {
        let Some(goal) = figure.goal else {
            return String::new();
        };
        let reaches = |limit: f64| match (figure.value, self.unit) {
            (None, _) => false,
            (Some(value), Unit::PerMinute) => value >= limit,
            (Some(value), Unit::Nanoseconds | Unit::Bytes) => value <= limit,
        };
        let verdict = match figure.value {
            None => "",
            Some(_) if reaches(goal.aim) => " ✓✓",
            Some(_) if reaches(goal.must) => " ✓",
            Some(_) => " ✗",
        };
        let show = |limit| self.unit.show(limit);
        format!("{} / {}{verdict}", show(goal.must), show(goal.aim))
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Unit::Nanoseconds => duration(value),
            Unit::Bytes => format!("{} KiB", short(value / 1024.0)),
            Unit::PerMinute => format!("{value:.0} a minute"),
        }
    }
}

fn ratio(this: Option<f64>, other: Option<f64>) -> String {
    match (this, other) {
        (Some(this), Some(other)) => format!("{} ×", short(this / other)),
        _ => String::new(),
    }
}
