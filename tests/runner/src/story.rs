//! A failure as a story: what the case shows; what was expected and seen; what the runtime found
//! suspicious on the way; how the servers stood; what happened last, side by side; and how to see
//! it all again.

use super::lanes::{self, Lanes};
use super::terminal::fit;
use super::trial::{CAUSES, FailureReport};
use std::fmt::Write as _;
use suites::cases::Case;
use suites::trace::Text;

/// The failure of one case.
pub(super) struct Story<'a> {
    pub(super) case: &'static Case,
    /// The first seed that failed.
    pub(super) seed: u64,
    pub(super) report: &'a FailureReport,
    /// How many seeds failed, of how many that were run.
    pub(super) failed: u64,
    pub(super) runs: u64,
    /// The command that makes the run again.
    pub(super) again: &'a str,
    /// How to see a simpler failing run, if one was looked for.
    pub(super) simplest: Option<&'a str>,
    /// How many columns there are.
    pub(super) width: usize,
}

/// Warnings that a story has room for: more are mostly more of the same.
const WARNINGS: usize = 4;

/// Faults, commands and deviations that a story has room for.
const UNUSUAL: usize = 25;

/// How far what belongs to a heading is moved in.
const INDENT: usize = 4;

impl Story<'_> {
    pub(super) fn title(&self) -> String {
        let case = self.case;
        format!("{} {}: {}", case.part, case.name, case.about)
    }

    /// All but the title.
    pub(super) fn text(&self) -> String {
        let Story { seed, report, .. } = self;
        let mut text = format!("  failed under seed {seed}");
        if self.runs > 1 {
            let _ = write!(text, " (first of {} among {})", self.failed, self.runs);
        }
        for line in report.failure.to_string().lines() {
            let _ = write!(text, "\n  {line}");
        }
        for line in &report.stderr {
            let _ = write!(text, "\n    {line}");
        }
        if report.is_not_reproduced {
            let _ = write!(text, "\n{}", not_reproduced());
        }
        let mut warnings: Vec<String> = report.warnings.iter().map(Text::to_string).collect();
        if warnings.len() > WARNINGS {
            let left = warnings.len() - (WARNINGS - 1);
            warnings.truncate(WARNINGS - 1);
            warnings.push(format!("… and {left} more: they stand below"));
        }
        section(&mut text, "warnings of this run", &warnings);
        section(&mut text, "what it takes", &self.unusual());
        section(&mut text, "the servers at that moment", &self.servers());
        let heading = match report.last.iter().any(|line| line.times > 1) {
            true => "the last events before it (×9: the ninth of its kind)",
            false => "the last events before it",
        };
        section(&mut text, heading, &self.last_events());
        text.push('\n');
        if let Some(trace) = &report.trace {
            let _ = write!(text, "\n  the whole trace: raftlab replay {trace}");
        }
        if let Some(page) = &report.page {
            let _ = write!(text, "\n  to look at it: {page}");
        }
        let _ = write!(text, "\n  to see it again: {}", self.again);
        if let Some(simplest) = self.simplest {
            let _ = write!(text, "\n\n  {simplest}");
        }
        text
    }

    /// What a run with a plan had of faults, commands and deviations.
    fn unusual(&self) -> Vec<String> {
        let all = &self.report.unusual;
        let mut lines: Vec<String> = all.iter().take(UNUSUAL).map(ToString::to_string).collect();
        if all.len() > UNUSUAL {
            lines.push(format!("… and {} more", all.len() - UNUSUAL));
        }
        lines
    }

    /// A line for each server, no wider than there is room: its end, the sizes on disk, matters
    /// least. What is wrong with all of them is shown whole.
    fn servers(&self) -> Vec<String> {
        let room = self.width.saturating_sub(INDENT + 1);
        let standings = &self.report.standings;
        let servers = standings
            .servers
            .iter()
            .map(|standing| fit(&standing.to_string(), room));
        servers
            .chain(standings.remarks.iter().map(Text::to_string))
            .collect()
    }

    /// A column for each server, if there are few enough.
    fn last_events(&self) -> Vec<String> {
        let last = self.report.last.iter();
        let width = self.width.saturating_sub(INDENT);
        match Lanes::new(self.case.servers, width) {
            Some(lanes) if last.len() > 0 => {
                let lines = last.map(|event| lanes.line(event));
                std::iter::once(lanes.head()).chain(lines).collect()
            }
            _ => last.map(lanes::in_a_list).collect(),
        }
    }
}

/// Why there is nothing to see of a run that failed.
fn not_reproduced() -> String {
    let maps = match cfg!(target_os = "linux") {
        true => " (The order of std's hash maps does follow from it.)",
        false => "",
    };
    format!(
        "  Another run of the same seed did not end so: something in the code under test does not \
         follow\n  from the seed, mostly {CAUSES}.{maps}\n  So nothing is known of what led here."
    )
}

fn section(text: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(text, "\n\n  {heading}");
    for line in lines {
        let _ = write!(text, "\n{:INDENT$}{line}", "");
    }
}
