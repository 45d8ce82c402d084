//! What a call over the network costs: an AppendEntries with four small entries, as a busy leader
//! sends it, encoded, delivered to a thread of its own, handled, answered and decoded.

use crate::processor::cpu_time;
use crate::{Contest, goal, real, simulated, simulated_as};
use bytes::Bytes;
use labrpc::harness::Network;
use labrpc::{ClientEnd, Service};
use labrt::{Node, thread};
use serde::{Deserialize, Serialize};

/// In the real world such a call mostly waits: what counts there is [`unreliable_cpu`].
pub(crate) const UNRELIABLE: &str = "RPC, unreliable (real: processor time)";

/// All rows of this file.
pub(crate) fn contests() -> Vec<Contest> {
    vec![
        Contest {
            what: "RPC, reliable",
            simulated: Some(simulated(reliable)),
            real: Some(real(reliable)),
            goals: [goal(1_000.0, 600.0), goal(6_000.0, 2_000.0)],
            ..Contest::default()
        },
        Contest {
            what: "RPC, reliable, traced",
            simulated: Some(simulated_as(|simulation| simulation.trace(true), reliable)),
            ..Contest::default()
        },
        Contest {
            what: UNRELIABLE,
            simulated: Some(simulated(unreliable)),
            ..Contest::default()
        },
    ]
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    term: u64,
    command: Bytes,
}

#[derive(Clone, Serialize, Deserialize)]
struct AppendEntriesArgs {
    term: u64,
    leader_id: usize,
    prev_log_index: u64,
    prev_log_term: u64,
    entries: Vec<Entry>,
    leader_commit: u64,
}

impl AppendEntriesArgs {
    fn new() -> AppendEntriesArgs {
        let entry = Entry {
            term: 3,
            command: Bytes::from_static(b"x 100000"),
        };
        AppendEntriesArgs {
            term: 3,
            leader_id: 0,
            prev_log_index: 1000,
            prev_log_term: 3,
            entries: vec![entry; 4],
            leader_commit: 999,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct AppendEntriesReply {
    term: u64,
    success: bool,
}

/// A network with one server, and an end that leads to it.
fn network(is_reliable: bool) -> (Network, ClientEnd) {
    let network = Network::new();
    let handler = |args: AppendEntriesArgs| AppendEntriesReply {
        term: args.term,
        success: args.entries.len() == 4,
    };
    let service = Service::new("Raft").method("AppendEntries", handler);
    network.add_server(1, &Node::new("server"), vec![service]);
    network.set_reliable(is_reliable);
    let end = network.make_end(0);
    network.connect(end.id(), 1);
    network.enable(end.id(), true);
    (network, end)
}

fn call(end: &ClientEnd, args: &AppendEntriesArgs) -> Option<AppendEntriesReply> {
    end.call("Raft.AppendEntries", args)
}

fn reliable(n: u64) {
    let (network, end) = network(true);
    let args = AppendEntriesArgs::new();
    for _ in 0..n {
        let reply = call(&end, &args).expect("a reliable network delivers");
        assert!(reply.success && reply.term == 3);
    }
    network.cleanup();
}

/// Calls that wait up to 26 ms each and are lost at times, by many callers.
fn unreliable(n: u64) {
    const CALLERS: u64 = 64;
    let (network, end) = network(false);
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let end = end.clone();
            let args = AppendEntriesArgs::new();
            thread::spawn(move || {
                for _ in 0..n.div_ceil(CALLERS) {
                    let _ = call(&end, &args);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.join().expect("a caller only calls");
    }
    network.cleanup();
}

/// What an unreliable call costs in the real world, where most of its time is waiting: processor
/// time, in ns.
pub(crate) fn unreliable_cpu() -> Option<f64> {
    const CALLS: u64 = 64 * 120;
    let begin = cpu_time()?;
    unreliable(CALLS);
    let used = cpu_time()? - begin;
    Some(used.as_nanos() as f64 / CALLS as f64)
}
