//! The cases, as data.

use super::{
    BOTH, CALM, CRASHES, SPLITS, generic, one_key, one_partition, shared_keys, snapshot_rpc,
    snapshot_size, speed,
};
use crate::cases::{Case, Part};

pub(in crate::cases) const CASES: &[Case] = &[
    Part::B24
        .case("basic", "2024/TestBasic4A", 3)
        .servers(5)
        .about("one client puts, appends and gets")
        .append(|lab| generic(lab, 1, CALM)),
    Part::B24
        .case("speed", "2024/TestSpeed4A", 3)
        .about("an operation does not wait for the next heartbeat")
        .append(speed),
    Part::B24
        .case("concurrent", "2024/TestConcurrent4A", 4)
        .servers(5)
        .about("five clients append to keys of their own")
        .append(|lab| generic(lab, 5, CALM)),
    Part::B24
        .case("unreliable", "2024/TestUnreliable4A", 4)
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .append(|lab| generic(lab, 5, CALM)),
    Part::B24
        .case("unreliable_one_key", "2024/TestUnreliableOneKey4A", 4)
        .unreliable()
        .about("five clients append to one key")
        .append(one_key),
    Part::B24
        .case("one_partition", "2024/TestOnePartition4A", 5)
        .servers(5)
        .unreliable()
        .about("a majority goes on, a minority waits until it is back")
        .append(one_partition),
    Part::B24
        .case(
            "many_partitions_one_client",
            "2024/TestManyPartitionsOneClient4A",
            4,
        )
        .servers(5)
        .about("the servers are split again and again")
        .append(|lab| generic(lab, 1, SPLITS)),
    Part::B24
        .case(
            "many_partitions_many_clients",
            "2024/TestManyPartitionsManyClients4A",
            5,
        )
        .servers(5)
        .about("the same with five clients")
        .append(|lab| generic(lab, 5, SPLITS)),
    Part::B24
        .case("persist_one_client", "2024/TestPersistOneClient4A", 4)
        .servers(5)
        .about("all servers crash and restart")
        .append(|lab| generic(lab, 1, CRASHES)),
    Part::B24
        .case("persist_concurrent", "2024/TestPersistConcurrent4A", 4)
        .servers(5)
        .about("the same with five clients")
        .append(|lab| generic(lab, 5, CRASHES)),
    Part::B24
        .case(
            "persist_concurrent_unreliable",
            "2024/TestPersistConcurrentUnreliable4A",
            5,
        )
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .append(|lab| generic(lab, 5, CRASHES)),
    Part::B24
        .case("persist_partition", "2024/TestPersistPartition4A", 5)
        .servers(5)
        .about("partitions and crashes")
        .append(|lab| generic(lab, 5, BOTH)),
    Part::B24
        .case(
            "persist_partition_unreliable",
            "2024/TestPersistPartitionUnreliable4A",
            5,
        )
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .append(|lab| generic(lab, 5, BOTH)),
    Part::B24
        .case(
            "persist_partition_unreliable_linearizable",
            "2024/TestPersistPartitionUnreliableLinearizable4A",
            5,
        )
        .servers(7)
        .unreliable()
        .about("all of that with fifteen clients, seven servers and shared keys")
        .append(|lab| shared_keys(lab, 15)),
    Part::C24
        .case("snapshot_rpc", "2024/TestSnapshotRPC4B", 5)
        .snapshots()
        .about("a server that was away gets a snapshot")
        .append(snapshot_rpc),
    Part::C24
        .case("snapshot_size", "2024/TestSnapshotSize4B", 5)
        .snapshots()
        .about("a snapshot is as large as the data, not as the history")
        .append(snapshot_size),
    Part::C24
        .case("speed", "2024/TestSpeed4B", 3)
        .snapshots()
        .about("an operation does not wait for the next heartbeat")
        .append(speed),
    Part::C24
        .case("snapshot_recover", "2024/TestSnapshotRecover4B", 4)
        .servers(5)
        .snapshots()
        .about("all servers crash and go on from their snapshots")
        .append(|lab| generic(lab, 1, CRASHES)),
    Part::C24
        .case(
            "snapshot_recover_many_clients",
            "2024/TestSnapshotRecoverManyClients4B",
            5,
        )
        .servers(5)
        .snapshots()
        .about("the same with twenty clients")
        .append(|lab| generic(lab, 20, CRASHES)),
    Part::C24
        .case("unreliable", "2024/TestSnapshotUnreliable4B", 4)
        .servers(5)
        .unreliable()
        .snapshots()
        .about("five clients over a network that loses messages")
        .append(|lab| generic(lab, 5, CALM)),
    Part::C24
        .case(
            "snapshot_unreliable_recover",
            "2024/TestSnapshotUnreliableRecover4B",
            4,
        )
        .servers(5)
        .unreliable()
        .snapshots()
        .about("the same with crashes")
        .append(|lab| generic(lab, 5, CRASHES)),
    Part::C24
        .case(
            "snapshot_unreliable_recover_concurrent_partition",
            "2024/TestSnapshotUnreliableRecoverConcurrentPartition4B",
            5,
        )
        .servers(5)
        .unreliable()
        .snapshots()
        .about("the same with partitions as well")
        .append(|lab| generic(lab, 5, BOTH)),
    Part::C24
        .case(
            "snapshot_unreliable_recover_concurrent_partition_linearizable",
            "2024/TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4B",
            5,
        )
        .servers(7)
        .unreliable()
        .snapshots()
        .about("all of that with fifteen clients, seven servers and shared keys")
        .append(|lab| shared_keys(lab, 15)),
];
