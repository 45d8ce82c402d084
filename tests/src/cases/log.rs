//! 3B: the log (§5.3, §5.4).

use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT, Snapshots, command};
use bytes::Bytes;
use labrt::rand::{self, RngExt};
use labrt::thread;
use labrt::time::Duration;

const fn case(
    name: &'static str,
    alias: &'static str,
    points: u32,
    servers: usize,
    about: &'static str,
    run: fn(&Cluster),
) -> Case {
    Case {
        part: Part::B3,
        name,
        alias,
        points,
        about,
        servers,
        reliable: true,
        snapshots: Snapshots::Off,
        run,
    }
}

pub(super) const CASES: &[Case] = &[
    case(
        "basic_agree",
        "TestBasicAgree3B",
        3,
        3,
        "three servers agree",
        basic_agree,
    ),
    case(
        "rpc_bytes",
        "TestRPCBytes3B",
        2,
        3,
        "each command is sent to each peer just once",
        rpc_bytes,
    ),
    case(
        "follower_failure",
        "TestFollowerFailure3B",
        3,
        3,
        "agreement while followers fail, one after another",
        follower_failure,
    ),
    case(
        "leader_failure",
        "TestLeaderFailure3B",
        3,
        3,
        "agreement while leaders fail, one after another",
        leader_failure,
    ),
    case(
        "fail_agree",
        "TestFailAgree3B",
        3,
        3,
        "a follower that was away catches up",
        fail_agree,
    ),
    case(
        "fail_no_agree",
        "TestFailNoAgree3B",
        3,
        5,
        "no agreement while a majority is away",
        fail_no_agree,
    ),
    case(
        "concurrent_starts",
        "TestConcurrentStarts3B",
        3,
        3,
        "commands started at once are all committed",
        concurrent_starts,
    ),
    case(
        "rejoin",
        "TestRejoin3B",
        3,
        3,
        "a leader that was cut off rejoins",
        rejoin,
    ),
    case(
        "backup",
        "TestBackup3B",
        4,
        5,
        "a leader backs up quickly over long wrong logs",
        backup,
    ),
    case("count", "TestCount3B", 3, 3, "not too many RPCs", count),
];

/// A command that no other one equals, most likely.
fn random_command() -> Bytes {
    command(rand::rng().random_range(0..u64::MAX / 2))
}

fn basic_agree(lab: &Cluster) {
    for index in 1..=3 {
        let (count, _) = lab.n_committed(index);
        if count > 0 {
            lab.fault(format!(
                "{count} servers committed index {index} before it was started"
            ));
        }
        let at = lab.one(command(index * 100), 3, false);
        if at != index {
            lab.fault(format!(
                "the command got index {at}, but should have got {index}"
            ));
        }
    }
}

