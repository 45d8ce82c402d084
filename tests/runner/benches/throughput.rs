//! What the key/value service can do, by servers, clients and snapshots, in both worlds: a part of
//! `make bench`.
//!
//! `throughput/load` is what is measured; the table is laid out as that of `costs`.

#[path = "costs/layout.rs"]
mod layout;
#[path = "throughput/load.rs"]
mod load;

use clap::Parser;
use layout::{duration, short};
use load::Load;
use std::time::Duration;

/// Ten times what 4C allows. The commands of a hundred clients under way are half as much: less,
/// and a server would make a snapshot after each of them.
const MAX_RAFT_STATE: usize = 10_000;

/// Measure the key/value service, and print one table.
#[derive(Parser)]
struct Options {
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

const HEADER: [&str; 10] = [
    "servers",
    "clients",
    "snapshots",
    "simulated: puts a virtual second",
    "p50",
    "p99",
    "real time of one",
    "real threads: puts a second",
    "p50",
    "p99",
];

fn main() {
    Options::parse();
    let mut lines = vec![HEADER.map(String::from).to_vec()];
    for servers in [3, 5] {
        for max_raft_state in [None, Some(MAX_RAFT_STATE)] {
            for clients in [1, 10, 100] {
                let load = Load {
                    servers,
                    clients,
                    max_raft_state,
                };
                lines.push(line(load));
            }
        }
    }
    layout::print(lines);
}

fn line(load: Load) -> Vec<String> {
    let snapshots = if load.max_raft_state.is_some() {
        "yes"
    } else {
        "no"
    };
    eprintln!(
        "measuring: servers: {}, clients: {}, snapshots: {snapshots}",
        load.servers, load.clients
    );
    let (simulated, real) = (load.simulated(), load.real());
    vec![
        load.servers.to_string(),
        load.clients.to_string(),
        snapshots.to_string(),
        short(simulated.rate()),
        duration(quantile(&simulated.took, 0.50)),
        duration(quantile(&simulated.took, 0.99)),
        duration(simulated.each()),
        short(real.rate()),
        duration(quantile(&real.took, 0.50)),
        duration(quantile(&real.took, 0.99)),
    ]
}

/// What this part of all puts took at most, in ns.
fn quantile(took: &[Duration], part: f64) -> f64 {
    let place = (took.len() as f64 * part) as usize;
    took[place].as_nanos() as f64
}
