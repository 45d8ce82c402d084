//! The run that most cases of 4B and 4C are: clients put to keys that they also read, while the
//! network and the servers fail.

use super::KvClient;
use crate::cases::disturb::{Disturbance, check_sizes, crash_and_restart, while_clients_work};
use crate::services::{KvLab, Put};
use labrt::rand::{self, RngExt};
use labrt::sync::Arc;
use labrt::thread;
use labrt::time::Duration;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens in it.
#[derive(Clone, Copy)]
pub(super) struct Run {
    clients: usize,
    keys: usize,
    disturbance: Disturbance,
}

impl Run {
    pub(super) fn of(clients: usize) -> Run {
        Run {
            clients,
            keys: 1,
            disturbance: Disturbance::default(),
        }
    }

    /// The servers are split into two random sides, again and again.
    pub(super) fn split(mut self) -> Run {
        self.disturbance.splits = true;
        self
    }

    /// All servers crash and restart after each iteration.
    pub(super) fn crash(mut self) -> Run {
        self.disturbance.crashes = true;
        self
    }

    /// So many keys, each put to a random one; alone, the one key is checked at the end.
    pub(super) fn keys(mut self, keys: usize) -> Run {
        self.keys = keys;
        self
    }
}

/// What became of puts.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) done: u64,
    pub(super) maybe: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.done += other.done;
        self.maybe += other.maybe;
    }
}

pub(super) fn generic(lab: &KvLab, run: Run) {
    let keys: Arc<[String]> = match run.keys {
        1 => Arc::new(["k".to_string()]),
        count => (0..count)
            .map(|_| format!("{:08x}", rand::random::<u32>()))
            .collect(),
    };
    let client = lab.client();
    let mut total = Tally::default();
    for _ in 0..3 {
        let works = |stop: Arc<AtomicBool>| {
            let (client, keys) = (lab.client(), keys.clone());
            move || put_until_told(&client, &keys, Duration::ZERO, &stop)
        };
        let tallies = while_clients_work(lab, run.clients, run.disturbance, works);
        tallies.into_iter().for_each(|tally| total += tally);
        if keys.len() == 1 {
            check_version(lab, &client, &keys[0], total, run.disturbance);
        }
        crash_and_restart(lab, run.disturbance);
        check_sizes(lab, lab.max_raft_state());
    }
}

/// Puts, looks what came of it, and rests, until told to stop.
pub(super) fn put_until_told(
    client: &KvClient,
    keys: &[String],
    rest: Duration,
    stop: &AtomicBool,
) -> Tally {
    let mut tally = Tally::default();
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let key = keys[rand::rng().random_range(0..keys.len())].as_str();
        let version = *versions.entry(key).or_default();
        let value = format!("{{\"client\":{},\"version\":{version}}}", client.number());
        let put = client.put(key, &value, version);
        match put {
            Put::Done => tally.done += 1,
            Put::Maybe => tally.maybe += 1,
            Put::Refused => {}
        }
        let held = client.get(key);
        let held = held.as_ref();
        let next = held.map_or(0, |held| held.version);
        if put == Put::Done
            && (next <= version
                || next == version + 1 && held.is_some_and(|held| held.value != value))
        {
            client.service().fault(format!(
                "client {} put {value} to {key:?} with version {version}, and then got {held:?}",
                client.number()
            ));
        }
        versions.insert(key, next);
        if rest > Duration::ZERO {
            thread::sleep(rest);
        }
    }
    tally
}

/// Each put that was done counts, those that perhaps were may.
pub(super) fn check_version(
    lab: &KvLab,
    client: &KvClient,
    key: &str,
    total: Tally,
    disturbance: Disturbance,
) {
    let version = client.get(key).map_or(0, |held| held.version);
    let Tally { done, maybe } = total;
    // A put can be sent twice, and take effect, only where messages or servers fail.
    let most = match lab.is_reliable() && disturbance.is_none() {
        true => done,
        false => done + maybe,
    };
    if version < done || version > most {
        lab.fault(format!(
            "{key:?} has version {version}; {done} puts took effect, and {maybe} more may have"
        ));
    }
}
