//! What the person at the terminal sees.

use super::list::Columns;
use super::members;
use super::options::{Mode, Options};
use super::prints::Prints;
use super::progress::Progress;
use super::story::Story;
use super::table::Table;
use super::tally::Tally;
use super::terminal::{self, BAD, FAINT, OPEN};
use super::trial::{FailureReport, Outcome};
use super::{lanes, results};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use suites::Judged;
use suites::cases::Case;
use suites::trace::{Text, Trace};

#[derive(Default)]
pub(super) struct Report {
    cases: Vec<Tally>,
    /// How many of `cases` have had their line.
    printed: usize,
    show: bool,
    width: usize,
    /// The end of the command that runs a case again.
    repeat: String,
    trace: bool,
    /// What was traced last, if it is wanted as a file.
    traced: Option<Trace>,
    keeps_trace: bool,
    steady: bool,
    /// The seeds, first and last, if a run follows from its seed.
    seeds: Option<(u64, u64)>,
    began: Duration,
    table: Table,
    warnings: BTreeMap<Text, u64>,
    prints: Prints,
    progress: Progress,
    /// All has been said.
    finished: bool,
}

/// How it came that no run comes after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// All runs were made, or enough of them to know that one fails.
    Done,
    /// Somebody interrupted us.
    Interrupted,
}

