//! 3B: what the log costs: bytes, RPCs, and no order lost when commands come at once.

use super::random_command;
use crate::cluster::{Cluster, ELECTION_TIMEOUT, command};
use bytes::Bytes;
use labrt::rand::{self, RngExt};
use labrt::thread;
use labrt::time::Duration;

pub(super) fn rpc_bytes(lab: &Cluster) {
    // A small command first, so that the election is behind us.
    lab.one(command(99), 3, false);
    let before = lab.net().total_bytes();

    const COMMANDS: u64 = 10;
    const SIZE: u64 = 5000;
    for _ in 0..COMMANDS {
        let letter: u8 = rand::rng().random_range(b'a'..=b'z');
        lab.one(Bytes::from(vec![letter; SIZE as usize]), 3, false);
    }

    // Each command to each of three servers, and as much again for everything else.
    let sent = COMMANDS * SIZE;
    let used = lab.net().total_bytes() - before;
    let allowed = 3 * sent + 50_000;
    if used > allowed {
        lab.fault(format!(
            "{COMMANDS} commands of {SIZE} bytes took {used} bytes of RPCs; {allowed} are enough"
        ));
    }
}

pub(super) fn concurrent_starts(lab: &Cluster) {
    for attempt in 0..5 {
        if attempt > 0 {
            // Give whatever happened time to settle.
            lab.sleep(Duration::from_secs(3));
        }
        if try_concurrent_starts(lab) {
            return;
        }
    }
    lab.fault("the term changed in each of five attempts, though nothing failed".into());
}

/// False if the term changed meanwhile, so that nothing can be said.
fn try_concurrent_starts(lab: &Cluster) -> bool {
    let leader = lab.check_one_leader();
    let Some(first) = lab.start_command(leader, command(1)) else {
        return false;
    };
    let term = first.term;

    // Five clients at once.
    let starts: Vec<_> = (0..5)
        .map(|number| {
            let lab = lab.clone();
            thread::spawn(move || lab.start_command(leader, command(100 + number)))
        })
        .collect();
    let started: Vec<_> = starts
        .into_iter()
        .map(|start| start.join().ok().flatten())
        .collect();
    let in_term = started
        .iter()
        .flatten()
        .filter(|started| started.term == term);
    let indices: Vec<u64> = in_term.map(|started| started.index).collect();

    let moved_on = |server| lab.state(server).is_some_and(|state| state.term != term);
    if (0..lab.len()).any(moved_on) {
        return false;
    }
    let mut applied = Vec::new();
    for index in indices {
        match lab.wait(index, lab.len(), Some(term)) {
            Some(command) => applied.push(command),
            None => return false,
        }
    }
    for number in 0..5 {
        if !applied.contains(&command(100 + number)) {
            lab.fault(format!(
                "the command {} that was started is missing",
                100 + number
            ));
        }
    }
    true
}

/// Requests that the servers have handled.
fn handled(lab: &Cluster) -> u64 {
    (0..lab.len()).map(|server| lab.net().count(server)).sum()
}

pub(super) fn count(lab: &Cluster) {
    lab.check_one_leader();
    let for_election = handled(lab);
    if !(1..=30).contains(&for_election) {
        lab.fault(format!(
            "{for_election} RPCs to elect the first leader; 1 to 30 are right"
        ));
    }
    let counted = (0..5).any(|attempt| {
        if attempt > 0 {
            lab.sleep(Duration::from_secs(3));
        }
        try_count(lab)
    });
    if !counted {
        lab.fault("the term changed in each of five attempts, though nothing failed".into());
    }

    // An idle second: heartbeats only.
    let before = handled(lab);
    lab.sleep(ELECTION_TIMEOUT);
    let idle = handled(lab) - before;
    if idle > 3 * 20 {
        lab.fault(format!("{idle} RPCs in an idle second; 60 are enough"));
    }
}

/// False if the term changed meanwhile, so that nothing can be said.
fn try_count(lab: &Cluster) -> bool {
    const COMMANDS: u64 = 10;
    let leader = lab.check_one_leader();
    let before = handled(lab);
    let Some(first) = lab.start_command(leader, command(1)) else {
        return false;
    };
    let (term, mut commands) = (first.term, Vec::new());
    for number in 1..COMMANDS + 2 {
        let next = random_command();
        commands.push(next.clone());
        match lab.start_command(leader, next) {
            Some(started) if started.term != term => return false,
            Some(started) if started.index != first.index + number => lab.fault(format!(
                "start() gave index {}, expected {}",
                started.index,
                first.index + number
            )),
            Some(_) => {}
            None => return false,
        }
    }
    for number in 1..COMMANDS + 1 {
        match lab.wait(first.index + number, lab.len(), Some(term)) {
            None => return false,
            Some(applied) if applied != commands[number as usize - 1] => lab.fault(format!(
                "index {} holds another command than the one started there",
                first.index + number
            )),
            Some(_) => {}
        }
    }
    if (0..lab.len()).any(|server| lab.state(server).is_some_and(|state| state.term != term)) {
        return false;
    }
    let used = handled(lab) - before;
    let allowed = (COMMANDS + 1 + 3) * 3;
    if used > allowed {
        lab.fault(format!(
            "{used} RPCs for {COMMANDS} entries; {allowed} are enough"
        ));
    }
    true
}
