//! The table: a line for each case, with what its runs used, or what was measured in them.

use super::list::Columns;
use super::options::Mode;
use super::tally::Tally;
use super::terminal::{self, BAD, GOOD, OPEN};
use std::time::Duration;

/// How it looks.
#[derive(Default)]
pub(super) struct Table {
    pub(super) columns: Columns,
    /// What was measured, and not what was used.
    pub(super) shows_figures: bool,
}

impl Table {
    /// The names of the columns.
    pub(super) fn head(&self, mode: Mode) -> String {
        let time = match mode.is_virtual() {
            true => "virtual",
            false => "time",
        };
        let begin = format!("{} {:<7} {time:>9}", self.columns.show("part", "case"), "");
        match self.shows_figures {
            true => format!(
                "{begin}  RPCs/cmd  bytes/cmd  commit ms  slowest ms  elections/min  leaderless s  \
                 longest s  seeds"
            ),
            false => format!(
                "{begin}  servers     RPCs      bytes  commands  {:>9}  seeds",
                "wall"
            ),
        }
    }

    /// A case's line; `wall` is the time that its runs took.
    pub(super) fn line(&self, tally: &Tally, wall: &str) -> String {
        let verdict = match (tally.is_passed(), tally.is_told()) {
            (true, _) => terminal::paint(GOOD, "passed "),
            (false, true) => terminal::paint(BAD, "FAILED "),
            (false, false) => terminal::paint(OPEN, "stopped"),
        };
        let total = &tally.total;
        let name = self
            .columns
            .show(&tally.case.part.to_string(), tally.case.name);
        let what = match self.shows_figures {
            true => measured(tally),
            false => format!(
                "{:>7} {:>8} {:>10} {:>9}  {wall:>9}",
                tally.case.servers, total.rpcs, total.bytes, total.commands
            ),
        };
        format!(
            "{name} {verdict} {:>7.1} s  {what}  {}/{}",
            total.duration.as_secs_f64(),
            tally.passed(),
            tally.runs,
        )
    }
}

/// What was measured in the runs of a case: sums and means over all, and the worst of all.
fn measured(tally: &Tally) -> String {
    let (total, figures) = (&tally.total, &tally.total.figures);
    let runs = tally.runs as f64;
    let each = |sum: u64| ratio(sum as f64, total.commands as f64, 0);
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let commits = figures.commits as f64;
    let slowest = (figures.commits > 0).then(|| ms(figures.slowest));
    // On real threads nobody measures.
    let is_measured = figures.leaderless > Duration::ZERO;
    let seconds = |seconds: f64| is_measured.then_some(seconds);
    format!(
        "{:>8}  {:>9}  {:>9}  {:>10}  {:>13}  {:>12}  {:>9}",
        ratio(total.rpcs as f64, total.commands as f64, 1),
        each(total.bytes),
        ratio(ms(figures.commit_time), commits, 2),
        shown(slowest, 1),
        ratio(
            figures.elections as f64 * 60.0,
            figures.calm.as_secs_f64(),
            1
        ),
        shown(seconds(figures.leaderless.as_secs_f64() / runs), 2),
        shown(seconds(figures.longest.as_secs_f64()), 2),
    )
}

/// So much of one thing for each of another; nothing, if there is none of that.
fn ratio(much: f64, count: f64, digits: usize) -> String {
    shown((count > 0.0).then(|| much / count), digits)
}

fn shown(number: Option<f64>, digits: usize) -> String {
    number.map_or("-".into(), |number| format!("{number:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::Outcome;
    use suites::cases;
    use suites::oracles::Figures;

    fn line(outcome: Outcome) -> String {
        let (_, case) = (0, cases::at(0).expect("there is a case"));
        let mut tally = Tally::new(0, case, 2, false);
        tally.add(1, outcome.clone(), Duration::ZERO);
        tally.add(2, outcome, Duration::ZERO);
        measured(&tally)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn figures_are_means_and_the_worst() {
        let figures = Figures {
            commits: 4,
            commit_time: Duration::from_millis(10),
            slowest: Duration::from_millis(7),
            calm: Duration::from_secs(30),
            elections: 1,
            leaderless: Duration::from_secs(2),
            longest: Duration::from_millis(1500),
        };
        let outcome = Outcome {
            rpcs: 50,
            bytes: 4000,
            commands: 20,
            figures,
            ..Outcome::default()
        };
        assert_eq!(line(outcome), "2.5 200 2.50 7.0 2.0 2.00 1.50");
    }

    #[test]
    fn what_was_not_measured_is_not_shown() {
        assert_eq!(line(Outcome::default()), "- - - - - - -");
    }
}
