//! Servers that replicate a counter, and what a case says to them.

use super::watch;
use super::{Counter, CounterOp};
use crate::Submission;
use crate::cluster::{Cluster, Incarnation, ServerKind, ServerParts};
use labapi::{MakeRaft, MakeRsm, Rsm, WrongLeader};
use labrt::harness::Mutex;
use labrt::time::{Duration, Instant};
use std::ops::Deref;
use std::sync::Arc;

/// How long [`RsmLab::one`] tries.
const PATIENCE: Duration = Duration::from_secs(10);

/// A group of replicas of one counter. A handle: clones are the same group.
#[derive(Clone)]
pub struct RsmLab {
    cluster: Cluster,
    replicas: Arc<Replicas>,
}

/// What runs on its servers.
struct Replicas {
    raft: MakeRaft,
    rsm: MakeRsm<Counter>,
    max_raft_state: Option<usize>,
    /// Each server's, of its present or last incarnation.
    present: Mutex<Vec<Option<Replica>>>,
    /// Who took the last operation.
    leader: Mutex<usize>,
}

#[derive(Clone)]
struct Replica {
    rsm: Arc<dyn Rsm<Counter>>,
    counter: Counter,
}

impl ServerKind for Replicas {
    fn start(&self, lab: &Cluster, incarnation: Incarnation) -> ServerParts {
        let (server, make) = (incarnation.server, self.rsm);
        let counter = Counter::default();
        let machine = counter.clone();
        let (rsm, raft) = watch::start(
            lab,
            incarnation,
            self.raft,
            self.max_raft_state,
            move |replica| make(replica, machine),
        );
        let replica = Replica {
            rsm: rsm.clone(),
            counter,
        };
        self.present.lock()[server] = Some(replica);
        watch::parts(raft, Vec::new(), Box::new(move || rsm.kill()))
    }
}

impl Deref for RsmLab {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl RsmLab {
    /// Starts `count` replicas, all connected.
    pub fn new(
        submission: &Submission,
        count: usize,
        reliable: bool,
        max_raft_state: Option<usize>,
    ) -> RsmLab {
        let replicas = Arc::new(Replicas {
            raft: submission.raft,
            rsm: submission.lab4.rsm,
            max_raft_state,
            present: Mutex::new(vec![None; count]),
            leader: Mutex::new(0),
        });
        let net = super::network(reliable);
        RsmLab {
            cluster: Cluster::of(replicas.clone(), count, net),
            replicas,
        }
    }

    /// Submits an operation to one server, and waits for the answer; `None` if the server is down,
    /// or crashes meanwhile.
    pub fn submit(&self, server: usize, op: CounterOp) -> Option<Result<i64, WrongLeader>> {
        let replica = self.replicas.present.lock()[server].clone()?;
        self.ask(server, "submit", move |_| replica.rsm.submit(op))
    }

    /// One operation on whichever of these connected servers leads; the reply. Ten seconds without
    /// one fail the case.
    pub fn one(&self, servers: &[usize], op: CounterOp) -> i64 {
        self.note(format_args!("submit {op:?}"));
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let first = *self.replicas.leader.lock();
            for turn in 0..self.len() {
                let server = (first + turn) % self.len();
                if servers.contains(&server)
                    && self.is_connected(server)
                    && let Some(Ok(reply)) = self.submit(server, op)
                {
                    *self.replicas.leader.lock() = server;
                    return reply;
                }
            }
            self.sleep(Duration::from_millis(50));
        }
        self.fault(format!(
            "{op:?} was submitted for {PATIENCE:?} to servers {servers:?}, and none carried it out"
        ))
    }

    /// One Inc on whichever server leads.
    pub fn inc(&self) -> i64 {
        let all: Vec<usize> = (0..self.len()).collect();
        self.one(&all, CounterOp::Inc)
    }

    /// Waits until at least `count` servers' counters stand at `value`; some seconds without that
    /// fail the case.
    pub fn check_counter(&self, value: i64, count: usize) {
        let mut pause = Duration::from_millis(10);
        for _ in 0..30 {
            if self.counters().iter().filter(|at| **at == value).count() >= count {
                return;
            }
            self.sleep(pause);
            pause = (pause * 2).min(Duration::from_secs(1));
        }
        self.fault(format!(
            "expected {count} servers whose counter stands at {value}; they stand at {:?}",
            self.counters()
        ))
    }

    fn counters(&self) -> Vec<i64> {
        let present = self.replicas.present.lock();
        let replicas = present.iter().flatten();
        replicas.map(|replica| replica.counter.value()).collect()
    }
}
