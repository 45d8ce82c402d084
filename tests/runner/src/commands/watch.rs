//! Runs what a student works on whenever a source is saved: first the runs that failed, then the
//! part in progress, then the same under more and more seeds, as long as nothing fails or changes.

use super::keys::Keys;
use super::track::Track;
use super::{Hint, Place, status};
use crate::results::{self, Results};
use crate::sayln;
use crate::{files, interrupt};
use labrt::thread;
use labrt::time::Duration;
use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, ExitCode};

/// Run the part in progress whenever a source is saved; keys: h t n r q
#[derive(clap::Args)]
pub struct Watch {
    /// The part to begin with; the first that is not done, if none is given
    part: Option<String>,
}

/// Each case is run under so many seeds, one number after the other, as long as all pass.
const SEEDS: [u64; 4] = [1, 20, 100, 1000];

/// How often sources and keys are looked at.
const PERIOD: Duration = Duration::from_millis(200);

const KEYS: &str = "h hint   t trace   n next part   r run again   q quit";

/// Why a run, or the wait for one, came to its end.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    Ended { well: bool },
    Saved,
    Key(char),
}

struct Watcher<'a> {
    place: &'a Place,
    part: String,
    keys: Keys,
    /// When the newest source was saved, since 1970.
    newest: Duration,
}

impl Watch {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let results = results::read(&place.results());
        let track = Track::of(&place.root);
        let part = self
            .part
            .unwrap_or_else(|| status::in_progress(track, &results).into());
        if !crate::choice::is_known(&part) {
            return Err(crate::choice::unknown(&part));
        }
        let mut watcher = Watcher {
            place,
            part,
            keys: Keys::listen(),
            newest: newest(place),
        };
        loop {
            let event = watcher.round();
            match event {
                Event::Key('q') => return Ok(ExitCode::SUCCESS),
                Event::Key(key) => watcher.answer(key)?,
                Event::Saved | Event::Ended { .. } => {}
            }
        }
    }
}

impl Watcher<'_> {
    /// Builds, and runs all there is to be run; then waits. What ended it.
    fn round(&mut self) -> Event {
        self.head();
        let mut build = files::cargo();
        build.args(&self.place.build).current_dir(&self.place.root);
        match self.attend(build) {
            Event::Ended { well: true } => {}
            Event::Ended { well: false } => return self.wait("it does not compile"),
            other => return other,
        }
        let results = results::read(&self.place.results());
        for words in plan(&self.part, &results) {
            let mut run = self.place.runner();
            run.args(&words);
            match self.attend(run) {
                Event::Ended { well: true } => {}
                Event::Ended { well: false } => return self.wait("something fails"),
                other => return other,
            }
        }
        let most = SEEDS.last().copied().unwrap_or(1);
        self.wait(&format!("{} passes under {most} seeds", self.part))
    }

    /// What can be typed.
    fn help(&self) -> String {
        match self.keys.at_once {
            true => KEYS.into(),
            false => format!("{KEYS}   (with Enter)"),
        }
    }

    /// A clean screen, if there is one.
    fn head(&self) {
        let mut out = io::stdout();
        if out.is_terminal() {
            let _ = write!(out, "\x1b[2J\x1b[H");
        }
        let _ = writeln!(out, "watching {}: {}\n", self.part, self.help());
    }

    /// Runs a program until it ends, or until something comes first; then it is ended.
    fn attend(&mut self, mut command: Command) -> Event {
        let mut child = match interrupt::tied(&mut command).spawn() {
            Ok(child) => child,
            Err(error) => {
                sayln!("cannot run {}: {error}", command.get_program().display());
                return Event::Ended { well: false };
            }
        };
        loop {
            if let Ok(Some(ended)) = child.try_wait() {
                return Event::Ended {
                    well: ended.success(),
                };
            }
            if let Some(event) = self.look() {
                end(child);
                return event;
            }
            thread::sleep(PERIOD);
        }
    }

    /// Waits until there is something to be done.
    fn wait(&mut self, why: &str) -> Event {
        sayln!("\n{why}; waiting for a change. {}", self.help());
        loop {
            if let Some(event) = self.look() {
                return event;
            }
            thread::sleep(PERIOD);
        }
    }

    /// Whether somebody saved or typed something.
    fn look(&mut self) -> Option<Event> {
        if let Ok(key) = self.keys.typed.try_recv() {
            return Some(Event::Key(key));
        }
        let newest = newest(self.place);
        if newest > self.newest {
            self.newest = newest;
            return Some(Event::Saved);
        }
        None
    }

    /// Does what a key asks for, and waits for the next.
    fn answer(&mut self, key: char) -> Result<(), String> {
        let results = results::read(&self.place.results());
        let failing = failing(&self.part, &results);
        match key {
            'h' => drop(Hint::of(failing.first().map(|(name, _)| name.clone())).run(self.place)?),
            't' => match failing.first() {
                None => sayln!("nothing has failed"),
                Some((name, seed)) => {
                    let mut replay = self.place.runner();
                    replay.args(["replay", name, "--seed", &seed.to_string()]);
                    self.attend(replay);
                }
            },
            'n' => match Track::of(&self.place.root).after(&self.part) {
                Some(next) => self.part = next.into(),
                None => sayln!("{} is the last part", self.part),
            },
            'r' => {}
            other => sayln!("no key {other}"),
        }
        if key == 'h' || key == 't' {
            sayln!(
                "\n{}: back",
                if self.keys.at_once {
                    "any key"
                } else {
                    "Enter"
                }
            );
            while !matches!(self.look(), Some(Event::Saved | Event::Key(_))) {
                thread::sleep(PERIOD);
            }
        }
        Ok(())
    }
}

