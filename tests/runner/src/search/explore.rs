//! `raftlab explore`: every run of a small scene that differs from the first one by a few choices.
//!
//! Nothing of a run is kept but what its choices were, so that there is no state to be copied or
//! compared: each run begins anew, as its plan says. Runs with fewer deviations come first: the
//! first that fails has as few as any. (Emmi, Qadeer and Rakamarić bound the delays of a scheduler
//! so, in "Delay-bounded scheduling", POPL 2011; here the choices are those of networks and disks.)

use super::batch::{self, Batch};
use super::ledger::Ledger;
use crate::terminal::{self, BAD, GOOD};
use crate::trial::Outcome;
use crate::{files, interrupt, usage};
use crate::{sayln, warnln};
use labrt::Plan;
use labrt::harness::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use suites::Judged;
use suites::cases::{self, Case};
use suites::oracles::Situation;

/// Make every run of a small scene that differs from the first by a few choices
///
/// The choices are what becomes of each message (it is overtaken, late, lost, or comes twice),
/// whether a server's timers go off before it takes a message, and whether one crashes after a
/// save. Interrupted, it goes on where it was when it is called again. The first run that fails
/// ends it: no other has fewer deviations.
#[derive(clap::Args, Clone, Debug)]
pub struct Explore {
    /// The scene: election, replication, snapshot
    scene: String,
    /// How many choices go otherwise, at most
    #[arg(long, value_name = "D", default_value_t = 2, value_parser = deviations)]
    deviations: u64,
    /// The seed of the timeouts that the code under test draws
    #[arg(long, default_value_t = 1, value_parser = usage::number)]
    seed: u64,
    /// Make only the run with these deviations, as a report names them, and tell what happens
    #[arg(long, value_name = "CHOICES")]
    plan: Option<Plan>,
    /// In a checkout of the project: explore the reference with this known bug in it (raft-r03)
    #[arg(long, value_name = "NAME")]
    pub bug: Option<String>,
    /// Begin anew, whatever is known
    #[arg(long)]
    fresh: bool,
    /// So many worker processes, instead of one for each processor
    #[arg(long, value_parser = usage::jobs)]
    jobs: Option<u64>,
}

fn deviations(text: &str) -> Result<u64, String> {
    match usage::number(text)? {
        number @ 0..=9 => Ok(number),
        _ => Err("0 to 9 are possible".into()),
    }
}

/// A run, as a line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    plan: String,
    /// In how many ways each of its choices could have gone otherwise, a digit each.
    ways: String,
    /// The situations that came about, a bit each.
    met: u32,
    /// Why it failed, in a line.
    failure: Option<String>,
}

impl Run {
    fn of(plan: &Plan, outcome: &Outcome) -> Run {
        let digit = |ways: &u8| char::from_digit(u32::from(*ways).min(9), 10);
        let met = outcome.situations.met();
        let failure = outcome.failure.as_ref();
        Run {
            plan: plan.to_string(),
            ways: outcome.ways.iter().filter_map(digit).collect(),
            met: met.fold(0, |bits, (situation, _)| bits | 1 << situation as u32),
            failure: failure.map(|told| told.failure.short().to_string()),
        }
    }

    /// The plans with one deviation more, behind all others.
    fn extended<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Plan> + 'a {
        let choices = (1_u64..).zip(self.ways.bytes().map(|digit| u32::from(digit - b'0')));
        let later = choices.skip_while(|(choice, _)| *choice <= plan.last());
        later.flat_map(move |(choice, ways)| (1..=ways).map(move |way| plan.and(choice, way)))
    }
}

/// A search under way.
struct Search<'a> {
    explore: &'a Explore,
    scene: (usize, &'static Case),
    batch: Batch,
    known: BTreeMap<Plan, Run>,
    ledger: Arc<Mutex<Ledger>>,
    /// How often each situation came about.
    met: BTreeMap<Situation, u64>,
    runs: u64,
}

impl Explore {
    /// Makes the runs; the exit code.
    pub(super) fn run(self, judged: Judged) -> Result<ExitCode, String> {
        if self
            .bug
            .as_deref()
            .is_some_and(|bug| bug != judged.submission.name)
        {
            return Err("--bug is for `raftlab explore` in a checkout of the project".into());
        }
        let scene = cases::scenes().find(|(_, scene)| scene.name == self.scene);
        let Some(scene) = scene else {
            let names: Vec<&str> = cases::scenes().map(|(_, scene)| scene.name).collect();
            let (scene, names) = (&self.scene, names.join(", "));
            return Err(format!("there is no scene {scene:?}: there are {names}"));
        };
        let batch = Batch::new(scene.0, self.seed, self.jobs);
        if let Some(plan) = &self.plan {
            return self.tell_one(scene.1, &batch, plan);
        }
        let name = match &self.bug {
            Some(bug) => format!("explore-{}-{}-{bug}.jsonl", self.scene, self.seed),
            None => format!("explore-{}-{}.jsonl", self.scene, self.seed),
        };
        let path: PathBuf = files::notes().join(name);
        let about = format!("explore {} seed {}", self.scene, self.seed);
        let mut known = BTreeMap::new();
        let ledger = Ledger::open(
            &path,
            (&about, judged.submission.name),
            self.fresh,
            |run: Run| {
                if let Ok(plan) = run.plan.parse() {
                    known.insert(plan, run);
                }
            },
        )?;
        let search = Search {
            explore: &self,
            scene,
            batch,
            known,
            ledger: Arc::new(Mutex::new(ledger)),
            met: BTreeMap::new(),
            runs: 0,
        };
        sayln!(
            "Exploring {} of {}: {}",
            self.scene,
            judged.submission.name,
            scene.1.about
        );
        search.all()
    }

