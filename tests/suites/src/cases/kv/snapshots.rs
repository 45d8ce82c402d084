//! 4C: the key/value service with snapshots.

use super::generic::{Run, generic};
use super::speed;
use crate::cases::disturb::{check_usual_snapshots, check_usual_states};
use crate::cases::{Case, Part, rsm};
use crate::cluster::ELECTION_TIMEOUT;
use crate::services::KvLab;

pub(in crate::cases) const CASES: &[Case] = &[
    Part::C4
        .case("rsm_snapshot", "TestSnapshot4C", 3)
        .snapshots()
        .about("replicas make snapshots and begin with them")
        .rsm(rsm::snapshot),
    Part::C4
        .case("snapshot_rpc", "TestSnapshotRPC4C", 4)
        .snapshots()
        .about("a server that was away gets a snapshot")
        .kv(snapshot_rpc),
    Part::C4
        .case("snapshot_size", "TestSnapshotSize4C", 4)
        .snapshots()
        .about("a snapshot is as large as the data, not as the history")
        .kv(snapshot_size),
    Part::C4
        .case("speed", "TestSpeed4C", 2)
        .snapshots()
        .about("an operation does not wait for the next heartbeat")
        .kv(speed),
    Part::C4
        .case("snapshot_recover", "TestSnapshotRecover4C", 3)
        .servers(5)
        .snapshots()
        .about("all servers crash and go on from their snapshots")
        .kv(|lab| generic(lab, Run::of(1).crash())),
    Part::C4
        .case(
            "snapshot_recover_many_clients",
            "TestSnapshotRecoverManyClients4C",
            4,
        )
        .servers(5)
        .snapshots()
        .about("the same with twenty clients")
        .kv(|lab| generic(lab, Run::of(20).crash())),
    Part::C4
        .case("unreliable", "TestSnapshotUnreliable4C", 3)
        .servers(5)
        .unreliable()
        .snapshots()
        .about("five clients over a network that loses messages")
        .kv(|lab| generic(lab, Run::of(5))),
    Part::C4
        .case(
            "snapshot_unreliable_recover",
            "TestSnapshotUnreliableRecover4C",
            4,
        )
        .servers(5)
        .unreliable()
        .snapshots()
        .about("the same with crashes")
        .kv(|lab| generic(lab, Run::of(5).crash())),
    Part::C4
        .case(
            "snapshot_unreliable_recover_concurrent_partition",
            "TestSnapshotUnreliableRecoverConcurrentPartition4C",
            4,
        )
        .servers(5)
        .unreliable()
        .snapshots()
        .about("the same with partitions as well")
        .kv(|lab| generic(lab, Run::of(5).split().crash())),
    Part::C4
        .case(
            "snapshot_unreliable_recover_concurrent_partition_linearizable",
            "TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4C",
            4,
        )
        .servers(7)
        .unreliable()
        .snapshots()
        .about("all of that with fifteen clients, seven servers and a hundred keys")
        .kv(|lab| generic(lab, Run::of(15).split().crash().keys(100))),
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
