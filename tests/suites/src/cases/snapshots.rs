//! 3D: log compaction (§7).

use super::{Case, Part};
use crate::cluster::{Cluster, command};
use bytes::Bytes;
use labrt::rand::{self, RngExt};

/// The largest Raft state that a server may save, in bytes: the log must really be trimmed.
const MAX_STATE: usize = 2000;

/// The service makes a snapshot every so many entries.
const INTERVAL: u64 = 10;

pub(super) const CASES: &[Case] = &[
    Part::D3
        .case("snapshot_basic", "TestSnapshotBasic3D", 4)
        .snapshots()
        .about("the log is trimmed")
        .raft(|lab| {
            rounds(lab, Victim::None);
        }),
    Part::D3
        .case("snapshot_install", "TestSnapshotInstall3D", 4)
        .snapshots()
        .about("a server that was cut off gets a snapshot")
        .raft(|lab| rounds(lab, Victim::CutOff)),
    Part::D3
        .case(
            "snapshot_install_unreliable",
            "TestSnapshotInstallUnreliable3D",
            4,
        )
        .unreliable()
        .snapshots()
        .about("the same over a network that loses messages")
        .raft(|lab| rounds(lab, Victim::CutOff)),
    Part::D3
        .case("snapshot_install_crash", "TestSnapshotInstallCrash3D", 4)
        .snapshots()
        .about("a server that crashed gets a snapshot")
        .raft(|lab| rounds(lab, Victim::Crashed)),
    Part::D3
        .case(
            "snapshot_install_un_crash",
            "TestSnapshotInstallUnCrash3D",
            4,
        )
        .unreliable()
        .snapshots()
        .about("the same over a network that loses messages")
        .raft(|lab| rounds(lab, Victim::Crashed)),
    Part::D3
        .case("snapshot_all_crash", "TestSnapshotAllCrash3D", 3)
        .unreliable()
        .snapshots()
        .about("all crash and go on from their snapshots")
        .raft(snapshot_all_crash),
    Part::D3
        .case("snapshot_init", "TestSnapshotInit3D", 2)
        .unreliable()
        .snapshots()
        .about("a snapshot survives a second crash")
        .raft(snapshot_init),
];

/// What happens to one server in each round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Victim {
    None,
    CutOff,
    Crashed,
}

fn random_command() -> Bytes {
    command(rand::rng().random_range(0..u64::MAX / 2))
}

fn rounds(lab: &Cluster, victim: Victim) {
    lab.one(random_command(), 3, true);
    let mut leader = lab.check_one_leader();
    for round in 0..30 {
        // Every third round the victim is the leader itself.
        let (away, sender) = match round % 3 {
            1 => (leader, (leader + 1) % 3),
            _ => ((leader + 1) % 3, leader),
        };
        match victim {
            Victim::None => {}
            Victim::CutOff => lab.disconnect(away),
            Victim::Crashed => lab.crash(away),
        }
        if victim != Victim::None {
            lab.one(random_command(), 2, true);
        }

        // Perhaps enough for a snapshot.
        let starts = rand::rng().random_range(INTERVAL / 2..INTERVAL / 2 + INTERVAL);
        for _ in 0..starts {
            lab.start_command(sender, random_command());
        }

        // Let the others reach the same place. With all of them there, more need not be sent by
        // snapshot.
        let expected = if victim == Victim::None { 3 } else { 2 };
        lab.one(random_command(), expected, true);
        check_state(lab);

        match victim {
            Victim::None => {}
            // It must catch up, perhaps by a snapshot.
            Victim::CutOff => {
                lab.connect(away);
                lab.one(random_command(), 3, true);
                leader = lab.check_one_leader();
            }
            Victim::Crashed => {
                lab.restart(away);
                lab.one(random_command(), 3, true);
                leader = lab.check_one_leader();
            }
        }
    }
}

fn check_state(lab: &Cluster) {
    let largest = lab.largest_state();
    if largest >= MAX_STATE {
        lab.fault(format!(
            "a server saved a Raft state of {largest} bytes; with a snapshot every {INTERVAL} \
             entries it must stay below {MAX_STATE}"
        ));
    }
}

fn crash_all_and_restart(lab: &Cluster) {
    (0..3).for_each(|server| lab.crash(server));
    (0..3).for_each(|server| lab.restart(server));
}

fn snapshot_all_crash(lab: &Cluster) {
    lab.one(random_command(), 3, true);
    for _ in 0..5 {
        // Perhaps enough for a snapshot.
        let count = rand::rng().random_range(INTERVAL / 2..INTERVAL / 2 + INTERVAL);
        for _ in 0..count {
            lab.one(random_command(), 3, true);
        }
        let before = lab.one(random_command(), 3, true);

        crash_all_and_restart(lab);
        let after = lab.one(random_command(), 3, true);
        if after <= before {
            lab.fault(format!(
                "the index went from {before} to {after} over a crash of all"
            ));
        }
    }
}

fn snapshot_init(lab: &Cluster) {
    lab.one(random_command(), 3, true);

    // Enough for a snapshot.
    for _ in 0..=INTERVAL {
        lab.one(random_command(), 3, true);
    }
    crash_all_and_restart(lab);

    // One entry, so that something is saved anew: the snapshot must be saved along with it.
    lab.one(random_command(), 3, true);
    crash_all_and_restart(lab);
    lab.one(random_command(), 3, true);
}
