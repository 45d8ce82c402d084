//! 3E: an old snapshot that comes once more, and commands that must not wait.

use super::case::Draft;
use super::{Case, Part};
use crate::cluster::{Cluster, Heard, Request, command};
use crate::trace::names;
use labrt::time::{Duration, Instant};

pub(super) const CASES: &[Case] = &[
    Draft::extra(Part::E3, "late_snapshot")
        .snapshots()
        .about("an InstallSnapshot of long ago takes nothing back")
        .raft(late_snapshot),
    Draft::extra(Part::E3, "prompt_replication")
        .about("commands are sent when they come, not with the next heartbeat")
        .raft(prompt_replication),
];

/// Time between two messages of the case: well below any election timeout.
const STEP: Duration = Duration::from_millis(20);

/// As long as the labs grant for an election.
const PATIENCE: Duration = Duration::from_secs(5);

/// The first snapshot that was sent to a server which did not answer, once there is one.
fn first_snapshot(lab: &Cluster, heard: &Heard) -> Option<Request> {
    let is_snapshot = |one: &Request| {
        one.number(names::LAST_INCLUDED_INDEX).is_some()
            && one.number(names::PREV_LOG_INDEX).is_none()
    };
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(snapshot) = heard.first(is_snapshot) {
            return Some(snapshot);
        }
        lab.sleep(STEP);
    }
    None
}

/// Figure 13, 5: a snapshot is news only to who has less. The judges are the oracles, and the
/// service, which must not be taken back.
fn late_snapshot(lab: &Cluster) {
    let heard = lab.take_the_place_of(2);
    let agree = |commands: std::ops::Range<u64>| {
        for number in commands {
            lab.one(command(number), 2, true);
        }
    };
    agree(1..13);
    let Some(snapshot) = first_snapshot(lab, &heard) else {
        return lab.cannot_judge("nobody sent an InstallSnapshot with the paper's fields");
    };
    agree(13..25);
    let leader = lab.check_one_leader();
    let follower = 1 - leader;
    let term = lab.state(follower).map_or(0, |state| state.term);
    let Some(late) = snapshot.with(names::TERM, term) else {
        return lab.cannot_judge("an InstallSnapshot has no term");
    };
    for _ in 0..3 {
        lab.send_as(leader, follower, &late);
        lab.one(command(25), 2, true);
    }
    // What was saved is as good as what is in memory.
    lab.restart(follower);
    lab.one(command(26), 2, true);
}

/// As many commands one after another, each once the one before is applied.
const COMMANDS: u64 = 60;

/// The course's limit for lab 4, three operations in a heartbeat's 100 ms, on a bare Raft.
const LIMIT: Duration = Duration::from_millis(33 * COMMANDS);

fn prompt_replication(lab: &Cluster) {
    lab.one(command(0), 3, true);
    let leader = lab.check_one_leader();
    let begin = Instant::now();
    for number in 1..=COMMANDS {
        let Some(started) = lab.start_command(leader, command(number)) else {
            lab.fault(format!(
                "server {leader} leads no more, though nothing failed"
            ))
        };
        while lab.n_committed(started.index).0 == 0 {
            if begin.elapsed() > LIMIT {
                lab.fault(format!(
                    "{} of {COMMANDS} commands took more than {LIMIT:?}, each given to the leader \
                     once the one before was applied: do entries wait for the next heartbeat?",
                    number - 1
                ));
            }
            lab.sleep(Duration::from_millis(1));
        }
    }
}
