//! 3A: leader election (§5.2).

use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT};
use labrt::harness;
use labrt::rand::{self, RngExt};
use labrt::time::Duration;

pub(super) const CASES: &[Case] = &[
    Part::A3
        .case("initial_election", "TestInitialElection3A", 5)
        .about("a leader is elected, and stays while nothing fails")
        .raft(initial_election),
    Part::A3
        .case("re_election", "TestReElection3A", 5)
        .about("a new leader after a failure, none without a quorum")
        .raft(re_election),
    Part::A3
        .case("many_elections", "TestManyElections3A", 5)
        .servers(7)
        .about("one leader in every round with three of seven servers cut off")
        .raft(many_elections),
];

fn initial_election(lab: &Cluster) {
    // Somebody is elected.
    lab.check_one_leader();

    // Leave the followers time to learn of it; then all agree on the term.
    lab.sleep(Duration::from_millis(50));
    let term = lab.check_terms();
    if term < 1 {
        lab.fault(format!("the term is {term}, but should be at least 1"));
    }

    // Without a failure, leader and term stay.
    lab.sleep(2 * ELECTION_TIMEOUT);
    let later = lab.check_terms();
    if later != term {
        harness::warn(format!(
            "the term went from {term} to {later} though nothing failed"
        ));
    }
    lab.check_one_leader();
}

fn re_election(lab: &Cluster) {
    let first = lab.check_one_leader();

    // The leader is cut off: the others elect a new one.
    lab.disconnect(first);
    lab.check_one_leader();

    // The old leader comes back: that disturbs nobody, and it becomes a follower.
    lab.connect(first);
    let second = lab.check_one_leader();

    // Without a quorum there is no leader.
    let other = (second + 1) % lab.len();
    lab.disconnect(second);
    lab.disconnect(other);
    lab.sleep(2 * ELECTION_TIMEOUT);
    lab.check_no_leader();

    // A quorum again: it elects one.
    lab.connect(other);
    lab.check_one_leader();

    // The last server comes back: there still is a leader.
    lab.connect(second);
    lab.check_one_leader();
}

fn many_elections(lab: &Cluster) {
    lab.check_one_leader();
    for _ in 0..9 {
        // Three servers are cut off; the same one may be drawn twice.
        let cut: [usize; 3] = std::array::from_fn(|_| rand::rng().random_range(0..lab.len()));
        cut.iter().for_each(|server| lab.disconnect(*server));

        // The present leader lives, or the other four elect a new one.
        lab.check_one_leader();
        cut.iter().for_each(|server| lab.connect(*server));
    }
    lab.check_one_leader();
}
