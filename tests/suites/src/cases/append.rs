//! The course's lab 4 until 2024: Get, Put and Append, each exactly once. The cases have the names
//! of 4B and 4C, and 2024's aliases.

use super::disturb::{
    Disturbance, check_sizes, check_usual_snapshots, check_usual_states, crash_and_restart,
    is_answered_at_last, waits_in_minority, while_clients_work,
};
use crate::cluster::ELECTION_TIMEOUT;
use crate::services::{AppendLab, Client};
use labapi::kv::append::Clerk;
use labrt::rand::{self, RngExt};
use labrt::sync::Arc;
use labrt::thread;
use labrt::time::{Duration, Instant};
use linearizability::models::Append;
use std::sync::atomic::{AtomicBool, Ordering};

mod table;

pub(super) use table::CASES;

type AppendClient = Client<Append, dyn Clerk>;

const CALM: Disturbance = Disturbance {
    splits: false,
    crashes: false,
};
const SPLITS: Disturbance = Disturbance {
    splits: true,
    crashes: false,
};
const CRASHES: Disturbance = Disturbance {
    splits: false,
    crashes: true,
};
const BOTH: Disturbance = Disturbance {
    splits: true,
    crashes: true,
};

/// Appends to a key before its client goes on to another, so that values stay short.
const APPENDS: u64 = 50;

/// What the `n`th append of a client adds.
fn piece(client: usize, n: u64) -> String {
    format!("x {client} {n} y")
}

/// Clients append to keys of their own, and look whether everything is there, once and in order.
fn generic(lab: &AppendLab, clients: usize, disturbance: Disturbance) {
    let observer = lab.client();
    for _ in 0..3 {
        let works = |stop: Arc<AtomicBool>| {
            let client = lab.client();
            move || append_until_told(&client, &stop)
        };
        for (key, value) in while_clients_work(lab, clients, disturbance, works) {
            observer.check_get(&key, &value);
        }
        crash_and_restart(lab, disturbance);
        check_sizes(lab, lab.max_raft_state());
    }
}

/// The last key that the client used, and what it must hold.
fn append_until_told(client: &AppendClient, stop: &AtomicBool) -> (String, String) {
    let (mut key, mut last) = (String::new(), String::new());
    let mut appends = 0;
    while !stop.load(Ordering::Relaxed) {
        if appends % APPENDS == 0 {
            key = format!("{}.{}", client.number(), appends / APPENDS);
            last.clear();
        }
        if rand::rng().random_range(0..2) == 0 {
            let piece = piece(client.number(), appends);
            client.append(&key, &piece);
            last.push_str(&piece);
            appends += 1;
        } else {
            client.check_get(&key, &last);
        }
    }
    (key, last)
}

/// Clients append to, put to and get keys that they share. What they were told is judged by the
/// check of the history.
fn shared_keys(lab: &AppendLab, clients: usize) {
    for _ in 0..3 {
        let works = |stop: Arc<AtomicBool>| {
            let client = lab.client();
            move || {
                let mut changes = 0;
                while !stop.load(Ordering::Relaxed) {
                    let key = rand::rng().random_range(0..clients).to_string();
                    let piece = piece(client.number(), changes);
                    match rand::rng().random_range(0..100) {
                        0..50 => client.append(&key, &piece),
                        50..60 => client.put(&key, &piece),
                        _ => drop(client.get(&key)),
                    }
                    changes += 1;
                }
            }
        };
        while_clients_work(lab, clients, BOTH, works);
        crash_and_restart(lab, BOTH);
        check_sizes(lab, lab.max_raft_state());
    }
}

