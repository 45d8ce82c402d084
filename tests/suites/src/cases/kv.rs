//! 4B and 4C: the key/value service. Every case ends with a check of its whole history.

mod generic;
mod harmed;
mod snapshots;

pub(super) use harmed::CASES as HARMED_CASES;
pub(super) use snapshots::CASES as SNAPSHOT_CASES;

use super::disturb::{is_answered_at_last, waits_in_minority};
use super::{Case, Part};
use crate::services::{Client, KvLab, Put};
use generic::{Run, generic};
use labapi::kv::Clerk;
use labrt::time::{Duration, Instant};
use linearizability::models::Versioned;

/// A client of the service.
pub(super) type KvClient = Client<Versioned, dyn Clerk>;

pub(super) const CASES: &[Case] = &[
    Part::B4
        .case("basic", "TestBasic4B", 3)
        .servers(5)
        .about("one client puts and gets")
        .kv(|lab| generic(lab, Run::of(1))),
    Part::B4
        .case("speed", "TestSpeed4B", 3)
        .about("an operation does not wait for the next heartbeat")
        .kv(speed),
    Part::B4
        .case("concurrent", "TestConcurrent4B", 3)
        .servers(5)
        .about("five clients put to one key")
        .kv(|lab| generic(lab, Run::of(5))),
    Part::B4
        .case("unreliable", "TestUnreliable4B", 3)
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .kv(|lab| generic(lab, Run::of(5))),
    Part::B4
        .case("one_partition", "TestOnePartition4B", 4)
        .servers(5)
        .unreliable()
        .about("a majority goes on, a minority waits until it is back")
        .kv(one_partition),
    Part::B4
        .case(
            "many_partitions_one_client",
            "TestManyPartitionsOneClient4B",
            3,
        )
        .servers(5)
        .about("the servers are split again and again")
        .kv(|lab| generic(lab, Run::of(1).split())),
    Part::B4
        .case(
            "many_partitions_many_clients",
            "TestManyPartitionsManyClients4B",
            4,
        )
        .servers(5)
        .about("the same with five clients")
        .kv(|lab| generic(lab, Run::of(5).split())),
    Part::B4
        .case("persist_one_client", "TestPersistOneClient4B", 3)
        .servers(5)
        .about("all servers crash and restart")
        .kv(|lab| generic(lab, Run::of(1).crash())),
    Part::B4
        .case("persist_concurrent", "TestPersistConcurrent4B", 3)
        .servers(5)
        .about("the same with five clients")
        .kv(|lab| generic(lab, Run::of(5).crash())),
    Part::B4
        .case(
            "persist_concurrent_unreliable",
            "TestPersistConcurrentUnreliable4B",
            4,
        )
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .kv(|lab| generic(lab, Run::of(5).crash())),
    Part::B4
        .case("persist_partition", "TestPersistPartition4B", 4)
        .servers(5)
        .about("partitions and crashes")
        .kv(|lab| generic(lab, Run::of(5).split().crash())),
    Part::B4
        .case(
            "persist_partition_unreliable",
            "TestPersistPartitionUnreliable4B",
            4,
        )
        .servers(5)
        .unreliable()
        .about("the same over a network that loses messages")
        .kv(|lab| generic(lab, Run::of(5).split().crash())),
    Part::B4
        .case(
            "persist_partition_unreliable_linearizable",
            "TestPersistPartitionUnreliableLinearizable4B",
            4,
        )
        .servers(7)
        .unreliable()
        .about("all of that with fifteen clients, seven servers and a hundred keys")
        .kv(|lab| generic(lab, Run::of(15).split().crash().keys(100))),
];

/// What an operation may take on average, as in the course: a third of a heartbeat's interval.
const TIME_OF_A_PUT: Duration = Duration::from_micros(33_333);

pub(super) fn speed(lab: &KvLab) {
    const PUTS: u32 = 1000;
    let client = lab.client();
    // The first waits for an election.
    client.get("x");
    let began = Instant::now();
    for n in 0..PUTS {
        if client.put("x", &format!("value {n}"), n.into()) == Put::Refused {
            lab.fault(format!(
                "put {n} to a key that nobody else uses was refused"
            ));
        }
    }
    let each = began.elapsed() / PUTS;
    client.check_get("x", &format!("value {}", PUTS - 1), PUTS.into());
    if each > TIME_OF_A_PUT {
        lab.fault(format!(
            "{PUTS} puts, one after another, took {each:?} each; {TIME_OF_A_PUT:?} are allowed: \
             an operation must not wait for the next heartbeat"
        ));
    }
}

fn one_partition(lab: &KvLab) {
    let client = lab.client();
    let version = client.put_at_last("1", "13", 0);

    let leader = lab.check_one_leader();
    let (majority, minority) = lab.around(leader);
    lab.partition(&[&majority, &minority]);
    lab.note("a majority goes on");
    let among_many = lab.client_of(&majority);
    let version = among_many.put_at_last("1", "14", version);
    among_many.check_get("1", "14", version);

    lab.note("a minority does not");
    let (putting, put) = lab
        .client_of(&minority)
        .meanwhile(move |client| format!("{:?}", client.put("1", "15", version)));
    let (getting, get) = lab
        .client_of(&minority)
        .meanwhile(|client| format!("{:?}", client.get("1")));
    let begun = [("put", put), ("get", get)];
    waits_in_minority(lab, &minority, &begun);
    among_many.check_get("1", "14", version);
    let version = among_many.put_at_last("1", "16", version);
    among_many.check_get("1", "16", version);

    lab.note("all is well again");
    lab.connect_all();
    putting.connect_all();
    getting.connect_all();
    is_answered_at_last(lab, &begun);
    client.check_get("1", "16", version);
}
