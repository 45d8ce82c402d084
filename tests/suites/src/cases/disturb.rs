//! What the runs of both key/value services have in common: clients at work, while servers are
//! split into sides, crash and restart.

use super::case::MAX_RAFT_STATE;
use crate::cluster::{Cluster, ELECTION_TIMEOUT};
use labrt::channel::Receiver;
use labrt::rand::{self, RngExt};
use labrt::sync::Arc;
use labrt::thread;
use labrt::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};

/// How long clients work undisturbed in each iteration.
const CALM: Duration = Duration::from_secs(1);

/// How many partitions they then live through, if there are any. (The course's first comes as the
/// clients stop.)
const SPLITS: usize = 2;

/// The largest Raft state that a server may have saved, in multiples of what calls for a snapshot.
const STATES: usize = 8;

/// What happens beside the clients' work.
#[derive(Clone, Copy, Default)]
pub(super) struct Disturbance {
    /// The servers are split into two random sides, for an election timeout or a little more.
    pub(super) splits: bool,
    /// All servers crash and restart after each iteration.
    pub(super) crashes: bool,
}

impl Disturbance {
    pub(super) fn is_none(self) -> bool {
        !self.splits && !self.crashes
    }
}

/// Lets `count` clients work until they are told to stop, and waits for them; what they return.
/// `works` makes the work of one of them.
pub(super) fn while_clients_work<W, T>(
    lab: &Cluster,
    count: usize,
    disturbance: Disturbance,
    works: impl Fn(Arc<AtomicBool>) -> W,
) -> Vec<T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..count)
        .map(|_| thread::spawn(works(stop.clone())))
        .collect();
    lab.sleep(CALM);
    if disturbance.splits {
        for _ in 0..SPLITS {
            split_at_random(lab);
            lab.sleep(ELECTION_TIMEOUT + Duration::from_millis(rand::rng().random_range(0..200)));
        }
    }
    stop.store(true, Ordering::Relaxed);
    if disturbance.splits {
        // A request may wait in a minority: its server must hear of a new term.
        lab.connect_all();
        lab.sleep(ELECTION_TIMEOUT);
    }
    let results = clients.into_iter().map(thread::JoinHandle::join);
    results.filter_map(Result::ok).collect()
}

fn split_at_random(lab: &Cluster) {
    let mut rng = rand::rng();
    let (one, other): (Vec<usize>, Vec<usize>) =
        (0..lab.len()).partition(|_| rng.random_range(0..2) == 0);
    lab.partition(&[&one, &other]);
}

/// Crashes all servers and restarts them, if that is to happen.
pub(super) fn crash_and_restart(lab: &Cluster, disturbance: Disturbance) {
    if !disturbance.crashes {
        return;
    }
    (0..lab.len()).for_each(|server| lab.crash(server));
    lab.sleep(ELECTION_TIMEOUT);
    (0..lab.len()).for_each(|server| lab.restart(server));
}

/// What is on the disks must stay small where snapshots are made; where not, there must be none.
pub(super) fn check_sizes(lab: &Cluster, max_raft_state: Option<usize>) {
    match max_raft_state {
        Some(max) => check_states(lab, max),
        None => {
            if let Some(server) = (0..lab.len()).find(|server| lab.snapshot_size(*server) > 0) {
                lab.fault(format!(
                    "server {server} saved a snapshot, though max_raft_state is None"
                ));
            }
        }
    }
}

fn check_states(lab: &Cluster, max: usize) {
    let largest = lab.largest_state();
    if largest > STATES * max {
        lab.fault(format!(
            "a server saved a Raft state of {largest} bytes; with snapshots above {max} it must \
             stay within {STATES} times that"
        ));
    }
}

/// The same for a case that has the usual limit.
pub(super) fn check_usual_states(lab: &Cluster) {
    check_states(lab, MAX_RAFT_STATE);
}

/// The largest snapshot of one short value, in bytes.
const SNAPSHOT: usize = 500;

/// What is on the disks of a case that has but one short value.
pub(super) fn check_usual_snapshots(lab: &Cluster) {
    let sizes = (0..lab.len()).map(|server| lab.snapshot_size(server));
    let largest = sizes.max().unwrap_or(0);
    if largest > SNAPSHOT {
        lab.fault(format!(
            "a server saved a snapshot of {largest} bytes for one short value; {SNAPSHOT} are \
             allowed"
        ));
    }
}

/// Operations that clients have begun, by name; each answer comes when it is there.
pub(super) type Begun = [(&'static str, Receiver<String>)];

/// None of these operations of key "1", asked of a minority, may be answered within a second.
pub(super) fn waits_in_minority(lab: &Cluster, minority: &[usize], begun: &Begun) {
    lab.sleep(Duration::from_secs(1));
    for (what, done) in begun {
        if let Ok(answer) = done.try_recv() {
            lab.fault(format!(
                "servers {minority:?}, a minority, answered a {what} of key \"1\": {answer}"
            ));
        }
    }
}

/// All of them must be, now that all servers are connected again.
pub(super) fn is_answered_at_last(lab: &Cluster, begun: &Begun) {
    lab.sleep(ELECTION_TIMEOUT);
    for (what, done) in begun {
        if done.recv_timeout(Duration::from_secs(3)).is_err() {
            lab.fault(format!(
                "the {what} that had begun in a minority is not answered 4 s after its end"
            ));
        }
    }
}
