//! What checking the recorded histories takes: `cargo bench -q -p linearizability`.
//!
//! One table: the time of the fastest of several checks of each history, which is what the work
//! costs when nobody disturbs it. Reading the files is not counted. With `-- --all` the etcd
//! histories have a row each; with `-- c50` only files with that in their names are checked.
#![expect(clippy::disallowed_methods, reason = "real time is what is measured")]

#[path = "../tests/formats/mod.rs"]
mod formats;
#[path = "../tests/formats/whole.rs"]
mod whole;

use linearizability::models::{Append, Register, Versioned};
use linearizability::{Effort, Limits, Model, Operation, Verdict, check};
use std::time::{Duration, Instant};
use whole::WholeAppend;

/// A history is checked again until this has passed.
const ENOUGH: Duration = Duration::from_millis(100);

/// A single check may take this much.
const PATIENCE: Duration = Duration::from_secs(20);

/// What checking one history took.
struct Row {
    name: String,
    operations: usize,
    verdict: &'static str,
    fastest: Duration,
    effort: Effort,
}

fn measure<M: Model>(name: &str, model: &M, history: &[Operation<M::Input, M::Output>]) -> Row {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    loop {
        let before = Instant::now();
        let report = check(model, history, Limits::within(PATIENCE));
        fastest = fastest.min(before.elapsed());
        if start.elapsed() < ENOUGH {
            continue;
        }
        return Row {
            name: name.to_string(),
            operations: history.len(),
            verdict: match report.verdict {
                Verdict::Linearizable(_) => "yes",
                Verdict::NotLinearizable(_) => "no",
                Verdict::Undecided(_) => "?",
            },
            fastest,
            effort: report.effort,
        };
    }
}

fn print(row: &Row) {
    let Effort {
        configurations,
        states,
        bytes,
        ..
    } = row.effort;
    println!(
        "{:<26} {:>6} {:>5} {:>10.3} {:>9} {:>8} {:>8}",
        row.name,
        row.operations,
        row.verdict,
        row.fastest.as_secs_f64() * 1e3,
        configurations,
        states,
        bytes >> 10,
    );
}

/// All etcd rows as one, with the slowest.
fn sum(rows: Vec<Row>) -> Vec<Row> {
    let mut all = Row {
        name: format!("etcd, all {}", rows.len()),
        operations: 0,
        verdict: "",
        fastest: Duration::ZERO,
        effort: Effort::default(),
    };
    for row in &rows {
        all.operations += row.operations;
        all.fastest += row.fastest;
        all.effort.configurations += row.effort.configurations;
        all.effort.states += row.effort.states;
        all.effort.bytes = all.effort.bytes.max(row.effort.bytes);
    }
    let Some(mut slowest) = rows.into_iter().max_by_key(|row| row.fastest) else {
        return Vec::new();
    };
    slowest.name += ", the slowest";
    vec![all, slowest]
}

fn main() {
    let all = std::env::args().any(|argument| argument == "--all");
    let filter = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let is_wanted = |name: &str| filter.as_ref().is_none_or(|filter| name.contains(filter));
    println!(
        "{:<26} {:>6} {:>5} {:>10} {:>9} {:>8} {:>8}",
        "history", "ops", "lin.", "ms", "configs", "states", "KiB"
    );
    let mut etcd = Vec::new();
    let mut others = Vec::new();
    for (name, _) in formats::verdicts()
        .into_iter()
        .filter(|(name, _)| is_wanted(name))
    {
        match name.split_once('/').expect("a folder").0 {
            "etcd" => etcd.push(measure(&name, &Register, &formats::etcd(&name))),
            "kv" => others.push(measure(&name, &Append, &formats::kv(&name))),
            _ => others.push(measure(&name, &Versioned, &formats::lab(&name))),
        }
    }
    let whole = "kv/c10-ok.txt";
    let name = format!("{whole}, one key");
    if is_wanted(&name) {
        others.push(measure(&name, &WholeAppend, &formats::kv(whole)));
    }
    if all {
        etcd.iter().for_each(print);
    }
    sum(etcd).iter().chain(&others).for_each(print);
}
