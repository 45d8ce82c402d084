//! 3C: persistence (Figure 2, "Persistent state"; Figure 8).

use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT, command};
use bytes::Bytes;
use labrt::harness::Mutex;
use labrt::rand::{self, RngExt};
use labrt::sync::Arc;
use labrt::thread::{self, JoinHandle};
use labrt::time::Duration;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) const CASES: &[Case] = &[
    Part::C3
        .case("persist1", "TestPersist13C", 3)
        .about("servers restart with what they knew")
        .raft(persist1),
    Part::C3
        .case("persist2", "TestPersist23C", 3)
        .servers(5)
        .about("majorities change while servers restart")
        .raft(persist2),
    Part::C3
        .case("persist3", "TestPersist33C", 3)
        .about("a leader restarts beside one that lagged")
        .raft(persist3),
    Part::C3
        .case("figure8", "TestFigure83C", 4)
        .servers(5)
        .about("leaders crash with entries half replicated")
        .raft(figure8),
    Part::C3
        .case("unreliable_agree", "TestUnreliableAgree3C", 4)
        .servers(5)
        .unreliable()
        .about("agreement over a network that loses messages")
        .raft(unreliable_agree),
    Part::C3
        .case("figure8_unreliable", "TestFigure8Unreliable3C", 5)
        .servers(5)
        .unreliable()
        .about("Figure 8 over a network that loses and reorders")
        .raft(figure8_unreliable),
    Part::C3
        .case("reliable_churn", "TestReliableChurn3C", 4)
        .servers(5)
        .about("what clients saw committed stays, while servers come and go")
        .raft(churn),
    Part::C3
        .case("unreliable_churn", "TestUnreliableChurn3C", 4)
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .raft(churn),
];

fn random(below: u64) -> u64 {
    rand::rng().random_range(0..below)
}

fn persist1(lab: &Cluster) {
    lab.one(command(11), 3, true);

    // All restart.
    (0..3).for_each(|server| lab.start(server));
    (0..3).for_each(|server| lab.connect(server));
    lab.one(command(12), 3, true);

    // The leader restarts.
    let first = lab.check_one_leader();
    lab.restart(first);
    lab.one(command(13), 3, true);

    // A leader is away while the others go on, and catches up.
    let second = lab.check_one_leader();
    lab.crash(second);
    lab.one(command(14), 2, true);
    lab.restart(second);
    lab.wait(4, 3, None);

    // The same for a follower.
    let follower = (lab.check_one_leader() + 1) % 3;
    lab.crash(follower);
    lab.one(command(15), 2, true);
    lab.restart(follower);
    lab.one(command(16), 3, true);
}

fn persist2(lab: &Cluster) {
    let mut number = 1;
    for _ in 0..5 {
        lab.one(command(10 + number), 5, true);
        number += 1;
        let leader = lab.check_one_leader();
        let at = |step| (leader + step) % 5;

        // Two are down: the other three go on.
        lab.crash(at(1));
        lab.crash(at(2));
        lab.one(command(10 + number), 3, true);
        number += 1;

        // Those three are down; the two lack an entry that was committed.
        [0, 3, 4]
            .map(at)
            .iter()
            .for_each(|server| lab.crash(*server));
        lab.restart(at(1));
        lab.restart(at(2));
        lab.sleep(ELECTION_TIMEOUT);

        // One of the three returns: only it can lead, and all three go on.
        lab.restart(at(3));
        lab.one(command(10 + number), 3, true);
        number += 1;
        lab.restart(at(4));
        lab.restart(at(0));
    }
    lab.one(command(1000), 5, true);
}

fn persist3(lab: &Cluster) {
    lab.one(command(101), 3, true);

    // One is cut off: the leader and the other agree.
    let leader = lab.check_one_leader();
    let (cut, other) = ((leader + 2) % 3, (leader + 1) % 3);
    lab.disconnect(cut);
    lab.one(command(102), 2, true);

    // Both crash. The one that lagged is back, and the leader restarts: the entry is still there.
    lab.crash(leader);
    lab.crash(other);
    lab.connect(cut);
    lab.restart(leader);
    lab.one(command(103), 2, true);
    lab.restart(other);
    lab.one(command(104), 3, true);
}

fn figure8(lab: &Cluster) {
    lab.one(command(random(1 << 40)), 1, true);
    for _ in 0..1000 {
        // Everybody who thinks it leads takes a command; remember the last.
        let mut leader = None;
        for server in (0..5).filter(|server| lab.is_running(*server)) {
            if lab
                .start_command(server, command(random(1 << 40)))
                .is_some()
            {
                leader = Some(server);
            }
        }
        // Mostly too short for it to be committed, sometimes long enough for an election.
        let long = random(1000) < 100;
        let pause = if long { random(500) } else { random(13) };
        lab.sleep(Duration::from_millis(pause));
        if let Some(leader) = leader {
            lab.crash(leader);
        }
        if (0..5).filter(|server| lab.is_running(*server)).count() < 3 {
            let back = random(5) as usize;
            if !lab.is_running(back) {
                lab.restart(back);
            }
        }
    }
    for server in (0..5)
        .filter(|server| !lab.is_running(*server))
        .collect::<Vec<_>>()
    {
        lab.restart(server);
    }
    lab.one(command(random(1 << 40)), 5, true);
}

