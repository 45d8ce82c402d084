//! What the person at the terminal sees.

use super::options::{Mode, Options};
use super::progress::Progress;
use super::story::Story;
use super::trial::{Outcome, Told};
use super::{lanes, results};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use suites::Submission;
use suites::cases::Case;

#[derive(Default)]
pub(super) struct Report {
    cases: Vec<Tally>,
    /// How many of `cases` have had their line.
    printed: usize,
    show: bool,
    colour: bool,
    width: usize,
    /// The end of the command that runs a case again.
    repeat: String,
    trace: bool,
    steady: bool,
    determinism: bool,
    began: Duration,
    /// Width of the column of names.
    names: usize,
    warnings: BTreeMap<String, u64>,
    progress: Progress,
}

/// What the runs of one case came to.
pub(super) struct Tally {
    place: usize,
    pub(super) case: &'static Case,
    wanted: u64,
    pub(super) runs: u64,
    pub(super) failed: BTreeMap<u64, Told>,
    total: Outcome,
    wall: Duration,
    hashes: BTreeSet<u64>,
    simplest: Option<String>,
}

impl Tally {
    /// Whether all its runs were made, and passed.
    fn is_passed(&self) -> bool {
        self.runs == self.wanted && self.failed.is_empty()
    }

    /// Whether it is known what became of it, although not all its runs may have been made.
    pub(super) fn is_told(&self) -> bool {
        self.runs == self.wanted || !self.failed.is_empty()
    }
}

