//! 3E: networks, pauses and groups that the course lacks. What is judged is agreement, and whatever
//! the oracles see on the way.

use super::case::Draft;
use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT, command};
use labrpc::harness::Latency;
use labrt::time::{Duration, Instant};

pub(super) const CASES: &[Case] = &[
    Draft::extra(Part::E3, "late_and_twice")
        .snapshots()
        .about("every request comes twice, and some messages come late")
        .raft(late_and_twice),
    Draft::extra(Part::E3, "paused_leader")
        .about("a leader stands still until another one has taken its place, and wakes")
        .raft(paused_leader),
    Draft::extra(Part::E3, "one_way")
        .about("a leader that is not heard, and one that does not hear")
        .raft(one_way),
    Draft::extra(Part::E3, "group_of_one")
        .servers(1)
        .about("a server alone is a majority")
        .raft(bare_majority),
    Draft::extra(Part::E3, "group_of_two")
        .servers(2)
        .about("a majority of two is two")
        .raft(bare_majority),
    Draft::extra(Part::E3, "group_of_four")
        .servers(4)
        .about("a majority of four is three")
        .raft(bare_majority),
    Draft::extra(Part::E3, "group_of_seven")
        .servers(7)
        .about("a majority of seven is four")
        .raft(bare_majority),
    Draft::extra(Part::E3, "group_of_twenty_five")
        .servers(25)
        .about("a majority of twenty-five is thirteen")
        .raft(bare_majority),
];

fn late_and_twice(lab: &Cluster) {
    lab.hinder();
    lab.net().set_duplicated(1.0);
    lab.net().set_base_latency(Some(Latency::HeavyTailed {
        least: Duration::from_millis(1),
        most: Duration::from_millis(250),
        shape: 1.0,
    }));
    for round in 0..8 {
        let leader = lab.check_one_leader();
        lab.disconnect(leader);
        for number in 0..6 {
            lab.one(command(100 * round + number), 2, true);
        }
        lab.connect(leader);
        lab.one(command(100 * round + 99), 3, true);
    }
}

/// The leader among the others, in a later term than `term`.
fn successor(lab: &Cluster, leader: usize, term: u64) -> usize {
    let begin = Instant::now();
    let leads = |server: &usize| {
        let state = lab.state(*server);
        state.is_some_and(|state| state.is_leader && state.term > term)
    };
    while begin.elapsed() < 5 * ELECTION_TIMEOUT {
        let mut others = (0..lab.len()).filter(|server| *server != leader);
        if let Some(found) = others.find(leads) {
            return found;
        }
        lab.sleep(Duration::from_millis(20));
    }
    lab.fault(format!(
        "nobody took the place of server {leader}, which led term {term} and is not heard any more"
    ))
}

fn paused_leader(lab: &Cluster) {
    for round in 0..5 {
        lab.one(command(10 * round), 3, true);
        let stale = lab.check_one_leader();
        let term = lab.state(stale).map_or(0, |state| state.term);
        lab.pause(stale, 6 * ELECTION_TIMEOUT);
        let leader = successor(lab, stale, term);
        if let Some(started) = lab.start_command(leader, command(10 * round + 1)) {
            lab.wait(started.index, 2, None);
        }
        // It wakes, and is given a command before it has heard anything.
        lab.start_command(stale, command(10 * round + 2));
        lab.one(command(10 * round + 3), 3, true);
    }
}

fn one_way(lab: &Cluster) {
    for round in 0..6 {
        lab.one(command(10 * round), 3, true);
        let leader = lab.check_one_leader();
        let term = lab.state(leader).map_or(0, |state| state.term);
        let is_mute = round % 2 == 0;
        let others = || (0..lab.len()).filter(|server| *server != leader);
        let block = |on: bool| {
            others().for_each(|other| match is_mute {
                true => lab.block(leader, other, on),
                false => lab.block(other, leader, on),
            });
        };
        block(true);
        lab.start_command(leader, command(10 * round + 1));
        match is_mute {
            true => {
                let next = successor(lab, leader, term);
                if let Some(started) = lab.start_command(next, command(10 * round + 2)) {
                    lab.wait(started.index, 2, None);
                }
            }
            // The others hear its heartbeats: nobody can ask for more than safety.
            false => lab.sleep(2 * ELECTION_TIMEOUT),
        }
        block(false);
        lab.one(command(10 * round + 3), 3, true);
    }
}

/// A bare majority agrees, and one server fewer does not.
fn bare_majority(lab: &Cluster) {
    let (all, majority) = (lab.len(), lab.len() / 2 + 1);
    lab.one(command(1), all, true);
    let leader = lab.check_one_leader();
    let others = (0..all).filter(|server| *server != leader);
    others
        .take(all - majority)
        .for_each(|server| lab.crash(server));
    lab.one(command(2), majority, true);

    let leader = lab.check_one_leader();
    let last = (0..all).find(|server| *server != leader && lab.is_running(*server));
    if let Some(last) = last {
        lab.crash(last);
        if let Some(started) = lab.start_command(leader, command(3)) {
            lab.sleep(2 * ELECTION_TIMEOUT);
            let count = lab.n_committed(started.index).0;
            if count > 0 {
                lab.fault(format!(
                    "{count} servers applied index {} with {} of {all} servers running",
                    started.index,
                    majority - 1
                ));
            }
        }
    }
    (0..all).for_each(|server| lab.restart(server));
    lab.one(command(4), all, true);
}
