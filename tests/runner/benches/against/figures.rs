//! What is measured of both sides, and how the one stands to the other.

use super::layout::{self, duration, short};
use super::processor::cpu_time;
use super::side::Side;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whole runs, whose processor time counts.
const RUNS: [(&str, &[&str]); 12] = [
    ("3A–3D", &["3A", "3B", "3C", "3D"]),
    ("4A–4C", &["4A", "4B", "4C"]),
    ("2024", &["2024"]),
    ("3A–3D, traced", &["3A", "3B", "3C", "3D", "--trace"]),
    ("count", &["3B", "--filter", "3B::count"]),
    ("figure8", &["3C", "--filter", "3C::figure8"]),
    (
        "figure8_unreliable",
        &["3C", "--filter", "figure8_unreliable"],
    ),
    ("reliable_churn", &["3C", "--filter", "3C::reliable_churn"]),
    ("unreliable_churn", &["3C", "--filter", "unreliable_churn"]),
    (
        "snapshot_install_un_crash",
        &["3D", "--filter", "snapshot_install_un_crash"],
    ),
    ("backup", &["3B", "--filter", "3B::backup"]),
    ("speed", &["4B", "--filter", "speed"]),
];

/// A measurement takes at least so much processor time, in ns: its clock ticks each 10 ms.
const ROUND: f64 = 600e6;

/// The operations of `costs` whose figures are times, by a part of their names.
const OPERATIONS: [&str; 8] = [
    "switch",
    "hand-over",
    "spawn",
    "lock and unlock",
    "send and receive",
    "sleep of",
    "RPC",
    "put, ",
];

/// How `costs` names its rows of whole runs, which are measured here.
const WHOLE: [&str; 2] = ["run of", "seeds of"];

/// A row of the table: the figures of both sides, a pair a turn.
pub(crate) struct Row {
    name: String,
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// Measures what has `filter` in its name, in turns.
pub(crate) fn compare(
    ours: &Side,
    theirs: &Side,
    filter: &str,
    pairs: u32,
) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (name, arguments) in RUNS {
        let name = format!("{name}, processor time");
        if !name.contains(filter) {
            continue;
        }
        eprintln!("measuring: {name}");
        let mut row = Row::new(name);
        let seeds = enough(&ours.labs, arguments)?;
        for turn in 0..pairs {
            let mut sides = [(&ours.labs, &mut row.ours), (&theirs.labs, &mut row.theirs)];
            if turn % 2 == 1 {
                sides.reverse(); // what comes first meets a colder machine
            }
            for (labs, figures) in sides {
                figures.push(processor_time(labs, arguments, seeds)?);
            }
        }
        rows.push(row);
    }
    rows.extend(operations(ours, theirs, filter, pairs)?);
    Ok(rows)
}

/// How many seeds make a measurement. One process starts for many of them, so that a few would
/// mostly measure its start.
fn enough(labs: &Path, arguments: &[&str]) -> Result<u64, String> {
    let mut seeds = 1;
    loop {
        let all = processor_time(labs, arguments, seeds)? * seeds as f64;
        if all >= ROUND / 4.0 {
            return Ok((seeds as f64 * ROUND / all).ceil() as u64);
        }
        seeds *= 4;
    }
}

/// Processor time of one seed, in ns, all worker processes together.
fn processor_time(labs: &Path, arguments: &[&str], seeds: u64) -> Result<f64, String> {
    let begin = cpu_time().ok_or("this system does not tell processor time")?;
    let seeds_given = ["--seeds", &seeds.to_string()].map(str::to_string);
    let status = Command::new(labs)
        .args(arguments)
        .args(seeds_given)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("{}: {error}", labs.display()))?;
    if !status.success() {
        let shown = arguments.join(" ");
        return Err(format!("{} {shown} does not pass", labs.display()));
    }
    let used = cpu_time().unwrap_or(begin) - begin;
    Ok(used.as_nanos() as f64 / seeds as f64)
}

/// Times of single operations, as `costs` measures them. What only one side knows is left out.
fn operations(ours: &Side, theirs: &Side, filter: &str, pairs: u32) -> Result<Vec<Row>, String> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for turn in 0..pairs {
        eprintln!("measuring: operations, turn {} of {pairs}", turn + 1);
        let chosen = match filter {
            "" => &OPERATIONS[..],
            _ => &[filter],
        };
        for what in chosen {
            let (mine, others) = match turn % 2 {
                0 => (costs(ours, what)?, costs(theirs, what)?),
                _ => swapped(costs(theirs, what)?, costs(ours, what)?),
            };
            for (name, figure) in mine {
                let Some(other) = others.get(&name) else {
                    continue;
                };
                let row = rows
                    .entry(name.clone())
                    .or_insert_with(|| Row::new(name.clone()));
                row.ours.push(figure);
                row.theirs.push(*other);
            }
        }
    }
    Ok(rows.into_values().collect())
}

fn swapped<T>(one: T, other: T) -> (T, T) {
    (other, one)
}

/// The rows of a side's `costs` that have `filter` in their names, each world by itself.
fn costs(side: &Side, filter: &str) -> Result<BTreeMap<String, f64>, String> {
    let output = Command::new(&side.costs)
        .args(["--plain", filter])
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", side.costs.display()))?;
    if !output.status.success() {
        return Err(format!("{} --plain does not work", side.costs.display()));
    }
    let mut figures = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut fields = line.split('\t');
        let name = fields.next().unwrap_or_default();
        if WHOLE.iter().any(|word| name.starts_with(word)) || name.ends_with("memory") {
            continue;
        }
        for world in ["simulated", "real threads"] {
            let figure = fields.next().and_then(|field| field.parse().ok());
            if let Some(figure) = figure {
                figures.insert(format!("{name}, {world}"), figure);
            }
        }
    }
    Ok(figures)
}

/// Prints the table.
pub(crate) fn print(rows: &[Row]) {
    let header = ["one …", "here", "there", "here ÷ there", "least … most"];
    let mut lines = vec![header.map(String::from).to_vec()];
    lines.extend(rows.iter().map(Row::cells));
    layout::print(lines);
}

impl Row {
    fn new(name: String) -> Row {
        Row {
            name,
            ours: Vec::new(),
            theirs: Vec::new(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let pairs = self.ours.iter().zip(&self.theirs);
        let mut ratios: Vec<f64> = pairs.map(|(ours, theirs)| ours / theirs).collect();
        ratios.sort_by(f64::total_cmp);
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        vec![
            self.name.clone(),
            duration(middle(&self.ours)),
            duration(middle(&self.theirs)),
            short(middle(&ratios)),
            format!("{} … {}", short(least), short(most)),
        ]
    }
}

/// The median; of two in the middle, what lies between them.
fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => f64::midpoint(sorted[half - 1], sorted[half]),
        _ => sorted[half],
    }
}
