//! What things cost, in both worlds and beside `std` alone: `make bench`.
//!
//! One table, measured in one run, since only ratios mean anything on a machine that others use
//! too; `against` compares two commits. A filter picks the rows whose name contains it.
//!
//! | file | what it is |
//! | --- | --- |
//! | `ground`, `rpc`, `service`, `suites` | what is measured |
//! | `std_alone` | the like of `ground` without `labrt` |
//! | `measure`, `processor` | how long something takes |
//! | `table`, `layout` | how it is shown |
//!
//! `throughput` has a table of its own.

#[path = "costs/ground.rs"]
mod ground;
#[path = "costs/layout.rs"]
mod layout;
#[path = "throughput/load.rs"]
mod load;
#[path = "costs/measure.rs"]
mod measure;
#[path = "costs/processor.rs"]
mod processor;
#[path = "../tests/common/program.rs"]
mod program;
#[path = "costs/rpc.rs"]
mod rpc;
#[path = "costs/service.rs"]
mod service;
#[path = "costs/std_alone.rs"]
mod std_alone;
#[path = "costs/suites.rs"]
mod suites;
#[path = "costs/table.rs"]
mod table;

use clap::Parser;
use labrt::Simulation;
use measure::Work;
use table::{Figure, Goal, Row, Unit};

/// Measure what things cost, and print one table.
#[derive(Parser)]
struct Options {
    /// Only rows whose name contains this
    filter: Option<String>,
    /// Print figures for a program to read, and no table
    #[arg(long)]
    plain: bool,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

/// Who does the same thing, and what we want of the first two.
#[derive(Default)]
struct Contest {
    what: &'static str,
    simulated: Option<Work>,
    real: Option<Work>,
    std: Option<Work>,
    /// For simulated and real.
    goals: [Option<Goal>; 2],
}

const fn goal(must: f64, aim: f64) -> Option<Goal> {
    Some(Goal { must, aim })
}

/// `body` in a simulation.
fn simulated(body: fn(u64)) -> Work {
    simulated_as(|simulation| simulation, body)
}

/// `body` in a simulation with other settings.
fn simulated_as(settings: fn(Simulation) -> Simulation, body: fn(u64)) -> Work {
    Box::new(move |n| {
        let report = settings(Simulation::new(1)).run(move || body(n));
        assert_eq!(report.outcome, Ok(()));
        n
    })
}

/// `body` as it is.
fn real(body: fn(u64)) -> Work {
    Box::new(move |n| {
        body(n);
        n
    })
}

impl Contest {
    fn run(&self) -> Row {
        let works = [&self.simulated, &self.real, &self.std];
        let [simulated, real, std] = measure::fastest(works);
        let figure = |value, goal| Figure { value, goal };
        Row {
            what: self.what,
            unit: Unit::Nanoseconds,
            simulated: figure(simulated, self.goals[0]),
            real: figure(real, self.goals[1]),
            std,
        }
    }
}

/// Measures every row whose name contains `filter`.
fn measure_all(filter: &str) -> Vec<Row> {
    let wanted = |what: &str| what.contains(filter);
    let mut rows = Vec::new();
    // First: later, stacks are used again.
    let memory = wanted(ground::MEMORY).then(ground::memory);
    for contest in ground::contests().into_iter().chain(rpc::contests()) {
        if wanted(contest.what) {
            eprintln!("measuring: {}", contest.what);
            let mut row = contest.run();
            if contest.what == rpc::UNRELIABLE {
                row.real.value = rpc::unreliable_cpu();
            }
            rows.push(row);
        }
    }
    rows.extend(memory);
    rows.extend(service::rows(wanted));
    rows.extend(suites::rows(wanted));
    rows
}

fn main() {
    let options = Options::parse();
    let filter = options.filter.as_deref().unwrap_or_default();
    let rows = measure_all(filter);
    match options.plain {
        true => table::print_plain(&rows),
        false => table::print(&rows),
    }
}