/// Ends a program that is no longer wanted, with all that it has started.
fn end(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// What is to be run, one after the other as long as each passes: the words for the runner.
fn plan(part: &str, results: &Results) -> Vec<Vec<String>> {
    let failed = failing(part, results);
    let failed = failed.into_iter();
    let failed = failed.map(|(name, seed)| vec![name, "--seed".into(), seed.to_string()]);
    let more = SEEDS.iter().map(|seeds| {
        let seeds = seeds.to_string();
        [part, "--seeds", &seeds, "--fail-fast"]
            .map(str::to_string)
            .to_vec()
    });
    failed.chain(more).collect()
}

/// The cases of a part that failed when they were last run, each with a seed that shows it.
fn failing(part: &str, results: &Results) -> Vec<(String, u64)> {
    let of_part = results
        .iter()
        .filter(|(_, result)| result.part.eq_ignore_ascii_case(part));
    let failed = of_part.filter_map(|(name, result)| {
        let (seed, _) = result.failure.as_ref()?;
        Some((name.clone(), *seed))
    });
    failed.collect()
}

fn newest(place: &Place) -> Duration {
    let all = Track::of(&place.root).crates_of("4A");
    status::newest_source(&place.root, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_comes_first() {
        let result = |part: &str, failure| results::CaseResult {
            part: part.into(),
            name: String::new(),
            points: 1,
            runs: 1,
            passed: 1,
            seeds: Vec::new(),
            failure,
            built: 0,
        };
        let results = Results::from([
            (
                "3A::re_election".into(),
                result("3A", Some((7, "why".into()))),
            ),
            ("3A::initial_election".into(), result("3A", None)),
            ("3B::backup".into(), result("3B", Some((8, "why".into())))),
        ]);
        let lines: Vec<String> = plan("3A", &results)
            .iter()
            .map(|words| words.join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "3A::re_election --seed 7",
                "3A --seeds 1 --fail-fast",
                "3A --seeds 20 --fail-fast",
                "3A --seeds 100 --fail-fast",
                "3A --seeds 1000 --fail-fast",
            ]
        );
    }
}