impl Report {
    pub(super) fn new(
        judged: Judged,
        options: &Options,
        chosen: &[(usize, &'static Case)],
        show: bool,
    ) -> Report {
        let selection = &options.selection;
        let tally = |(place, case): &(usize, &'static Case)| {
            Tally::new(*place, case, selection.seeds, selection.check_determinism)
        };
        let report = Report {
            cases: chosen.iter().map(tally).collect(),
            show,
            width: match options.steady {
                true => lanes::WIDTH,
                false => lanes::terminal_width().unwrap_or(lanes::WIDTH),
            },
            repeat: options.to_repeat(),
            trace: options.trace,
            keeps_trace: options.trace_to.is_some(),
            steady: options.steady,
            seeds: selection.mode.is_virtual().then(|| {
                let last = selection.seed.saturating_add(selection.seeds - 1);
                (selection.seed, last)
            }),
            began: labrt::time::since_start(),
            table: Table {
                columns: Columns::of(chosen),
                shows_figures: options.figures,
            },
            progress: Progress::new(show),
            ..Report::default()
        };
        report.head(judged, options);
        report
    }

    fn print(&self, text: &str) {
        if self.show {
            self.progress.clear();
            // A reader that hung up (`| head`) is no reason to fail.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    fn head(&self, judged: Judged, options: &Options) {
        let selection = &options.selection;
        let seeds = match selection.seeds {
            1 => format!("seed {}", selection.seed),
            n => format!(
                "seeds {} to {}",
                selection.seed,
                selection.seed.saturating_add(n - 1)
            ),
        };
        let world = match selection.mode {
            Mode::Sim => format!("simulated, {seeds}"),
            Mode::Isolated => format!(
                "servers as processes{}, virtual time, {seeds}",
                members::walls()
            ),
            Mode::Cells => format!("servers as cells, virtual time, {seeds}"),
            Mode::Process => "servers as processes, real time".to_string(),
            Mode::Real => "real threads, real time".to_string(),
        };
        let faults: Vec<&str> = selection.faults.typed().collect();
        let faults = match faults.is_empty() {
            true => String::new(),
            false => format!(", {}", faults.join(" ")),
        };
        self.print(&format!(
            "Judging {} ({world}{faults})\n",
            judged.submission.name
        ));
        self.print(&terminal::paint(FAINT, &self.table.head(selection.mode)));
    }

    /// Takes in the result of one run.
    pub(super) fn add(&mut self, place: usize, seed: u64, mut outcome: Outcome, wall: Duration) {
        for warning in &outcome.warnings {
            *self.warnings.entry(warning.clone()).or_default() += 1;
        }
        if self.trace {
            let whole = outcome.trace.as_ref().map(Trace::to_text);
            let text = outcome.printed.take().or(whole).unwrap_or_default();
            self.print(text.as_str());
        }
        if !self.trace {
            let lines = self.prints.add(&outcome.prints);
            lines.iter().for_each(|line| self.print(line));
        }
        self.keep_trace(outcome.trace.take());
        let Some(tally) = self.cases.iter_mut().find(|tally| tally.place == place) else {
            return;
        };
        tally.add(seed, outcome, wall);
        while let Some(next) = self.cases.get(self.printed)
            && next.runs == next.wanted
        {
            self.print(&self.line(next));
            self.printed += 1;
        }
        let [runs, wanted, failed] = self.counts();
        self.progress.draw(self.began, runs, wanted, failed);
    }

    /// Runs that were made, that are to be made, and that failed.
    fn counts(&self) -> [u64; 3] {
        let counted: [fn(&Tally) -> u64; 3] = [
            |tally| tally.runs,
            |tally| tally.wanted,
            |tally| tally.failed,
        ];
        counted.map(|of| self.cases.iter().map(of).fold(0, u64::saturating_add))
    }

    /// Keeps the trace of a run, for whoever wants it as a file.
    pub(super) fn keep_trace(&mut self, trace: Option<Trace>) {
        if self.keeps_trace {
            self.traced = trace.or(self.traced.take());
        }
    }

    /// What was traced last.
    pub(super) fn trace(&self) -> Option<&Trace> {
        self.traced.as_ref()
    }

    /// The failures to be told of whose processes died: case, seed, what is known.
    pub(super) fn deaths(&self) -> Vec<(usize, u64, FailureReport)> {
        let firsts = self.cases.iter().filter_map(|tally| {
            let (seed, report) = tally.first.as_ref()?;
            report.died.then(|| (tally.place, *seed, report.clone()))
        });
        firsts.collect()
    }

    /// Puts what is known better now of the first failure of a case.
    pub(super) fn replace(&mut self, place: usize, better: FailureReport) {
        let mut tallies = self.cases.iter_mut();
        let tally = tallies.find(|tally| tally.place == place);
        if let Some((_, report)) = tally.and_then(|tally| tally.first.as_mut()) {
            *report = better;
        }
    }

    /// The cases that failed, with their places among all.
    pub(super) fn failing(&self) -> Vec<(usize, &'static Case)> {
        let failed = self.cases.iter().filter(|tally| tally.failed > 0);
        failed.map(|tally| (tally.place, tally.case)).collect()
    }

    /// How to see a simpler failing run of a case.
    pub(super) fn add_simplest(&mut self, place: usize, how: Option<String>) {
        if let Some(tally) = self.cases.iter_mut().find(|tally| tally.place == place) {
            tally.simplest = how;
        }
    }

    fn line(&self, tally: &Tally) -> String {
        self.table.line(tally, &self.wall(tally.wall))
    }

    /// Tells failures and warnings, and sums up.
    pub(super) fn finish(&mut self) {
        self.tell(End::Done);
        self.finished = true;
    }

    fn tell(&self, end: End) {
        for begun in &self.cases[self.printed..] {
            if begun.runs > 0 {
                self.print(&self.line(begun));
            }
        }
        let mut unwritten = BTreeSet::new();
        for tally in &self.cases {
            let Some((seed, report)) = &tally.first else {
                continue;
            };
            match (&report.failure.todo, &report.failure.place) {
                (Some(what), Some(place)) => drop(unwritten.insert((what, place))),
                _ => self.print(&format!("\n{}", self.story(tally, *seed, report))),
            }
        }
        if !unwritten.is_empty() {
            self.print(&format!(
                "\n{}",
                terminal::paint(OPEN, "to be written next")
            ));
            for (what, place) in unwritten {
                self.print(&format!("  {what}\n      {place}"));
            }
        }
        if !self.warnings.is_empty() {
            self.print(&format!("\n{}", terminal::paint(OPEN, "warnings")));
            for (warning, times) in &self.warnings {
                self.print(&format!("  {times}× {warning}"));
            }
        }
        if let Some(told) = self.prints.told() {
            self.print(&format!("\n{told}"));
        }
        self.sum_up(end);
    }

    /// The last lines: points, runs, cases.
    fn sum_up(&self, end: End) {
        let count = |is: fn(&Tally) -> bool| self.cases.iter().filter(|tally| is(tally)).count();
        let points = |is: fn(&Tally) -> bool| -> u32 {
            let cases = self.cases.iter().filter(|tally| is(tally));
            cases.map(|tally| tally.case.points).sum()
        };
        let [runs, wanted, _] = self.counts();
        if runs < wanted {
            let left = wanted - runs;
            let why = match end {
                End::Done => "stopped at the first failure",
                End::Interrupted => "interrupted",
            };
            self.print(&format!("\n{why}: {left} of {wanted} runs were not made"));
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
            count(|tally| tally.failed > 0)
        ));
    }

    /// Tells and keeps what is known when somebody interrupts, in a line at the end that says so.
    pub(super) fn break_off(&self, file: Option<&Path>) {
        if self.finished {
            return;
        }
        self.progress.break_off();
        let [runs, wanted, failed] = self.counts();
        if runs > 0 {
            self.tell(End::Interrupted);
        }
        let made = match (wanted, failed) {
            (0, _) => String::new(),
            (_, 0) => format!(" after {runs} of {wanted} runs"),
            (_, failed) => format!(" after {runs} of {wanted} runs, of which {failed} failed"),
        };
        let kept = match file {
            None => String::new(),
            Some(_) if !self.cases.iter().any(Tally::is_told) => {
                "; no case has a result yet".into()
            }
            Some(file) => match self.keep_results(file) {
                Ok(()) => "; the results so far are kept".into(),
                Err(error) => format!("; no results are kept: {error}"),
            },
        };
        let _ = writeln!(std::io::stderr(), "interrupted{made}{kept}");
    }

    fn story(&self, tally: &Tally, seed: u64, report: &FailureReport) -> String {
        let story = Story {
            case: tally.case,
            seed,
            report,
            failed: tally.failed,
            runs: tally.runs,
            again: &tally.again(seed, &self.repeat),
            simplest: tally.simplest.as_deref(),
            width: self.width,
        };
        let title = terminal::paint(BAD, &story.title());
        format!("{title}\n{}", story.text())
    }

    /// Leaves the results for other programs.
    pub(super) fn keep_results(&self, file: &Path) -> std::io::Result<()> {
        results::merge(file, &self.cases, self.seeds)
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
            let (seed, report) = tally.first.as_ref()?;
            Some(self.story(tally, *seed, report))
        })
    }

    /// Whether some run failed.
    pub(super) fn has_failed(&self) -> bool {
        self.cases.iter().any(|tally| tally.failed > 0)
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(self.has_failed()))
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
