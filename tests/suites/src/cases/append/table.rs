//! The cases, as data.

use super::{
    BOTH, CALM, CRASHES, SPLITS, generic, one_key, one_partition, shared_keys, snapshot_rpc,
    snapshot_size, speed,
};
use crate::cases::rsm::MAX_RAFT_STATE;
use crate::cases::{Body, Case, Part};
use crate::services::AppendLab;

const fn plain(
    name: &'static str,
    alias: &'static str,
    points: u32,
    size: (usize, bool),
    about: &'static str,
    run: fn(&AppendLab),
) -> Case {
    case((Part::B24, None), name, alias, points, size, about, run)
}

const fn with_snapshots(
    name: &'static str,
    alias: &'static str,
    points: u32,
    size: (usize, bool),
    about: &'static str,
    run: fn(&AppendLab),
) -> Case {
    let part = (Part::C24, Some(MAX_RAFT_STATE));
    case(part, name, alias, points, size, about, run)
}

const fn case(
    (part, max_raft_state): (Part, Option<usize>),
    name: &'static str,
    alias: &'static str,
    points: u32,
    (servers, reliable): (usize, bool),
    about: &'static str,
    run: fn(&AppendLab),
) -> Case {
    Case {
        part,
        name,
        alias,
        points,
        about,
        servers,
        reliable,
        body: Body::Append(max_raft_state, run),
    }
}

pub(in crate::cases) const CASES: &[Case] = &[
    plain(
        "basic",
        "2024/TestBasic4A",
        3,
        (5, true),
        "one client puts, appends and gets",
        |lab| generic(lab, 1, CALM),
    ),
    plain(
        "speed",
        "2024/TestSpeed4A",
        3,
        (3, true),
        "an operation does not wait for the next heartbeat",
        speed,
    ),
    plain(
        "concurrent",
        "2024/TestConcurrent4A",
        4,
        (5, true),
        "five clients append to keys of their own",
        |lab| generic(lab, 5, CALM),
    ),
    plain(
        "unreliable",
        "2024/TestUnreliable4A",
        4,
        (5, false),
        "the same over a network that loses messages",
        |lab| generic(lab, 5, CALM),
    ),
    plain(
        "unreliable_one_key",
        "2024/TestUnreliableOneKey4A",
        4,
        (3, false),
        "five clients append to one key",
        one_key,
    ),
    plain(
        "one_partition",
        "2024/TestOnePartition4A",
        5,
        (5, false),
        "a majority goes on, a minority waits until it is back",
        one_partition,
    ),
    plain(
        "many_partitions_one_client",
        "2024/TestManyPartitionsOneClient4A",
        4,
        (5, true),
        "the servers are split again and again",
        |lab| generic(lab, 1, SPLITS),
    ),
    plain(
        "many_partitions_many_clients",
        "2024/TestManyPartitionsManyClients4A",
        5,
        (5, true),
        "the same with five clients",
        |lab| generic(lab, 5, SPLITS),
    ),
    plain(
        "persist_one_client",
        "2024/TestPersistOneClient4A",
        4,
        (5, true),
        "all servers crash and restart",
        |lab| generic(lab, 1, CRASHES),
    ),
    plain(
        "persist_concurrent",
        "2024/TestPersistConcurrent4A",
        4,
        (5, true),
        "the same with five clients",
        |lab| generic(lab, 5, CRASHES),
    ),
    plain(
        "persist_concurrent_unreliable",
        "2024/TestPersistConcurrentUnreliable4A",
        5,
        (5, false),
        "the same over a network that loses messages",
        |lab| generic(lab, 5, CRASHES),
    ),
    plain(
        "persist_partition",
        "2024/TestPersistPartition4A",
        5,
        (5, true),
        "partitions and crashes",
        |lab| generic(lab, 5, BOTH),
    ),
    plain(
        "persist_partition_unreliable",
        "2024/TestPersistPartitionUnreliable4A",
        5,
        (5, false),
        "the same over a network that loses messages",
        |lab| generic(lab, 5, BOTH),
    ),
    plain(
        "persist_partition_unreliable_linearizable",
        "2024/TestPersistPartitionUnreliableLinearizable4A",
        5,
        (7, false),
        "all of that with fifteen clients, seven servers and shared keys",
        |lab| shared_keys(lab, 15),
    ),
    with_snapshots(
        "snapshot_rpc",
        "2024/TestSnapshotRPC4B",
        5,
        (3, true),
        "a server that was away gets a snapshot",
        snapshot_rpc,
    ),
    with_snapshots(
        "snapshot_size",
        "2024/TestSnapshotSize4B",
        5,
        (3, true),
        "a snapshot is as large as the data, not as the history",
        snapshot_size,
    ),
    with_snapshots(
        "speed",
        "2024/TestSpeed4B",
        3,
        (3, true),
        "an operation does not wait for the next heartbeat",
        speed,
    ),
    with_snapshots(
        "snapshot_recover",
        "2024/TestSnapshotRecover4B",
        4,
        (5, true),
        "all servers crash and go on from their snapshots",
        |lab| generic(lab, 1, CRASHES),
    ),
    with_snapshots(
        "snapshot_recover_many_clients",
        "2024/TestSnapshotRecoverManyClients4B",
        5,
        (5, true),
        "the same with twenty clients",
        |lab| generic(lab, 20, CRASHES),
    ),
    with_snapshots(
        "unreliable",
        "2024/TestSnapshotUnreliable4B",
        4,
        (5, false),
        "five clients over a network that loses messages",
        |lab| generic(lab, 5, CALM),
    ),
    with_snapshots(
        "snapshot_unreliable_recover",
        "2024/TestSnapshotUnreliableRecover4B",
        4,
        (5, false),
        "the same with crashes",
        |lab| generic(lab, 5, CRASHES),
    ),
    with_snapshots(
        "snapshot_unreliable_recover_concurrent_partition",
        "2024/TestSnapshotUnreliableRecoverConcurrentPartition4B",
        5,
        (5, false),
        "the same with partitions as well",
        |lab| generic(lab, 5, BOTH),
    ),
    with_snapshots(
        "snapshot_unreliable_recover_concurrent_partition_linearizable",
        "2024/TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4B",
        5,
        (7, false),
        "all of that with fifteen clients, seven servers and shared keys",
        |lab| shared_keys(lab, 15),
    ),
];
