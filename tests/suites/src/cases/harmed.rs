//! 3E: a bare Raft is given commands all the time while something befalls its servers, and has to
//! agree when that is over. What it does meanwhile the oracles judge.

use super::case::Draft;
use super::harm::{self, Harm};
use super::{Case, Part};
use crate::cluster::{Cluster, ELECTION_TIMEOUT, command};
use labrt::rand::{self, RngExt};
use labrt::sync::Arc;
use labrt::thread;
use labrt::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) const CASES: &[Case] = &[
    Draft::extra(Part::E3, "crash_before_each_save")
        .snapshots()
        .about("a server crashes just before it saves, at each of its first saves in turn")
        .raft(|lab| under_load(lab, harm::crash_before_saves)),
    Draft::extra(Part::E3, "crash_after_each_save")
        .snapshots()
        .about("a server crashes just after it has saved, before anybody hears of it")
        .raft(|lab| under_load(lab, harm::crash_after_saves)),
    Draft::extra(Part::E3, "crash_anywhere")
        .snapshots()
        .about("a server crashes at any point of its code, locks held or not")
        .raft(|lab| under_load(lab, harm::crash_at_points)),
    Draft::extra(Part::E3, "blank_disks")
        .snapshots()
        .about("all disks are replaced by empty ones: nothing of before comes back")
        .raft(blank_disks),
    Draft::extra(Part::E3, "ring")
        .servers(5)
        .about("each server is joined to its two neighbours only")
        .raft(|lab| under_load(lab, harm::ring)),
    Draft::extra(Part::E3, "majorities_in_turn")
        .servers(5)
        .about("a leader is joined to a bare majority, now this one and now that")
        .raft(|lab| under_load(lab, harm::majorities_in_turn)),
    Draft::extra(Part::E3, "one_way_at_random")
        .servers(5)
        .about("a third of all directions between two servers are blocked, again and again")
        .raft(|lab| under_load(lab, harm::one_way)),
    Draft::extra(Part::E3, "skewed_clocks")
        .about("clocks run a fifth too slow, or a quarter too fast")
        .raft(|lab| under_load(lab, harm::skewed_clocks)),
    Draft::extra(Part::E3, "slow_disks")
        .snapshots()
        .about("each save takes 2 to 20 ms")
        .raft(|lab| under_load(lab, harm::slow_disks)),
    Draft::extra(Part::E3, "snapshots_at_each_entry")
        .snapshots_at_each()
        .about("a server comes back behind the log's start, which moves with every entry")
        .raft(|lab| under_load(lab, harm::left_behind)),
    Draft::extra(Part::E3, "long_run")
        .servers(5)
        .unreliable()
        .snapshots()
        .about("a minute of crashes, pauses and cuts over a network that loses messages")
        .raft(|lab| under_load(lab, harm::long_run)),
];

/// The first command that the case itself asks for; the load's are below.
const OWN: u64 = 1_000_000;

/// Starts commands on every server while the harm is done, then has all agree.
fn under_load(lab: &Cluster, harm: Harm) {
    lab.one(command(OWN), lab.len(), true);
    let over = Arc::new(AtomicBool::new(false));
    let loads = {
        let (lab, over) = (lab.clone(), over.clone());
        thread::spawn(move || load(&lab, &over))
    };
    harm(lab);
    over.store(true, Ordering::Relaxed);
    let _ = loads.join();
    lab.one(command(OWN + 1), lab.len(), true);
}

fn load(lab: &Cluster, over: &AtomicBool) {
    let mut number = 0;
    while !over.load(Ordering::Relaxed) {
        for server in 0..lab.len() {
            // Several at once, so that some come while others are under way.
            for _ in 0..rand::rng().random_range(0..3) {
                number += 1;
                lab.start_command(server, command(number));
            }
        }
        lab.sleep(Duration::from_millis(rand::rng().random_range(5..60)));
    }
}

/// What is not on a disk is gone: the new servers begin with index 1, and never apply a command of
/// the old ones. Who keeps something in a `static` does.
fn blank_disks(lab: &Cluster) {
    for life in 1..=3 {
        for number in 1..=25 {
            let index = lab.one(command(1000 * life + number), lab.len(), true);
            // A command that was offered twice takes two places.
            if number == 1 && index > 5 {
                lab.fault(format!(
                    "the first command to servers with empty disks got index {index}: something \
                     outlived them"
                ));
            }
        }
        lab.wipe();
        lab.sleep(ELECTION_TIMEOUT);
        (0..lab.len()).for_each(|server| lab.restart(server));
        for server in 0..lab.len() {
            let term = lab.state(server).map_or(0, |state| state.term);
            if term > 3 {
                lab.fault(format!(
                    "server {server} begins with an empty disk, in term {term}: something \
                     outlived it"
                ));
            }
        }
    }
}
