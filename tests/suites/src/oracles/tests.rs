//! Servers that follow a script: what each oracle sees of them, and that it sees nothing else.

mod begins;
mod blanks;
mod leaders;

use super::Oracles;
use crate::trace::{Failure, FailureKind};
use labapi::{ClientEnd, Persister, Service};
use labrpc::harness::Network;
use labrt::{Node, Simulation};
use persister::harness::Disk;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct Ask {
    term: u64,
    candidate_id: usize,
    last_log_index: u64,
    last_log_term: u64,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    term: u64,
    command: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Append {
    term: u64,
    leader_id: usize,
    prev_log_index: u64,
    prev_log_term: u64,
    entries: Vec<Entry>,
    leader_commit: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Voted {
    term: u64,
    vote_granted: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Appended {
    term: u64,
    success: bool,
}

#[derive(Serialize)]
struct Saved {
    current_term: u64,
    voted_for: Option<usize>,
    last_included_index: u64,
    last_included_term: u64,
    log: Vec<Entry>,
}

/// Three servers, which answer whatever is asked with yes, in one term, or, if that is 0, in the
/// request's.
struct Script {
    net: Network,
    oracles: Oracles,
    ends: Vec<Vec<ClientEnd>>,
    disks: Vec<Arc<Persister>>,
    nodes: Vec<Node>,
}

fn entries(terms: &[u64]) -> Vec<Entry> {
    let entry = |(index, term): (usize, &u64)| Entry {
        term: *term,
        command: format!("{index}@{term}").into_bytes(),
    };
    terms.iter().enumerate().map(entry).collect()
}

impl Script {
    fn new(term: u64) -> Script {
        let net = Network::new();
        let oracles = Oracles::watch(3, &net, 1_000).expect("it is simulated");
        let nodes: Vec<Node> = (0..3)
            .map(|server| Node::new(&labrpc::name(server)))
            .collect();
        let answered = move |asked| if term == 0 { asked } else { term };
        let mut disks = Vec::new();
        let mut ends = Vec::new();
        for (server, node) in nodes.iter().enumerate() {
            let disk = Arc::new(Disk::new());
            oracles.starts(server, node.id(), &disk);
            disks.push(Arc::new(disk.persister()));
            let service = Service::new("Raft")
                .method("RequestVote", move |args: Ask| Voted {
                    term: answered(args.term),
                    vote_granted: true,
                })
                .method("AppendEntries", move |args: Append| Appended {
                    term: answered(args.term),
                    success: true,
                });
            net.add_server(server, node, vec![service]);
            let own: Vec<ClientEnd> = (0..3).map(|_| net.make_end(server)).collect();
            for (to, end) in own.iter().enumerate() {
                net.connect(end.id(), to);
                net.enable(end.id(), true);
            }
            ends.push(own);
        }
        Script {
            net,
            oracles,
            ends,
            disks,
            nodes,
        }
    }

    /// As a thread of the server's own.
    fn at(&self, server: usize, run: impl FnOnce() + Send + 'static) {
        self.nodes[server]
            .spawn("script", run)
            .join()
            .expect("it does not panic");
    }

    fn ask(&self, from: usize, to: usize, term: u64, last: (u64, u64)) {
        let end = self.ends[from][to].clone();
        self.at(from, move || {
            let (last_log_index, last_log_term) = last;
            let args = Ask {
                term,
                candidate_id: from,
                last_log_index,
                last_log_term,
            };
            end.call::<_, Voted>("Raft.RequestVote", &args);
        });
    }

    fn append(&self, from: usize, to: usize, args: Append) {
        let end = self.ends[from][to].clone();
        self.at(from, move || {
            end.call::<_, Appended>("Raft.AppendEntries", &args);
        });
    }

    /// A server saves, with `log` behind a snapshot up to `base`.
    fn save(&self, server: usize, term: u64, vote: Option<usize>, base: (u64, u64), log: &[u64]) {
        let disk = Arc::clone(&self.disks[server]);
        let state = Saved {
            current_term: term,
            voted_for: vote,
            last_included_index: base.0,
            last_included_term: base.1,
            log: entries(log),
        };
        let snapshot = match base.0 {
            0 => labapi::Bytes::new(),
            _ => labapi::Bytes::from_static(b"snapshot"),
        };
        self.at(server, move || disk.save(&state, &snapshot));
    }

    /// Server 0 is elected in a term by server 1, as it should be.
    fn elect(&self, term: u64, log: &[u64]) {
        self.save(0, term, Some(0), (0, 0), log);
        self.save(1, term, Some(0), (0, 0), log);
        let last = (log.len() as u64, log.last().copied().unwrap_or(0));
        self.ask(0, 1, term, last);
    }
}

fn heartbeat(term: u64, leader_id: usize, prev: (u64, u64), log: &[u64], commit: u64) -> Append {
    Append {
        term,
        leader_id,
        prev_log_index: prev.0,
        prev_log_term: prev.1,
        entries: entries(log),
        leader_commit: commit,
    }
}

/// Which invariant a run breaks, if any.
fn broken(run: impl FnOnce() + Send + 'static) -> Option<String> {
    let failure = Failure::from(&Simulation::new(1).run(run).outcome.err()?);
    let violation = failure
        .violation
        .unwrap_or_else(|| panic!("{}", failure.message));
    assert_eq!(failure.kind, FailureKind::Invariant);
    assert!(!violation.events.is_empty());
    Some(violation.invariant.to_string())
}

#[test]
fn a_lawful_election_and_a_commit_are_no_violation() {
    let seen = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.oracles.claims(0, 1);
        script.save(0, 1, Some(0), (0, 0), &[1]);
        script.save(1, 1, Some(0), (0, 0), &[1]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 0));
        script.append(0, 1, heartbeat(1, 0, (1, 1), &[], 1));
        script.oracles.applies(1, 1, b"0@1");
        script.save(1, 1, Some(0), (1, 1), &[]);
    });
    assert_eq!(seen, None);
}

