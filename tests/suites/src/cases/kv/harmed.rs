//! 4E: clients put and get all the time while something befalls the servers. Each history is judged
//! as a whole, as in 4B, and Raft's invariants on the way.

use super::generic::{Run, Tally, check_version, generic, put_until_told};
use crate::cases::append;
use crate::cases::case::Draft;
use crate::cases::disturb::Disturbance;
use crate::cases::harm::{self, Harm};
use crate::cases::{Case, Part};
use crate::cluster::ELECTION_TIMEOUT;
use crate::services::KvLab;
use labrt::sync::Arc;
use labrt::thread;
use labrt::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};

pub(in crate::cases) const CASES: &[Case] = &[
    Draft::extra(Part::E4, "crash_before_each_save")
        .snapshots()
        .about("a server crashes just before it saves, at each of its first saves in turn")
        .kv(|lab| under_clients(lab, harm::crash_before_saves)),
    Draft::extra(Part::E4, "crash_after_each_save")
        .snapshots()
        .about("a server crashes just after it has saved, before anybody hears of it")
        .kv(|lab| under_clients(lab, harm::crash_after_saves)),
    Draft::extra(Part::E4, "crash_anywhere")
        .snapshots()
        .about("a server crashes at any point of its code, locks held or not")
        .kv(|lab| under_clients(lab, harm::crash_at_points)),
    Draft::extra(Part::E4, "blank_disks")
        .snapshots()
        .about("all disks are replaced by empty ones: no value of before comes back")
        .kv(blank_disks),
    Draft::extra(Part::E4, "late_and_twice")
        .snapshots()
        .about("requests between servers come twice, and some of their messages late")
        .kv(|lab| under_clients(lab, harm::late_and_twice)),
    Draft::extra(Part::E4, "paused_leader")
        .about("a leader stands still until another one has taken its place, and wakes")
        .kv(|lab| under_clients(lab, harm::pauses)),
    Draft::extra(Part::E4, "ring")
        .servers(5)
        .about("each server is joined to its two neighbours only")
        .kv(|lab| under_clients(lab, harm::ring)),
    Draft::extra(Part::E4, "majorities_in_turn")
        .servers(5)
        .about("a leader is joined to a bare majority, now this one and now that")
        .kv(|lab| under_clients(lab, harm::majorities_in_turn)),
    Draft::extra(Part::E4, "one_way_at_random")
        .servers(5)
        .about("a third of all directions between two servers are blocked, again and again")
        .kv(|lab| under_clients(lab, harm::one_way)),
    Draft::extra(Part::E4, "skewed_clocks")
        .about("clocks run a fifth too slow, or a quarter too fast")
        .kv(|lab| under_clients(lab, harm::skewed_clocks)),
    Draft::extra(Part::E4, "slow_disks")
        .snapshots()
        .about("each save takes 2 to 20 ms")
        .kv(|lab| under_clients(lab, harm::slow_disks)),
    Draft::extra(Part::E4, "snapshots_at_each_entry")
        .snapshots_at_each()
        .about("a server comes back behind the log's start, which moves with every entry")
        .kv(|lab| under_clients(lab, harm::left_behind)),
    Draft::extra(Part::E4, "snapshots_when_due")
        .snapshots()
        .about("a snapshot is made when the saved state has grown, and not with each operation")
        .kv(snapshots_when_due),
    Draft::extra(Part::E4, "late_copies")
        .about("clients' requests come again when they have gone on (Get, Put, Append)")
        .append(append::late_copies),
    Draft::extra(Part::E4, "group_of_one")
        .servers(1)
        .snapshots()
        .about("a server alone serves, crashes and restarts")
        .kv(|lab| generic(lab, Run::of(3).crash())),
    Draft::extra(Part::E4, "group_of_two")
        .servers(2)
        .snapshots()
        .about("two servers crash and restart")
        .kv(|lab| generic(lab, Run::of(3).crash())),
    Draft::extra(Part::E4, "group_of_four")
        .servers(4)
        .snapshots()
        .about("four servers are split, crash and restart")
        .kv(|lab| generic(lab, Run::of(3).split().crash())),
    Draft::extra(Part::E4, "group_of_twenty_five")
        .servers(25)
        .about("twenty-five servers are split again and again")
        .kv(|lab| generic(lab, Run::of(1).split())),
    Draft::extra(Part::E4, "long_run")
        .servers(5)
        .unreliable()
        .snapshots()
        .about("a minute of crashes, pauses and cuts over a network that loses messages")
        .kv(|lab| under_clients(lab, harm::long_run)),
];

const CLIENTS: usize = 3;

/// Between two rounds of a client: the harm takes its time, and a history must stay short enough to
/// be judged.
const REST: Duration = Duration::from_millis(15);

/// The keys, by the client's number: two clients use one.
const KEYS: [&str; 2] = ["a", "b"];

/// Lets clients work while the harm is done, and counts what they did.
fn under_clients(lab: &KvLab, harm: Harm) {
    let over = Arc::new(AtomicBool::new(false));
    let works = |number: usize| {
        let (client, over) = (lab.client(), over.clone());
        let key = KEYS[number % KEYS.len()];
        let work = move || put_until_told(&client, &[key.to_string()], REST, &over);
        thread::spawn(work)
    };
    let clients: Vec<_> = (0..CLIENTS).map(works).collect();
    // Somebody leads by then, and there is something to lose.
    lab.sleep(ELECTION_TIMEOUT);
    harm(lab);
    lab.sleep(ELECTION_TIMEOUT);
    over.store(true, Ordering::Relaxed);
    let mut totals = [Tally::default(); KEYS.len()];
    for (number, client) in clients.into_iter().enumerate() {
        if let Ok(tally) = client.join() {
            totals[number % KEYS.len()] += tally;
        }
    }
    let harmed = Disturbance {
        splits: true,
        crashes: true,
    };
    let client = lab.client();
    for (key, total) in KEYS.into_iter().zip(totals) {
        check_version(lab, &client, key, total, harmed);
    }
}

/// What is not on a disk is gone.
fn blank_disks(lab: &KvLab) {
    for _ in 0..3 {
        under_clients(lab, |lab| lab.sleep(ELECTION_TIMEOUT));
        lab.check_linearizable();
        lab.forget_history();
        lab.wipe();
        lab.sleep(ELECTION_TIMEOUT);
        (0..lab.len()).for_each(|server| lab.restart(server));
        for key in KEYS {
            if let Some(held) = lab.client().get(key) {
                lab.fault(format!(
                    "get({key:?}) from servers with empty disks: {held:?} outlived them"
                ));
            }
        }
    }
}

/// §7: "if the server snapshots too often, it wastes disk bandwidth and energy". What calls for one
/// is far more than what three operations save.
fn snapshots_when_due(lab: &KvLab) {
    const PUTS: u64 = 300;
    const MOST: u64 = PUTS / 3;
    let counts: Vec<_> = (0..lab.len())
        .map(|server| lab.count_snapshots(server))
        .collect();
    let client = lab.client();
    let mut version = 0;
    for _ in 0..PUTS {
        version = client.put_at_last("k", "a value of forty letters, as they come in", version);
    }
    for (server, count) in counts.iter().enumerate() {
        let made = count.load(Ordering::Relaxed);
        if made > MOST {
            lab.fault(format!(
                "server {server} saved {made} snapshots in the course of {PUTS} puts, and {MOST} \
                 are more than enough: one is due when the saved state is larger than {:?} bytes",
                lab.max_raft_state()
            ));
        }
        if made == 0 {
            lab.fault(format!(
                "server {server} saved no snapshot in the course of {PUTS} puts"
            ));
        }
    }
}
