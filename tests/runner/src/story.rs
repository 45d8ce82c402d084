//! A failure as a story: what the case shows; what was expected and seen; what the runtime found
//! suspicious on the way; how the servers stood; what happened last, side by side; and how to see
//! it all again.

use super::lanes::Lanes;
use super::trial::Told;
use std::fmt::Write as _;
use suites::cases::Case;

/// The failure of one case.
pub(super) struct Story<'a> {
    pub(super) case: &'static Case,
    /// The first seed that failed.
    pub(super) seed: u64,
    pub(super) told: &'a Told,
    /// How many seeds failed, of how many that were run.
    pub(super) failed: u64,
    pub(super) runs: u64,
    /// The end of the command that runs the case again.
    pub(super) repeat: &'a str,
    /// How to see a simpler failing run, if one was looked for.
    pub(super) simplest: Option<&'a str>,
    /// How many columns there are.
    pub(super) width: usize,
}

/// Warnings that a story has room for: more are mostly more of the same.
const WARNINGS: usize = 4;

/// How far what belongs to a heading is moved in.
const INDENT: usize = 4;

impl Story<'_> {
    pub(super) fn title(&self) -> String {
        let case = self.case;
        format!("{} {}: {}", case.part, case.name, case.about)
    }

    /// All but the title.
    pub(super) fn text(&self) -> String {
        let Story {
            case, seed, told, ..
        } = self;
        let mut text = format!("  failed under seed {seed}");
        if self.runs > 1 {
            let _ = write!(text, " (first of {} among {})", self.failed, self.runs);
        }
        for line in told.reason.lines() {
            let _ = write!(text, "\n  {line}");
        }
        let mut warnings = told.warnings.clone();
        if warnings.len() > WARNINGS {
            let left = warnings.len() - (WARNINGS - 1);
            warnings.truncate(WARNINGS - 1);
            warnings.push(format!("… and {left} more: they stand below"));
        }
        section(&mut text, "warnings of this run", &warnings);
        section(&mut text, "the servers at that moment", &self.servers());
        let heading = match told.last.iter().any(|(_, times)| *times > 1) {
            true => "the last events before it (×9: the ninth of its kind)",
            false => "the last events before it",
        };
        section(&mut text, heading, &self.last_events());
        text.push('\n');
        if let Some(trace) = &told.trace {
            let _ = write!(text, "\n  the whole trace: {trace}");
        }
        let _ = write!(
            text,
            "\n  to see it again: make test-{} FILTER={} SEED={seed}{}",
            case.part, case.name, self.repeat
        );
        if let Some(simplest) = self.simplest {
            let _ = write!(text, "\n  {simplest}");
        }
        text
    }

    /// A line for each server, no wider than there is room: its end, the sizes on disk, matters
    /// least. What is wrong with all of them is shown whole.
    fn servers(&self) -> Vec<String> {
        let room = self.width.saturating_sub(INDENT + 1);
        let lines = self.told.scene.iter().map(|line| {
            if !line.contains("  saved ") || line.chars().count() <= room {
                return line.clone();
            }
            line.chars()
                .take(room)
                .chain(std::iter::once('…'))
                .collect()
        });
        lines.collect()
    }

    /// A column for each server, if there are few enough.
    fn last_events(&self) -> Vec<String> {
        let last = &self.told.last;
        let width = self.width.saturating_sub(INDENT);
        match Lanes::new(self.case.servers, width) {
            Some(lanes) if !last.is_empty() => {
                let lines = last.iter().map(|(event, times)| {
                    let suffix = suffix(*times);
                    lanes.line_with(event, &suffix)
                });
                std::iter::once(lanes.head()).chain(lines).collect()
            }
            _ => last
                .iter()
                .map(|(event, times)| format!("{event}{}", suffix(*times)))
                .collect(),
        }
    }
}

/// How often an event has come to pass.
fn suffix(times: u64) -> String {
    match times {
        1 => String::new(),
        times => format!(" ×{times}"),
    }
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