#[test]
fn who_leads_without_votes_is_seen() {
    let claims = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.oracles.claims(2, 1);
    });
    assert_eq!(claims.as_deref(), Some("LeaderHasQuorum"));
    let two = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[], 0));
        script.append(2, 1, heartbeat(1, 2, (0, 0), &[], 0));
    });
    assert_eq!(two.as_deref(), Some("ElectionSafety"));
}

#[test]
fn who_has_lost_its_disk_is_not_judged() {
    for (stops, expected) in [(false, Some("LeaderDurable")), (true, None)] {
        let seen = broken(move || {
            let script = Script::new(1);
            script.elect(1, &[]);
            script.save(1, 1, Some(0), (0, 0), &[1]);
            if stops {
                script.oracles.stops(0);
            }
            script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 0));
        });
        assert_eq!(seen.as_deref(), expected);
    }
}

#[test]
fn what_is_said_before_it_is_saved_is_seen() {
    let vote = broken(|| {
        let script = Script::new(1);
        script.save(0, 1, Some(0), (0, 0), &[]);
        script.save(1, 1, None, (0, 0), &[]);
        script.ask(0, 1, 1, (0, 0));
    });
    assert_eq!(vote.as_deref(), Some("VoteDurable"));
    let candidate = broken(|| {
        let script = Script::new(1);
        script.save(1, 1, Some(0), (0, 0), &[]);
        script.ask(0, 1, 1, (0, 0));
    });
    assert_eq!(candidate.as_deref(), Some("CandidateDurable"));
    let ack = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save(0, 1, Some(0), (0, 0), &[1]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 0));
    });
    assert_eq!(ack.as_deref(), Some("AckDurable"));
    let term = broken(|| {
        let script = Script::new(3);
        script.elect(1, &[]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[], 0));
    });
    assert_eq!(term.as_deref(), Some("TermDurable"));
}

/// Nobody reads the disk of a server that was stopped, and nobody hears what it says.
#[test]
fn what_is_said_after_the_end_is_no_violation() {
    let said = |is_stopped: bool| {
        broken(move || {
            let script = Script::new(1);
            script.elect(1, &[]);
            if is_stopped {
                script.oracles.stops(0);
            }
            script.save(1, 1, Some(0), (0, 0), &[1]);
            script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 0));
        })
    };
    assert_eq!(said(false).as_deref(), Some("LeaderDurable"));
    assert_eq!(said(true), None);
}

