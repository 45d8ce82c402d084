//! What whole suites cost, run as `make test-3` and `make test-4` run them.

use crate::goal;
use crate::processor::cpu_time;
use crate::program::runner;
use crate::table::{Figure, Goal, Row, Unit};
use labrt::time::Instant;
use std::path::Path;
use std::process::{Command, Stdio};

/// Seeds under which each suite is run for one figure: one run is too short for the clock.
const SEEDS: u64 = 20;

/// Seeds for the figure of all processors together.
const MANY_SEEDS: u64 = 100;

/// With what we want of the processor time of one seed, in ns: at least, and at best.
const SUITES: [(&str, &[&str], Option<Goal>); 9] = [
    ("run of 3A, processor time", &["3A"], None),
    ("run of 3B, processor time", &["3B"], None),
    ("run of 3C, processor time", &["3C"], None),
    ("run of 3D, processor time", &["3D"], None),
    ("run of 3A–3D, processor time", LAB_3, goal(150e6, 60e6)),
    ("run of 4A, processor time", &["4A"], None),
    ("run of 4B, processor time", &["4B"], None),
    ("run of 4C, processor time", &["4C"], None),
    ("run of 4A–4C, processor time", LAB_4, goal(1.5e9, 0.5e9)),
];
const LAB_3: &[&str] = &["3A", "3B", "3C", "3D"];
const LAB_4: &[&str] = &["4A", "4B", "4C"];
/// The step-driven reference, in threads.
const NODE: &str = "run of 3A–3D, a node in threads";
const NODE_LAB_3: &[&str] = &["3A", "3B", "3C", "3D", "--tiny", "rawraft"];
const NODE_ALONE: &[&str] = &["tiny-2AA::start_as_follower", "--tiny", "rawraft"];
const ONE_SEED: &str = "run of 3A–3D, one seed";
const PER_MINUTE: &str = "seeds of 3A–3D, all processors";

/// All rows of this file.
pub(crate) fn rows(wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut names = SUITES
        .iter()
        .map(|(what, ..)| *what)
        .chain([NODE, ONE_SEED, PER_MINUTE]);
    if !names.any(&wanted) {
        return rows;
    }
    let runner = runner();
    for (what, parts, goal) in SUITES {
        if wanted(what) {
            rows.push(row(what, cpu(runner, parts), goal));
        }
    }
    if wanted(NODE) {
        // Builds it; after that, what it takes to find it built is known, and no part of the run.
        run(runner, NODE_ALONE, 1);
        let found = cpu(runner, NODE_ALONE).unwrap_or(0.0);
        let used = cpu(runner, NODE_LAB_3).map(|used| used - found);
        rows.push(row(NODE, used, None));
    }
    if wanted(ONE_SEED) {
        let wall = (0..5)
            .map(|_| wall(runner, LAB_3, 1))
            .fold(f64::INFINITY, f64::min);
        rows.push(row(ONE_SEED, Some(wall), goal(500e6, 200e6)));
    }
    if wanted(PER_MINUTE) {
        let took = wall(runner, LAB_3, MANY_SEEDS);
        let mut row = row(
            PER_MINUTE,
            Some(MANY_SEEDS as f64 * 60e9 / took),
            goal(800.0, 1714.0),
        );
        row.unit = Unit::PerMinute;
        rows.push(row);
    }
    rows
}

fn row(what: &'static str, value: Option<f64>, goal: Option<Goal>) -> Row {
    Row {
        what,
        unit: Unit::Nanoseconds,
        simulated: Figure { value, goal },
        real: Figure::default(),
        std: None,
    }
}

/// Runs the suites `parts` once under each of `seeds` seeds; all must pass.
fn run(runner: &Path, parts: &[&str], seeds: u64) {
    let status = Command::new(runner)
        .args(parts)
        .args(["--seeds", &seeds.to_string()])
        .stdout(Stdio::null())
        .status();
    let passed = status.as_ref().is_ok_and(|status| status.success());
    assert!(
        passed,
        "{parts:?} under {seeds} seeds does not pass: {status:?}"
    );
}

/// Wall time, in ns.
fn wall(runner: &Path, parts: &[&str], seeds: u64) -> f64 {
    let begin = Instant::now();
    run(runner, parts, seeds);
    begin.elapsed().as_nanos() as f64
}

/// Processor time of one seed, in ns, all worker processes together.
fn cpu(runner: &Path, parts: &[&str]) -> Option<f64> {
    let begin = cpu_time()?;
    run(runner, parts, SEEDS);
    let used = cpu_time()? - begin;
    Some(used.as_nanos() as f64 / SEEDS as f64)
}
