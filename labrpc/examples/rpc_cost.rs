//! What one RPC costs: `cargo run --release -p labrpc --example rpc_cost`.
//!
//! One caller on a reliable network sends an AppendEntries of four small entries, again and again,
//! on real threads and in a simulation.

use bytes::Bytes;
use labrpc::{Network, Service};
use labrt::time::Instant;
use labrt::{Node, Simulation};
use serde::{Deserialize, Serialize};

const CALLS: u32 = 200_000;

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    term: u64,
    command: Bytes,
}

#[derive(Clone, Serialize, Deserialize)]
struct Append {
    term: u64,
    leader_id: usize,
    prev_log_index: u64,
    prev_log_term: u64,
    entries: Vec<Entry>,
    leader_commit: u64,
}

#[derive(Serialize, Deserialize)]
struct Appended {
    term: u64,
    success: bool,
}

fn calls() {
    let network = Network::new();
    let node = Node::new("server");
    let append = |args: Append| Appended {
        term: args.term,
        success: args.entries.len() == 4,
    };
    network.add_server(
        1,
        &node,
        vec![Service::new("Raft").method("AppendEntries", append)],
    );
    let end = network.make_end(0);
    network.connect(end.id(), 1);
    network.enable(end.id(), true);
    let entry = Entry {
        term: 3,
        command: Bytes::from_static(b"x 100000"),
    };
    let args = Append {
        term: 3,
        leader_id: 0,
        prev_log_index: 1000,
        prev_log_term: 3,
        entries: vec![entry; 4],
        leader_commit: 999,
    };
    for _ in 0..CALLS {
        let reply: Option<Appended> = end.call("Raft.AppendEntries", &args);
        assert!(reply.is_some_and(|reply| reply.success));
    }
}

fn main() {
    for round in 1..=3 {
        let begin = Instant::now();
        calls();
        let real = begin.elapsed() / CALLS;
        let begin = Instant::now();
        let report = Simulation::new(round).run(calls);
        let simulated = begin.elapsed() / CALLS;
        assert!(report.outcome.is_ok());
        println!("real threads {real:?}, simulation {simulated:?} an RPC");
    }
}