    /// Makes one run, and tells of it.
    fn tell_one(
        &self,
        scene: &'static Case,
        batch: &Batch,
        plan: &Plan,
    ) -> Result<ExitCode, String> {
        let outcome = batch.told(plan)?;
        match batch::story(scene, self.seed, &outcome, &self.again(plan)) {
            Some(story) => {
                sayln!("\n{story}");
                Ok(ExitCode::from(1))
            }
            None => {
                sayln!(
                    "{}: the run with these deviations",
                    terminal::paint(GOOD, "passed")
                );
                for unusual in &outcome.unusual {
                    sayln!("    {unusual}");
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// How to make this run again.
    fn again(&self, plan: &Plan) -> String {
        let mut words = format!("raftlab explore {}", self.scene);
        if self.seed != 1 {
            words.push_str(&format!(" --seed {}", self.seed));
        }
        if let Some(bug) = &self.bug {
            words.push_str(&format!(" --bug {bug}"));
        }
        format!("{words} --plan \"{plan}\"")
    }
}

impl Search<'_> {
    /// Makes all runs, those with fewer deviations first.
    fn all(mut self) -> Result<ExitCode, String> {
        let began = labrt::time::since_start();
        let mut level = vec![Plan::default()];
        let mut choices = 0;
        for depth in 0..=self.explore.deviations {
            let runs = self.make(&level)?;
            let failing = runs.iter().position(|run| run.failure.is_some());
            let counted = failing.map_or(runs.len(), |place| place + 1);
            for run in &runs[..counted] {
                self.count(run);
            }
            if let Some(place) = failing {
                return self.tell_failure(&level[place], depth, began);
            }
            if depth == 0 {
                choices = runs[0].ways.len();
                let ways = runs[0].extended(&level[0]).count();
                sayln!(
                    "the first run passes; its {choices} choices can go otherwise in {ways} ways"
                );
            } else {
                let count = grouped(runs.len() as u64);
                sayln!("all {count} runs with {} pass", several(depth));
            }
            if depth < self.explore.deviations {
                let longer = level.iter().zip(&runs);
                level = longer.flat_map(|(plan, run)| run.extended(plan)).collect();
            }
        }
        for (situation, runs) in &self.met {
            sayln!("    {:>9} × {}", grouped(*runs), situation.name());
        }
        sayln!(
            "{} all runs with at most {} of {choices} choices: {}, in {:.1} s",
            terminal::paint(GOOD, "passed"),
            several(self.explore.deviations),
            grouped(self.runs),
            (labrt::time::since_start() - began).as_secs_f64()
        );
        Ok(ExitCode::SUCCESS)
    }

    fn count(&mut self, run: &Run) {
        self.runs += 1;
        for situation in Situation::all() {
            if run.met & 1 << situation as u32 != 0 {
                *self.met.entry(situation).or_default() += 1;
            }
        }
    }

    /// Makes the runs that are not known yet; all of them in their order, up to the first that
    /// fails.
    fn make(&mut self, plans: &[Plan]) -> Result<Vec<Run>, String> {
        let missing = |plan: &&Plan| !self.known.contains_key(*plan);
        let missing: Vec<Plan> = plans.iter().filter(missing).cloned().collect();
        let (total, before) = (plans.len(), plans.len() - missing.len());
        interrupt::on_interrupt(move || {
            warnln!("interrupted; the runs so far are kept, and not made again");
        });
        let ledger = Arc::clone(&self.ledger);
        let refusal: Arc<Mutex<Option<String>>> = Arc::default();
        let refused = Arc::clone(&refusal);
        let runs = self
            .batch
            .run(missing, (total, before), move |plan, outcome| {
                let run = Run::of(plan, outcome);
                if let Err(why) = ledger.lock().add(&run) {
                    refused.lock().get_or_insert(why);
                }
                run
            })?;
        if let Some(why) = refusal.lock().take() {
            return Err(why);
        }
        self.known.extend(runs);
        let known = plans.iter().map_while(|plan| self.known.get(plan));
        Ok(known.cloned().collect())
    }

    /// Tells of the run that failed.
    fn tell_failure(&self, plan: &Plan, depth: u64, began: Duration) -> Result<ExitCode, String> {
        let outcome = self.batch.told(plan)?;
        let again = self.explore.again(plan);
        let story = batch::story(self.scene.1, self.explore.seed, &outcome, &again);
        let story = story.unwrap_or_else(|| "  it did not fail again".to_string());
        sayln!("\n{story}");
        sayln!(
            "\n{} run {} is the first that fails, with {}; none with fewer does. \
             It took {:.1} s.",
            terminal::paint(BAD, "FAILED"),
            grouped(self.runs),
            several(depth),
            (labrt::time::since_start() - began).as_secs_f64()
        );
        Ok(ExitCode::from(1))
    }
}

fn several(deviations: u64) -> String {
    match deviations {
        1 => "1 deviation".to_string(),
        more => format!("{more} deviations"),
    }
}

/// A number that people can read: 3,281.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let groups = groups.iter().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(ways: &str) -> Run {
        Run {
            plan: String::new(),
            ways: ways.to_string(),
            met: 0,
            failure: None,
        }
    }

    /// With choices that stay the same, there are as many runs as there are ways to pick some.
    #[test]
    fn every_set_of_deviations_comes_once() {
        let run = run("213");
        let mut all = vec![Plan::default()];
        let mut level = all.clone();
        for _ in 0..3 {
            level = level.iter().flat_map(|plan| run.extended(plan)).collect();
            all.extend(level.clone());
        }
        assert_eq!(
            all.len(),
            3 * 2 * 4,
            "each choice: plain, or one of its ways"
        );
        assert!(run.extended(&all[all.len() - 1]).next().is_none());
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3 * 2 * 4);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(3281), "3,281");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