fn unreliable_agree(lab: &Cluster) {
    // Five clients a round, four of them at the same time.
    let mut clients = Vec::new();
    for round in 1..50 {
        for number in 0..4 {
            let lab = lab.clone();
            let next = command(100 * round + number);
            clients.push(thread::spawn(move || lab.one(next, 1, true)));
        }
        lab.one(command(round), 1, true);
    }
    lab.set_reliable(true);
    for client in clients {
        if client.join().is_err() {
            lab.fault("a client panicked".into());
        }
    }
    lab.one(command(100), 5, true);
}

fn figure8_unreliable(lab: &Cluster) {
    lab.one(command(random(10_000)), 1, true);
    let mut connected = 5;
    for round in 0..1000 {
        if round == 200 {
            lab.net().set_long_reordering(true);
        }
        let mut leader = None;
        for server in 0..5 {
            let started = lab.start_command(server, command(random(10_000)));
            if started.is_some() && lab.is_connected(server) {
                leader = Some(server);
            }
        }
        let long = random(1000) < 100;
        let pause = if long { random(500) } else { random(13) };
        lab.sleep(Duration::from_millis(pause));
        // Half of the time, whoever took the command last is cut off.
        if let Some(leader) = leader.filter(|_| random(1000) < 500) {
            lab.disconnect(leader);
            connected -= 1;
        }
        if connected < 3 {
            let back = random(5) as usize;
            if !lab.is_connected(back) {
                lab.connect(back);
                connected += 1;
            }
        }
    }
    (0..5).for_each(|server| lab.connect(server));
    lab.one(command(random(10_000)), 5, true);
}

/// A client that starts random commands on all servers, and notes which of them were committed.
fn churn_client(
    lab: &Cluster,
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Bytes>>>,
) -> JoinHandle<()> {
    let lab = lab.clone();
    thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            let mine = command(random(1 << 62));
            // The one that took it last is the one to watch.
            let started = (0..5).filter_map(|server| lab.start_command(server, mine.clone()));
            let Some(started) = started.last() else {
                lab.sleep(Duration::from_millis(79 + random(17)));
                continue;
            };
            // It may be committed soon; it may be lost, too.
            for pause in [10, 20, 50, 100, 200] {
                let (count, applied) = lab.n_committed(started.index);
                if count > 0 {
                    if applied.as_ref() == Some(&mine) {
                        seen.lock().push(mine);
                        break;
                    }
                    // A leader that was cut off gives indices that others filled long ago. Asking
                    // it again at once, for ever, would stop virtual time.
                    lab.sleep(Duration::from_millis(pause));
                    break;
                }
                lab.sleep(Duration::from_millis(pause));
            }
        }
    })
}

fn churn(lab: &Cluster) {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let clients: Vec<_> = (0..3)
        .map(|_| churn_client(lab, stop.clone(), seen.clone()))
        .collect();

    for _ in 0..20 {
        if random(1000) < 200 {
            lab.disconnect(random(5) as usize);
        }
        if random(1000) < 500 {
            let back = random(5) as usize;
            if !lab.is_running(back) {
                lab.start(back);
            }
            lab.connect(back);
        }
        if random(1000) < 200 {
            lab.crash(random(5) as usize);
        }
        // Long enough for most elections to end, not for all.
        lab.sleep(ELECTION_TIMEOUT * 7 / 10);
    }

    // All back, over a good network.
    lab.sleep(ELECTION_TIMEOUT);
    lab.set_reliable(true);
    for server in 0..5 {
        if !lab.is_running(server) {
            lab.start(server);
        }
        lab.connect(server);
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        if client.join().is_err() {
            lab.fault("a client panicked".into());
        }
    }

    // What any client saw committed is in the log that all agree on.
    lab.sleep(ELECTION_TIMEOUT);
    let last = lab.one(command(random(1 << 62)), 5, true);
    let log: BTreeSet<Bytes> = (1..=last)
        .filter_map(|index| lab.wait(index, 5, None))
        .collect();
    let seen = seen.lock();
    for command in seen.iter() {
        if !log.contains(command) {
            lab.fault(format!(
                "a client saw {} committed, but it is not in the final log",
                crate::cluster::show::show(command)
            ));
        }
    }
}
