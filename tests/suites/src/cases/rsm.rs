//! 4A: the replicated state machine; and the first case of 4C.

use super::case::MAX_RAFT_STATE;
use super::{Case, Part};
use crate::cluster::ELECTION_TIMEOUT;
use crate::services::{CounterOp, RsmLab};
use labapi::WrongLeader;
use labrt::channel::{Receiver, RecvTimeoutError, unbounded};
use labrt::thread;
use labrt::time::{Duration, Instant};

/// Replicas in each case.
pub(super) const SERVERS: usize = 3;

pub(super) const CASES: &[Case] = &[
    Part::A4
        .case("basic", "TestBasic4A", 3)
        .about("operations one after another")
        .rsm(basic),
    Part::A4
        .case("concurrent", "TestConcurrent4A", 3)
        .about("fifty operations at once")
        .rsm(concurrent),
    Part::A4
        .case("leader_failure", "TestLeaderFailure4A", 3)
        .about("a new leader goes on, the old one catches up")
        .rsm(leader_failure),
    Part::A4
        .case("leader_partition", "TestLeaderPartition4A", 3)
        .about("what a leader without a quorum was asked fails, and is undone")
        .rsm(leader_partition),
    Part::A4
        .case("restart_replay", "TestRestartReplay4A", 3)
        .about("replicas that restart apply their logs again")
        .rsm(restart_replay),
    Part::A4
        .case("shutdown", "TestShutdown4A", 2)
        .about("nobody waits for a replica that was shut down")
        .rsm(shutdown),
    Part::A4
        .case("restart_submit", "TestRestartSubmit4A", 3)
        .about("operations under way at a shutdown take effect everywhere or nowhere")
        .rsm(restart_submit),
];

fn basic(lab: &RsmLab) {
    for n in 1..=10 {
        insist_on(lab, n);
        lab.check_counter(n, SERVERS);
    }
}

/// The next Inc must reply `n`.
fn insist_on(lab: &RsmLab, n: i64) {
    let reply = lab.inc();
    if reply != n {
        lab.fault(format!("the {n}th Inc replied {reply}"));
    }
}

fn concurrent(lab: &RsmLab) {
    let incs: Vec<_> = (0..50)
        .map(|_| {
            let lab = lab.clone();
            thread::spawn(move || lab.inc())
        })
        .collect();
    for inc in incs {
        let _ = inc.join();
    }
    lab.check_counter(50, SERVERS);
}

fn leader_failure(lab: &RsmLab) {
    let count = lab.inc();
    lab.check_counter(count, SERVERS);

    let leader = lab.check_one_leader();
    lab.disconnect(leader);
    let count = lab.inc();
    lab.check_counter(count, SERVERS - 1);

    lab.connect(leader);
    lab.check_counter(count, SERVERS);
}

/// Submits `count` times the same to one server, each on a thread of its own. Their answers.
fn submit_many(
    lab: &RsmLab,
    server: usize,
    op: CounterOp,
    count: usize,
) -> Receiver<Option<Result<i64, WrongLeader>>> {
    let (sender, answers) = unbounded();
    for _ in 0..count {
        let (lab, sender) = (lab.clone(), sender.clone());
        thread::spawn(move || {
            let _ = sender.send(lab.submit(server, op));
        });
    }
    answers
}

/// All threads of `submit_many` must be answered within `patience`.
fn all_answered(
    lab: &RsmLab,
    answers: &Receiver<Option<Result<i64, WrongLeader>>>,
    patience: Duration,
    when: &str,
    mut check: impl FnMut(Option<Result<i64, WrongLeader>>),
) {
    let end = Instant::now() + patience;
    loop {
        match answers.recv_deadline(end) {
            Ok(answer) => check(answer),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => lab.fault(format!(
                "somebody still waits in submit {patience:?} after {when}"
            )),
        }
    }
}

fn leader_partition(lab: &RsmLab) {
    let count = lab.inc();
    lab.check_counter(count, SERVERS);

    let leader = lab.check_one_leader();
    let (majority, minority) = lab.around(leader);
    lab.partition(&[&majority, &minority]);

    let answers = submit_many(lab, leader, CounterOp::Dec, 100);
    let refuse = |answer| {
        if let Some(Ok(value)) = answer {
            lab.fault(format!(
                "server {leader}, cut off from any quorum, answered a Dec with {value}"
            ));
        }
    };
    lab.sleep(Duration::from_millis(10)); // they begin
    let count = lab.one(&majority, CounterOp::Inc);
    lab.check_counter(count, majority.len());
    lab.sleep(Duration::from_secs(1));
    answers.try_iter().for_each(refuse);

    lab.connect_all();
    let patience = Duration::from_secs(1);
    all_answered(lab, &answers, patience, "the partition ended", refuse);
    lab.check_counter(count, SERVERS);
}

fn stop_all(lab: &RsmLab) {
    (0..SERVERS).for_each(|server| lab.stop(server));
}

fn restart_all(lab: &RsmLab) {
    (0..SERVERS).for_each(|server| lab.restart(server));
}

/// A hundred Incs, which all replicas carry out.
fn hundred(lab: &RsmLab) {
    for _ in 0..100 {
        lab.inc();
    }
    lab.check_counter(100, SERVERS);
}

fn restart_replay(lab: &RsmLab) {
    hundred(lab);
    stop_all(lab);
    lab.sleep(ELECTION_TIMEOUT);
    restart_all(lab);
    insist_on(lab, 101);
    lab.sleep(ELECTION_TIMEOUT);
    lab.check_counter(101, SERVERS);
}

/// Has a hundred operations under way when all servers are shut down; all must be answered. As one
/// is carried out the next is submitted, so that there are some at that moment.
fn interrupted(lab: &RsmLab) {
    let leader = lab.check_one_leader();
    let (sender, answers) = unbounded();
    for _ in 0..100 {
        let (lab, sender) = (lab.clone(), sender.clone());
        thread::spawn(move || {
            while let Some(Ok(_)) = lab.submit(leader, CounterOp::Null) {}
            let _ = sender.send(None);
        });
    }
    drop(sender);
    lab.sleep(Duration::from_millis(20));
    stop_all(lab);
    let patience = Duration::from_secs(11);
    all_answered(lab, &answers, patience, "all servers were shut down", drop);
}

fn shutdown(lab: &RsmLab) {
    interrupted(lab);
}

fn restart_submit(lab: &RsmLab) {
    hundred(lab);
    stop_all(lab);
    lab.sleep(ELECTION_TIMEOUT);
    restart_all(lab);
    insist_on(lab, 101);
    lab.check_counter(101, SERVERS);

    interrupted(lab);

    restart_all(lab);
    insist_on(lab, 102);
    lab.check_counter(102, SERVERS);
}

/// 4C: replicas make snapshots, and begin with them.
pub(super) fn snapshot(lab: &RsmLab) {
    hundred(lab);
    let largest = lab.largest_state();
    if largest > 2 * MAX_RAFT_STATE {
        lab.fault(format!(
            "a server saved a Raft state of {largest} bytes; with snapshots above \
             {MAX_RAFT_STATE} it must stay within twice that"
        ));
    }
    stop_all(lab);
    restart_all(lab);
    insist_on(lab, 101);
    lab.check_counter(101, SERVERS);
}