impl Report {
    pub(super) fn new(
        submission: Submission,
        options: &Options,
        chosen: &[(usize, &'static Case)],
        show: bool,
    ) -> Report {
        let tally = |(place, case): &(usize, &'static Case)| Tally {
            place: *place,
            case,
            wanted: options.seeds,
            runs: 0,
            failed: BTreeMap::new(),
            total: Outcome::default(),
            wall: Duration::ZERO,
            hashes: BTreeSet::new(),
            simplest: None,
        };
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let report = Report {
            cases: chosen.iter().map(tally).collect(),
            show,
            colour,
            width: match options.steady {
                true => lanes::WIDTH,
                false => lanes::terminal_width().unwrap_or(lanes::WIDTH),
            },
            repeat: options.to_repeat(),
            trace: options.trace,
            steady: options.steady,
            determinism: options.check_determinism,
            began: labrt::time::since_start(),
            names: width_of_names(chosen),
            progress: Progress::new(show),
            ..Report::default()
        };
        report.head(submission, options);
        report
    }

    fn print(&self, text: &str) {
        if self.show {
            self.progress.clear();
            // A reader that hung up (`| head`) is no reason to fail.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }

    fn head(&self, submission: Submission, options: &Options) {
        let seeds = match options.seeds {
            1 => format!("seed {}", options.seed),
            n => format!(
                "seeds {} to {}",
                options.seed,
                options.seed.saturating_add(n - 1)
            ),
        };
        let world = match options.mode {
            Mode::Sim => format!("simulated, {seeds}"),
            Mode::Real => "real threads, real time".to_string(),
        };
        self.print(&format!("Judging {} ({world})\n", submission.name));
        let time = if options.mode == Mode::Sim {
            "virtual"
        } else {
            "time"
        };
        self.print(&self.paint(
            "2",
            &format!(
                "part  {:<width$} {:<7} {time:>9}  servers     RPCs      bytes  commands  {:>9}  \
                 seeds",
                "case",
                "",
                "wall",
                width = self.names
            ),
        ));
    }

    /// Takes in the result of one run.
    pub(super) fn add(&mut self, place: usize, seed: u64, outcome: Outcome, wall: Duration) {
        for warning in &outcome.warnings {
            *self.warnings.entry(warning.clone()).or_default() += 1;
        }
        if self.trace {
            self.print(&outcome.chronicle.lines.join("\n"));
        }
        let Some(tally) = self.cases.iter_mut().find(|tally| tally.place == place) else {
            return;
        };
        tally.runs += 1;
        tally.wall += wall;
        let total = &mut tally.total;
        total.duration += outcome.duration;
        total.servers = total.servers.max(outcome.servers);
        total.rpcs += outcome.rpcs;
        total.bytes += outcome.bytes;
        total.commands += outcome.commands;
        let known = !tally.hashes.insert(outcome.hash);
        if self.determinism && known && outcome.failure.is_none() {
            let reason = format!("seed {seed} did exactly what another seed did");
            tally.failed.insert(seed, Told::new(reason));
        }
        if let Some(told) = outcome.failure {
            tally.failed.insert(seed, told);
        }
        while let Some(next) = self.cases.get(self.printed)
            && next.runs == next.wanted
        {
            self.print(&self.line(next));
            self.printed += 1;
        }
        let count = |of: fn(&Tally) -> u64| self.cases.iter().map(of).sum();
        let (runs, wanted) = (count(|tally| tally.runs), count(|tally| tally.wanted));
        let failed = self.cases.iter().map(|tally| tally.failed.len()).sum();
        self.progress.draw(self.began, runs, wanted, failed);
    }

    /// The failures to be told of whose processes died: case, seed, what is known.
    pub(super) fn deaths(&mut self) -> impl Iterator<Item = (usize, u64, &mut Told)> {
        self.cases.iter_mut().filter_map(|tally| {
            let first = tally.failed.first_entry()?;
            let seed = *first.key();
            let told = first.into_mut();
            told.died.then_some((tally.place, seed, told))
        })
    }

    /// The cases that failed, with their places among all.
    pub(super) fn failing(&self) -> Vec<(usize, &'static Case)> {
        let failed = self.cases.iter().filter(|tally| !tally.failed.is_empty());
        failed.map(|tally| (tally.place, tally.case)).collect()
    }

    /// How to see a simpler failing run of a case.
    pub(super) fn add_simplest(&mut self, place: usize, how: Option<String>) {
        if let Some(tally) = self.cases.iter_mut().find(|tally| tally.place == place) {
            tally.simplest = how;
        }
    }

    fn line(&self, tally: &Tally) -> String {
        let passed = tally.runs - tally.failed.len() as u64;
        let verdict = match (tally.is_passed(), tally.is_told()) {
            (true, _) => self.paint("32", "passed "),
            (false, true) => self.paint("31;1", "FAILED "),
            (false, false) => self.paint("33", "stopped"),
        };
        let total = &tally.total;
        format!(
            "{:<5} {:<width$} {verdict} {:>7.1} s  {:>7} {:>8} {:>10} {:>9}  {:>9}  {passed}/{}",
            tally.case.part,
            tally.case.name,
            total.duration.as_secs_f64(),
            tally.case.servers,
            total.rpcs,
            total.bytes,
            total.commands,
            self.wall(tally.wall),
            tally.runs,
            width = self.names
        )
    }

    /// Tells failures and warnings, and sums up.
    pub(super) fn finish(&self) {
        for begun in &self.cases[self.printed..] {
            if begun.runs > 0 {
                self.print(&self.line(begun));
            }
        }
        let mut unwritten = BTreeSet::new();
        for tally in &self.cases {
            let Some((seed, told)) = tally.failed.first_key_value() else {
                continue;
            };
            match told.unwritten() {
                Some(what) => drop(unwritten.insert(what)),
                None => self.print(&format!("\n{}", self.story(tally, *seed, told))),
            }
        }
        if !unwritten.is_empty() {
            self.print(&format!("\n{}", self.paint("33", "to be written next")));
            for (what, place) in unwritten {
                self.print(&format!("  {what}\n      {place}"));
            }
        }
        if !self.warnings.is_empty() {
            self.print(&format!("\n{}", self.paint("33", "warnings")));
            for (warning, times) in &self.warnings {
                self.print(&format!("  {times}× {warning}"));
            }
        }
        self.sum_up();
    }

    /// The last lines: points, runs, cases.
    fn sum_up(&self) {
        let count = |is: fn(&Tally) -> bool| self.cases.iter().filter(|tally| is(tally)).count();
        let points = |is: fn(&Tally) -> bool| -> u32 {
            let cases = self.cases.iter().filter(|tally| is(tally));
            cases.map(|tally| tally.case.points).sum()
        };
        let runs: u64 = self.cases.iter().map(|tally| tally.runs).sum();
        let wanted: u64 = self.cases.iter().map(|tally| tally.wanted).sum();
        if runs < wanted {
            let left = wanted - runs;
            self.print(&format!(
                "\nstopped at the first failure: {left} of {wanted} runs were not made"
            ));
        }
        self.print(&format!(
            "\n{} of {} points, {runs} {} in {}",
            points(Tally::is_passed),
            points(|_| true),
            if runs == 1 { "run" } else { "runs" },
            self.wall(labrt::time::since_start() - self.began)
        ));
        let unfinished = match count(|tally| !tally.is_told()) {
            0 => String::new(),
            count => format!(", {count} not finished"),
        };
        self.print(&format!(
            "{} passed, {} failed{unfinished}",
            count(Tally::is_passed),
            count(|tally| !tally.failed.is_empty())
        ));
    }

    /// The last word of somebody who is interrupted.
    pub(super) fn break_off(&self) {
        let count = |of: fn(&Tally) -> u64| self.cases.iter().map(of).sum::<u64>();
        let (runs, wanted) = (count(|tally| tally.runs), count(|tally| tally.wanted));
        let failed = count(|tally| tally.failed.len() as u64);
        self.progress.break_off(runs, wanted, failed);
    }

    fn story(&self, tally: &Tally, seed: u64, told: &Told) -> String {
        let story = Story {
            case: tally.case,
            seed,
            told,
            failed: tally.failed.len(),
            runs: tally.runs,
            repeat: &self.repeat,
            simplest: tally.simplest.as_deref(),
            width: self.width,
        };
        let title = self.paint("31;1", &story.title());
        format!("{title}\n{}", story.text())
    }

    /// Leaves the results for other programs.
    pub(super) fn keep_results(&self, file: &Path) -> std::io::Result<()> {
        results::merge(file, &self.cases)
    }

    /// A wall time, unless the report is to be the same each time.
    fn wall(&self, time: Duration) -> String {
        match self.steady {
            true => "-".into(),
            false => short(time),
        }
    }

    /// The first failure's story, if there is one.
    pub(super) fn failure(&self) -> Option<String> {
        self.cases.iter().find_map(|tally| {
            let (seed, told) = tally.failed.first_key_value()?;
            Some(self.story(tally, *seed, told))
        })
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        let failed = self.cases.iter().any(|tally| !tally.failed.is_empty());
        ExitCode::from(u8::from(failed))
    }
}

fn short(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} ms", seconds * 1000.0)
    }
}

/// Two names of lab 4 are half a terminal long: they push the rest of their own lines aside, and
/// not that of every other.
fn width_of_names(chosen: &[(usize, &'static Case)]) -> usize {
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
        let _ = writeln!(
            out,
            "{:<5} {:<width$} {:>6}  {:<alias$} {}",
            case.part, case.name, case.points, case.alias, case.about
        );
    }
}