fn rpc_bytes(lab: &Cluster) {
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

fn follower_failure(lab: &Cluster) {
    lab.one(command(101), 3, false);

    // One follower is cut off: the other two go on.
    let leader = lab.check_one_leader();
    lab.disconnect((leader + 1) % 3);
    lab.one(command(102), 2, false);
    lab.sleep(ELECTION_TIMEOUT);
    lab.one(command(103), 2, false);

    // The other one too: the leader still takes a command, but nobody may apply it.
    let leader = lab.check_one_leader();
    lab.disconnect((leader + 1) % 3);
    lab.disconnect((leader + 2) % 3);
    expect_start(lab, leader, command(104), &[4]);
    lab.sleep(2 * ELECTION_TIMEOUT);
    lab.check_nobody_applied(4);
}

/// A server that believes it leads must take the command, at one of these indices.
fn expect_start(lab: &Cluster, leader: usize, command: Bytes, indices: &[u64]) {
    match lab.start_command(leader, command) {
        None => lab.fault(format!("the leader, server {leader}, refused start()")),
        Some(started) if !indices.contains(&started.index) => lab.fault(format!(
            "start() gave index {}, expected {indices:?}",
            started.index
        )),
        Some(_) => {}
    }
}

fn leader_failure(lab: &Cluster) {
    lab.one(command(101), 3, false);

    // The leader is cut off: the other two elect one of themselves and go on.
    let first = lab.check_one_leader();
    lab.disconnect(first);
    lab.one(command(102), 2, false);
    lab.sleep(ELECTION_TIMEOUT);
    lab.one(command(103), 2, false);

    // The new leader too: whoever takes a command now, nobody may apply it.
    let second = lab.check_one_leader();
    lab.disconnect(second);
    for server in 0..3 {
        lab.start_command(server, command(104));
    }
    lab.sleep(2 * ELECTION_TIMEOUT);
    lab.check_nobody_applied(4);
}

fn fail_agree(lab: &Cluster) {
    lab.one(command(101), 3, false);

    // A follower is cut off: the other two agree on more.
    let leader = lab.check_one_leader();
    let away = (leader + 1) % 3;
    lab.disconnect(away);
    lab.one(command(102), 2, false);
    lab.one(command(103), 2, false);
    lab.sleep(ELECTION_TIMEOUT);
    lab.one(command(104), 2, false);
    lab.one(command(105), 2, false);

    // Back again, it gets what it missed, and all agree on new commands.
    lab.connect(away);
    lab.one(command(106), 3, true);
    lab.sleep(ELECTION_TIMEOUT);
    lab.one(command(107), 3, true);
}

fn fail_no_agree(lab: &Cluster) {
    lab.one(command(10), 5, false);

    // Three of five are cut off: the leader takes a command, but nobody may apply it.
    let leader = lab.check_one_leader();
    let away = [1, 2, 3].map(|step| (leader + step) % 5);
    away.iter().for_each(|server| lab.disconnect(*server));
    expect_start(lab, leader, command(20), &[2]);
    lab.sleep(2 * ELECTION_TIMEOUT);
    lab.check_nobody_applied(2);

    // They come back. The three may have elected a leader without that command, which then gives
    // its index to the next one.
    away.iter().for_each(|server| lab.connect(*server));
    let leader = lab.check_one_leader();
    expect_start(lab, leader, command(30), &[2, 3]);
    lab.one(command(1000), 5, true);
}

fn concurrent_starts(lab: &Cluster) {
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

fn rejoin(lab: &Cluster) {
    lab.one(command(101), 3, true);

    // The leader is cut off, and takes commands that cannot be committed.
    let first = lab.check_one_leader();
    lab.disconnect(first);
    for number in 102..105 {
        lab.start_command(first, command(number));
    }

    // The others agree on another command for the same index.
    lab.one(command(103), 2, true);

    // The new leader is cut off as well, the old one returns: its entries must give way.
    let second = lab.check_one_leader();
    lab.disconnect(second);
    lab.connect(first);
    lab.one(command(104), 2, true);

    // All together.
    lab.connect(second);
    lab.one(command(105), 3, true);
}

fn backup(lab: &Cluster) {
    const MANY: usize = 50;
    let start_many = |leader| {
        for _ in 0..MANY {
            lab.start_command(leader, random_command());
        }
    };
    let commit_many = || {
        for _ in 0..MANY {
            lab.one(random_command(), 3, true);
        }
    };
    lab.one(random_command(), 5, true);

    // The leader and one follower, alone, take many commands that cannot be committed.
    let first = lab.check_one_leader();
    let side = |step| (first + step) % 5;
    [2, 3, 4]
        .map(side)
        .iter()
        .for_each(|server| lab.disconnect(*server));
    start_many(first);
    lab.sleep(ELECTION_TIMEOUT / 2);

    // The other three commit many.
    [0, 1]
        .map(side)
        .iter()
        .for_each(|server| lab.disconnect(*server));
    [2, 3, 4]
        .map(side)
        .iter()
        .for_each(|server| lab.connect(*server));
    commit_many();

    // Now their leader and one more, alone, take many that cannot be committed.
    let second = lab.check_one_leader();
    let other = if side(2) == second { side(3) } else { side(2) };
    lab.disconnect(other);
    start_many(second);
    lab.sleep(ELECTION_TIMEOUT / 2);

    // The first leader's side, with the one that was just cut off, commits many.
    (0..5).for_each(|server| lab.disconnect(server));
    [side(0), side(1), other]
        .iter()
        .for_each(|server| lab.connect(*server));
    commit_many();

    // All together: everybody's log is mended, in time.
    (0..5).for_each(|server| lab.connect(server));
    lab.one(random_command(), 5, true);
}

/// Requests that the servers have handled.
fn handled(lab: &Cluster) -> u64 {
    (0..lab.len()).map(|server| lab.net().count(server)).sum()
}

fn count(lab: &Cluster) {
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
