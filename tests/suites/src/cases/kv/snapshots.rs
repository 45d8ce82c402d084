//! 4C: the key/value service with snapshots.

use super::generic::{Run, generic};
use super::speed;
use crate::cases::disturb::{check_usual_snapshots, check_usual_states};
use crate::cases::rsm::{self, MAX_RAFT_STATE};
use crate::cases::{Body, Case, Part};
use crate::cluster::ELECTION_TIMEOUT;
use crate::services::KvLab;

const fn case(
    name: &'static str,
    alias: &'static str,
    points: u32,
    (servers, reliable): (usize, bool),
    about: &'static str,
    run: fn(&KvLab),
) -> Case {
    Case {
        part: Part::C4,
        name,
        alias,
        points,
        about,
        servers,
        reliable,
        body: Body::Kv(Some(MAX_RAFT_STATE), run),
    }
}

pub(in crate::cases) const CASES: &[Case] = &[
    Case {
        part: Part::C4,
        name: "rsm_snapshot",
        alias: "TestSnapshot4C",
        points: 3,
        about: "replicas make snapshots and begin with them",
        servers: rsm::SERVERS,
        reliable: true,
        body: Body::Rsm(Some(MAX_RAFT_STATE), rsm::snapshot),
    },
    case(
        "snapshot_rpc",
        "TestSnapshotRPC4C",
        4,
        (3, true),
        "a server that was away gets a snapshot",
        snapshot_rpc,
    ),
    case(
        "snapshot_size",
        "TestSnapshotSize4C",
        4,
        (3, true),
        "a snapshot is as large as the data, not as the history",
        snapshot_size,
    ),
    case(
        "speed",
        "TestSpeed4C",
        2,
        (3, true),
        "an operation does not wait for the next heartbeat",
        speed,
    ),
    case(
        "snapshot_recover",
        "TestSnapshotRecover4C",
        3,
        (5, true),
        "all servers crash and go on from their snapshots",
        |lab| generic(lab, Run::of(1).crash()),
    ),
    case(
        "snapshot_recover_many_clients",
        "TestSnapshotRecoverManyClients4C",
        4,
        (5, true),
        "the same with twenty clients",
        |lab| generic(lab, Run::of(20).crash()),
    ),
    case(
        "unreliable",
        "TestSnapshotUnreliable4C",
        3,
        (5, false),
        "five clients over a network that loses messages",
        |lab| generic(lab, Run::of(5)),
    ),
    case(
        "snapshot_unreliable_recover",
        "TestSnapshotUnreliableRecover4C",
        4,
        (5, false),
        "the same with crashes",
        |lab| generic(lab, Run::of(5).crash()),
    ),
    case(
        "snapshot_unreliable_recover_concurrent_partition",
        "TestSnapshotUnreliableRecoverConcurrentPartition4C",
        4,
        (5, false),
        "the same with partitions as well",
        |lab| generic(lab, Run::of(5).split().crash()),
    ),
    case(
        "snapshot_unreliable_recover_concurrent_partition_linearizable",
        "TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4C",
        4,
        (7, false),
        "all of that with fifteen clients, seven servers and a hundred keys",
        |lab| generic(lab, Run::of(15).split().crash().keys(100)),
    ),
];

fn snapshot_rpc(lab: &KvLab) {
    let client = lab.client();
    let version = client.put_at_last("a", "A", 0);
    client.check_get("a", "A", version);

    // Two servers go so far that the third can only be helped by a snapshot.
    lab.partition(&[&[0, 1], &[2]]);
    let client = lab.client_of(&[0, 1]);
    for n in 0..50 {
        let n = n.to_string();
        client.put_at_last(&n, &n, 0);
    }
    lab.sleep(ELECTION_TIMEOUT);
    client.put_at_last("b", "B", 0);
    check_usual_states(lab);

    // Now nothing goes without it.
    lab.partition(&[&[0, 2], &[1]]);
    let client = lab.client_of(&[0, 2]);
    client.put_at_last("c", "C", 0);
    client.put_at_last("d", "D", 0);
    for (key, value) in [("a", "A"), ("b", "B"), ("1", "1"), ("49", "49")] {
        client.check_get(key, value, 1);
    }

    lab.connect_all();
    let client = lab.client();
    client.put_at_last("e", "E", 0);
    for (key, value) in [("c", "C"), ("e", "E"), ("1", "1")] {
        client.check_get(key, value, 1);
    }
}

fn snapshot_size(lab: &KvLab) {
    let client = lab.client();
    let mut version = 0;
    for _ in 0..200 {
        for value in ["0", "1"] {
            version = client.put_at_last("x", value, version);
            client.check_get("x", value, version);
        }
    }
    check_usual_states(lab);
    check_usual_snapshots(lab);
}
