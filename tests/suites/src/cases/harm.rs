//! Faults that the course lacks, as scripts: what befalls servers that have work to do, whoever
//! gives it to them. Each script ends with all servers up and connected. 3E and 4E are made of
//! them.

use crate::cluster::{Cluster, ELECTION_TIMEOUT};
use labrpc::harness::Latency;
use labrt::rand::{self, RngExt};
use labrt::time::{Duration, Instant};
use persister::harness::Moment;

/// A script.
pub(super) type Harm = fn(&Cluster);

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn at_random(least: u64, most: u64) -> Duration {
    ms(rand::rng().random_range(least..=most))
}

/// Who leads, as far as anybody says: the one of the highest term.
fn leader(lab: &Cluster) -> Option<usize> {
    let states = (0..lab.len()).filter_map(|server| Some((lab.state(server)?, server)));
    let leaders = states.filter(|(state, _)| state.is_leader);
    leaders
        .max_by_key(|(state, _)| state.term)
        .map(|(_, server)| server)
}

/// How long a server that is to crash is given for it. One that has nothing to do gets there late.
const TIME_TO_CRASH: Duration = ms(1500);

/// Waits until a server has crashed that is to, and restarts it after a while; one that has not by
/// then crashes now.
fn crash_and_return(lab: &Cluster, server: usize) {
    let begin = Instant::now();
    while lab.is_running(server) && begin.elapsed() < TIME_TO_CRASH {
        lab.sleep(ms(10));
    }
    lab.crash(server);
    lab.sleep(at_random(0, 400));
    lab.restart(server);
    lab.sleep(ms(200));
}

/// The first so many saves after a server has started, or has begun to lead, are all tried.
const SAVES: u64 = 8;

fn crash_at_each_save(lab: &Cluster, moment: Moment) {
    for count in 1..=SAVES {
        for leads in [true, false] {
            let first = leader(lab).unwrap_or(0);
            let server = match leads {
                true => first,
                false => (first + 1) % lab.len(),
            };
            lab.crash_at_save(server, count, moment);
            if !leads {
                // With a new leader to vote for, a term to adopt and entries to take.
                lab.disconnect(first);
            }
            crash_and_return(lab, server);
            lab.connect(first);
        }
    }
}

pub(super) fn crash_before_saves(lab: &Cluster) {
    crash_at_each_save(lab, Moment::Before);
}

pub(super) fn crash_after_saves(lab: &Cluster) {
    crash_at_each_save(lab, Moment::After);
}

/// About as many scheduling points as a server passes in a second of work.
const POINTS: u64 = 2000;

pub(super) fn crash_at_points(lab: &Cluster) {
    for round in 0..12 {
        let server = match round % 2 {
            0 => leader(lab).unwrap_or(0),
            _ => rand::rng().random_range(0..lab.len()),
        };
        lab.crash_at_point(server, rand::rng().random_range(1..=POINTS));
        crash_and_return(lab, server);
    }
}

/// Between two servers, in both directions.
fn cut(lab: &Cluster, one: usize, other: usize, on: bool) {
    lab.block(one, other, on);
    lab.block(other, one, on);
}

fn for_each_pair(lab: &Cluster, mut act: impl FnMut(usize, usize)) {
    for one in 0..lab.len() {
        for other in (0..lab.len()).filter(|other| *other != one) {
            act(one, other);
        }
    }
}

fn open_all(lab: &Cluster) {
    for_each_pair(lab, |one, other| lab.block(one, other, false));
}

/// Each server hears two others only, so that no two of them hear the same ones.
pub(super) fn ring(lab: &Cluster) {
    let count = lab.len();
    lab.note("each server is joined to its two neighbours");
    for_each_pair(lab, |one, other| {
        let distance = (one + count - other) % count;
        lab.net()
            .block(one, other, distance != 1 && distance != count - 1);
    });
    lab.sleep(6 * ELECTION_TIMEOUT);
    open_all(lab);
}

/// A leader has a majority all the time, but never the same for long: in turn, the others fall
/// behind and catch up.
pub(super) fn majorities_in_turn(lab: &Cluster) {
    for round in 0..30 {
        let Some(leader) = leader(lab) else {
            lab.sleep(ms(100));
            continue;
        };
        let others = (0..lab.len()).filter(|other| *other != leader);
        for (place, other) in others.enumerate() {
            let turn = (place + round) % (lab.len() - 1);
            cut(lab, leader, other, turn >= lab.len() / 2);
        }
        lab.sleep(at_random(50, 250));
    }
    open_all(lab);
}

