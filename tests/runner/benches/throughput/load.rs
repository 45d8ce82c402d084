//! Clients that put without a pause, each to a key of its own, and what the service made of it.

use labrt::time::Instant;
use labrt::{Simulation, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use suites::Submission;
use suites::services::{KvLab, Put};

/// How long the clients put, in the time of their world: virtual or real.
const ROUND: Duration = Duration::from_secs(1);

/// Of so many rounds the best counts: noise only ever adds.
const ROUNDS: usize = 3;

/// A service, and who uses it. The network is reliable; in the simulation a message takes what it
/// takes in the suites, on real threads no longer than it must.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) servers: usize,
    pub(crate) clients: usize,
    /// The size of the saved state, in bytes, above which servers make snapshots.
    pub(crate) max_raft_state: Option<usize>,
}

/// What a round amounted to.
pub(crate) struct Pace {
    /// What each put took, in the world's time, the shortest first.
    pub(crate) took: Vec<Duration>,
    /// Real time for all of it.
    real: Duration,
}

impl Pace {
    /// Puts in a second of the world's time.
    pub(crate) fn rate(&self) -> f64 {
        self.took.len() as f64 / ROUND.as_secs_f64()
    }

    /// Real time for each put, in ns.
    pub(crate) fn each(&self) -> f64 {
        self.real.as_nanos() as f64 / self.took.len() as f64
    }
}

impl Load {
    /// On real threads: the best of several rounds on one service.
    pub(crate) fn real(self) -> Pace {
        let lab = self.start();
        let rounds = (0..ROUNDS).map(|_| round(&lab, self.clients));
        let best = rounds.max_by_key(Vec::len);
        lab.shut_down();
        Pace {
            took: best.expect("there are rounds"),
            real: ROUND,
        }
    }

    /// In the simulation, where all rounds are alike but for the real time that they take.
    pub(crate) fn simulated(self) -> Pace {
        let paces = (0..ROUNDS).map(|_| {
            let begin = Instant::now();
            let report = Simulation::new(1).run(move || {
                let lab = self.start();
                let took = round(&lab, self.clients);
                lab.shut_down();
                took
            });
            Pace {
                real: begin.elapsed(),
                took: report.outcome.expect("nothing fails"),
            }
        });
        let best = paces.min_by_key(|pace| pace.real);
        best.expect("there are rounds")
    }

    /// The service, when a leader has been elected.
    fn start(self) -> KvLab {
        let submission = Submission {
            name: "the reference",
            raft: raft::make,
            lab4: kvraft::lab4(),
        };
        let lab = KvLab::new(&submission, self.servers, true, self.max_raft_state);
        lab.client().get("a key");
        lab
    }
}

/// What each put of a round took, the shortest first.
fn round(lab: &KvLab, clients: usize) -> Vec<Duration> {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..clients)
        .map(|_| {
            let (client, stop) = (lab.client(), stop.clone());
            thread::spawn(move || {
                let key = format!("key of client {}", client.number());
                let mut took = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let version = took.len() as u64;
                    let begin = Instant::now();
                    let put = client.put(&key, &format!("value {version}"), version);
                    took.push(begin.elapsed());
                    assert_eq!(put, Put::Done, "nobody else puts to {key}");
                }
                took
            })
        })
        .collect();
    thread::sleep(ROUND);
    stop.store(true, Ordering::Relaxed);
    let took = clients.into_iter().map(|client| client.join());
    let mut took: Vec<Duration> = took
        .flat_map(|took| took.expect("a client only puts"))
        .collect();
    took.sort_unstable();
    took
}