/// Five clients append to one key.
fn one_key(lab: &AppendLab) {
    const CLIENTS: usize = 5;
    const EACH: u64 = 10;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let client = lab.client();
            thread::spawn(move || {
                for n in 0..EACH {
                    client.append("k", &piece(client.number(), n));
                }
            })
        })
        .collect();
    for client in clients {
        let _ = client.join();
    }
    let value = lab.client().get("k");
    for client in 0..CLIENTS {
        let mut behind = 0;
        for n in 0..EACH {
            let piece = piece(client, n);
            let places: Vec<usize> = value.match_indices(&piece).map(|(at, _)| at).collect();
            match places[..] {
                [at] if at >= behind => behind = at,
                _ => lab.fault(format!(
                    "append {n} of client {client}, {piece:?}, must be there once, behind the one \
                     before it: it is at {places:?} in {value:?}"
                )),
            }
        }
    }
}

/// The same while each request comes twice, the second time perhaps when its clerk has gone on.
pub(super) fn late_copies(lab: &AppendLab) {
    lab.net().set_duplicated(1.0);
    one_key(lab);
}

fn speed(lab: &AppendLab) {
    const APPENDS: u32 = 1000;
    const TIME_OF_AN_APPEND: Duration = Duration::from_micros(33_333);
    let client = lab.client();
    // The first waits for an election.
    client.get("x");
    let began = Instant::now();
    let mut value = String::new();
    for n in 0..APPENDS {
        let piece = piece(0, n.into());
        client.append("x", &piece);
        value.push_str(&piece);
    }
    let each = began.elapsed() / APPENDS;
    client.check_get("x", &value);
    if each > TIME_OF_AN_APPEND {
        lab.fault(format!(
            "{APPENDS} appends, one after another, took {each:?} each; {TIME_OF_AN_APPEND:?} are \
             allowed: an operation must not wait for the next heartbeat"
        ));
    }
}

fn one_partition(lab: &AppendLab) {
    let client = lab.client();
    client.put("1", "13");

    let leader = lab.check_one_leader();
    let (majority, minority) = lab.around(leader);
    lab.partition(&[&majority, &minority]);
    lab.note("a majority goes on");
    let among_many = lab.client_of(&majority);
    among_many.put("1", "14");
    among_many.check_get("1", "14");

    lab.note("a minority does not");
    let (putting, put) = lab
        .client_of(&minority)
        .meanwhile(|client| format!("{:?}", client.put("1", "15")));
    let (getting, get) = lab
        .client_of(&minority)
        .meanwhile(|client| format!("{:?}", client.get("1")));
    let begun = [("put", put), ("get", get)];
    waits_in_minority(lab, &minority, &begun);
    among_many.check_get("1", "14");
    among_many.put("1", "16");
    among_many.check_get("1", "16");

    lab.note("all is well again");
    lab.connect_all();
    putting.connect_all();
    getting.connect_all();
    is_answered_at_last(lab, &begun);
    client.check_get("1", "15");
}

fn snapshot_rpc(lab: &AppendLab) {
    let client = lab.client();
    client.put("a", "A");
    client.check_get("a", "A");

    // Two servers go so far that the third can only be helped by a snapshot.
    lab.partition(&[&[0, 1], &[2]]);
    let client = lab.client_of(&[0, 1]);
    for n in 0..50 {
        let n = n.to_string();
        client.put(&n, &n);
    }
    lab.sleep(ELECTION_TIMEOUT);
    client.put("b", "B");
    check_usual_states(lab);

    // Now nothing goes without it.
    lab.partition(&[&[0, 2], &[1]]);
    let client = lab.client_of(&[0, 2]);
    client.put("c", "C");
    client.put("d", "D");
    for (key, value) in [("a", "A"), ("b", "B"), ("1", "1"), ("49", "49")] {
        client.check_get(key, value);
    }

    lab.connect_all();
    let client = lab.client();
    client.put("e", "E");
    for (key, value) in [("c", "C"), ("e", "E"), ("1", "1")] {
        client.check_get(key, value);
    }
}

fn snapshot_size(lab: &AppendLab) {
    let client = lab.client();
    for _ in 0..200 {
        for value in ["0", "1"] {
            client.put("x", value);
            client.check_get("x", value);
        }
    }
    check_usual_states(lab);
    check_usual_snapshots(lab);
}