/// Every 100 to 300 ms, a third of all directions between two servers are blocked, drawn anew.
pub(super) fn one_way(lab: &Cluster) {
    for _ in 0..30 {
        for_each_pair(lab, |one, other| {
            lab.net()
                .block(one, other, rand::rng().random_bool(1.0 / 3.0));
        });
        lab.sleep(at_random(100, 300));
    }
    open_all(lab);
}

/// Clocks that run a fifth too slow and a quarter too fast, and change.
pub(super) fn skewed_clocks(lab: &Cluster) {
    lab.hinder();
    for round in 0..8 {
        for server in 0..lab.len() {
            let rate = [0.8, 1.0, 1.25][(server + round) % 3];
            lab.set_clock_rate(server, rate);
        }
        lab.sleep(ELECTION_TIMEOUT);
    }
    (0..lab.len()).for_each(|server| lab.set_clock_rate(server, 1.0));
}

/// What a save takes on a slow disk: less than a heartbeat, more than a message.
const SLOW: (Duration, Duration) = (ms(2), ms(20));

pub(super) fn slow_disks(lab: &Cluster) {
    let slow_down = |server| lab.slow_disk(server, SLOW.0, SLOW.1);
    (0..lab.len()).for_each(slow_down);
    for _ in 0..3 {
        lab.sleep(ELECTION_TIMEOUT);
        let leader = leader(lab).unwrap_or(0);
        lab.crash(leader);
        lab.sleep(ELECTION_TIMEOUT);
        lab.restart(leader);
        slow_down(leader);
    }
}

/// Leaders that stand still for longer than an election takes, and wake up as if nothing had been.
pub(super) fn pauses(lab: &Cluster) {
    for _ in 0..5 {
        let Some(leader) = leader(lab) else {
            lab.sleep(ms(200));
            continue;
        };
        // Whoever asks it for its state meanwhile would wait.
        lab.pause(leader, at_random(500, 2500));
        lab.sleep(ms(2600));
    }
}

/// Every request comes twice, and some messages late.
pub(super) fn late_and_twice(lab: &Cluster) {
    let net = lab.net();
    for_each_pair(lab, |one, other| {
        // Not a client's: of a put that is carried out twice, its clerk may hear what became of the
        // second one.
        net.set_duplicated_between(one, other, Some(1.0));
        net.set_latency(
            one,
            other,
            Some(Latency::HeavyTailed {
                least: ms(1),
                most: ms(250),
                shape: 1.0,
            }),
        );
    });
    lab.sleep(4 * ELECTION_TIMEOUT);
    for_each_pair(lab, |one, other| {
        net.set_duplicated_between(one, other, None);
        net.set_latency(one, other, None);
    });
}

/// One server after another is cut off and comes back to a log that begins behind its own end.
pub(super) fn left_behind(lab: &Cluster) {
    for round in 0..8 {
        let server = match round % 3 {
            0 => leader(lab).unwrap_or(0),
            _ => rand::rng().random_range(0..lab.len()),
        };
        lab.disconnect(server);
        lab.sleep(at_random(300, 1000));
        lab.connect(server);
        lab.sleep(at_random(100, 400));
    }
}

/// For a long while, now this and now that.
pub(super) fn long_run(lab: &Cluster) {
    const LENGTH: Duration = Duration::from_secs(60);
    let begin = Instant::now();
    while begin.elapsed() < LENGTH {
        let server = rand::rng().random_range(0..lab.len());
        match rand::rng().random_range(0..5) {
            0 => {
                lab.crash_at_point(server, rand::rng().random_range(1..=POINTS));
                crash_and_return(lab, server);
            }
            1 => {
                let moments = [Moment::Before, Moment::After];
                let moment = moments[rand::rng().random_range(0..2)];
                lab.crash_at_save(server, rand::rng().random_range(1..=SAVES), moment);
                crash_and_return(lab, server);
            }
            2 => {
                lab.disconnect(server);
                lab.sleep(at_random(500, 1500));
                lab.connect(server);
            }
            3 => {
                lab.pause(server, at_random(200, 1500));
                lab.sleep(ms(1600));
            }
            _ => {
                let other = (server + 1) % lab.len();
                lab.block(server, other, true);
                lab.sleep(at_random(500, 1500));
                lab.block(server, other, false);
            }
        }
        lab.sleep(at_random(100, 1000));
    }
}
