//! 3B: the log (§5.3, §5.4).

mod cost;

use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT, command};
use bytes::Bytes;
use labrt::rand::{self, RngExt};

pub(super) const CASES: &[Case] = &[
    Part::B3
        .case("basic_agree", "TestBasicAgree3B", 3)
        .about("three servers agree")
        .raft(basic_agree),
    Part::B3
        .case("rpc_bytes", "TestRPCBytes3B", 2)
        .about("each command is sent to each peer just once")
        .raft(cost::rpc_bytes),
    Part::B3
        .case("follower_failure", "TestFollowerFailure3B", 3)
        .about("agreement while followers fail, one after another")
        .raft(follower_failure),
    Part::B3
        .case("leader_failure", "TestLeaderFailure3B", 3)
        .about("agreement while leaders fail, one after another")
        .raft(leader_failure),
    Part::B3
        .case("fail_agree", "TestFailAgree3B", 3)
        .about("a follower that was away catches up")
        .raft(fail_agree),
    Part::B3
        .case("fail_no_agree", "TestFailNoAgree3B", 3)
        .servers(5)
        .about("no agreement while a majority is away")
        .raft(fail_no_agree),
    Part::B3
        .case("concurrent_starts", "TestConcurrentStarts3B", 3)
        .about("commands started at once are all committed")
        .raft(cost::concurrent_starts),
    Part::B3
        .case("rejoin", "TestRejoin3B", 3)
        .about("a leader that was cut off rejoins")
        .raft(rejoin),
    Part::B3
        .case("backup", "TestBackup3B", 4)
        .servers(5)
        .about("a leader backs up quickly over long wrong logs")
        .raft(backup),
    Part::B3
        .case("count", "TestCount3B", 3)
        .about("not too many RPCs")
        .raft(cost::count),
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