#[test]
fn what_is_saved_must_follow_from_what_was() {
    let shrinks = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save(0, 1, Some(0), (0, 0), &[1, 1]);
        script.save(1, 1, Some(0), (0, 0), &[1, 1]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[1, 1], 0));
        script.save(1, 1, Some(0), (0, 0), &[1]);
    });
    assert_eq!(shrinks.as_deref(), Some("AckRetained"));
    let forgets = broken(|| {
        let script = Script::new(1);
        script.save(1, 1, Some(0), (0, 0), &[]);
        script.save(1, 1, None, (0, 0), &[]);
    });
    assert_eq!(forgets.as_deref(), Some("OneVotePerTerm"));
    let back = broken(|| {
        let script = Script::new(1);
        script.save(1, 1, None, (3, 1), &[]);
        script.save(1, 1, None, (2, 1), &[1]);
    });
    assert_eq!(back.as_deref(), Some("SnapshotForward"));
    let differs = broken(|| {
        let script = Script::new(1);
        script.save(0, 2, None, (0, 0), &[1, 2]);
        script.save(1, 2, None, (0, 0), &[2, 2]);
    });
    assert_eq!(differs.as_deref(), Some("LogMatching"));
    let less = broken(|| {
        let script = Script::new(1);
        script.save(1, 2, None, (0, 0), &[]);
        script.save(1, 1, None, (0, 0), &[]);
    });
    assert_eq!(less.as_deref(), Some("TermMonotonic"));
}

#[test]
fn commits_are_weighed() {
    let few = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save(0, 1, Some(0), (0, 0), &[1]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[], 1));
    });
    assert_eq!(few.as_deref(), Some("CommitQuorum"));
    let old = broken(|| {
        let script = Script::new(2);
        script.elect(2, &[1]);
        script.append(0, 1, heartbeat(2, 0, (1, 1), &[], 0));
        script.append(0, 1, heartbeat(2, 0, (1, 1), &[], 1));
    });
    assert_eq!(old.as_deref(), Some("CommitOwnTerm"));
    // A leader that has made a snapshot tells a follower what it committed, and the follower leads.
    let heard = broken(|| {
        let script = Script::new(0);
        script.save(1, 1, Some(1), (0, 0), &[1]);
        script.save(0, 1, Some(1), (0, 0), &[]);
        script.ask(1, 0, 1, (1, 1));
        script.save(0, 1, Some(1), (0, 0), &[1]);
        script.append(1, 0, heartbeat(1, 1, (0, 0), &[1], 0));
        script.oracles.applies(1, 1, b"0@1");
        script.save(1, 1, Some(1), (1, 1), &[]);
        script.append(1, 0, heartbeat(1, 1, (1, 1), &[], 1));
        script.save(0, 2, Some(0), (0, 0), &[1]);
        script.save(2, 2, Some(0), (0, 0), &[1]);
        script.ask(0, 2, 2, (1, 1));
        script.append(0, 2, heartbeat(2, 0, (1, 1), &[], 1));
    });
    assert_eq!(heard, None);
    let unheard = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save(0, 1, Some(0), (0, 0), &[1]);
        script.save(1, 1, Some(0), (0, 0), &[1]);
        script.append(0, 2, heartbeat(1, 0, (0, 0), &[], 1));
    });
    assert_eq!(unheard.as_deref(), Some("CommitAcked"));
    let more = broken(|| {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save(0, 1, Some(0), (0, 0), &[1]);
        script.save(1, 1, Some(0), (0, 0), &[1]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 0));
        script.oracles.applies(1, 1, b"0@1");
    });
    assert_eq!(more.as_deref(), Some("AppliedLearnt"));
}

#[test]
fn a_state_in_other_words_is_no_violation_and_said() {
    #[derive(Serialize)]
    struct Words(u64, Option<u64>);
    let report = Simulation::new(1).run(|| {
        let script = Script::new(1);
        let disk = Arc::clone(&script.disks[1]);
        script.at(1, move || disk.save(&Words(1, None), &labapi::Bytes::new()));
        script.ask(0, 1, 1, (0, 0));
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[1], 1));
        script.oracles.end();
    });
    assert_eq!(report.outcome.err(), None);
    assert!(
        report.warnings[0].contains("the saved term"),
        "{:?}",
        report.warnings
    );
}
