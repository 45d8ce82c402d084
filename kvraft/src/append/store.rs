//! The state machine: strings by key, and which requests have taken effect.

use super::{Change, Kind};
use bytes::Bytes;
use labapi::{StateMachine, codec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(super) enum Op {
    Get(String),
    Change(Change),
}

#[derive(Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Store {
    values: BTreeMap<String, String>,
    /// The number of each clerk's last change. Part of the snapshot: a replica that forgot it would
    /// let a retry take effect twice.
    changed: BTreeMap<u64, u64>,
}

impl StateMachine for Store {
    type Op = Op;
    /// A get's value; of a change, nothing but that it has taken effect.
    type Reply = String;

    fn apply(&mut self, op: Op) -> String {
        match op {
            Op::Get(key) => self.values.get(&key).cloned().unwrap_or_default(),
            Op::Change(change) => {
                self.change(change);
                String::new()
            }
        }
    }

    fn snapshot(&self) -> Bytes {
        codec::encode(self).expect("strings have bytes").into()
    }

    fn restore(&mut self, snapshot: &Bytes) {
        *self = codec::decode(snapshot).expect("a snapshot of this machine");
    }
}

impl Store {
    /// A clerk makes one change at a time: a number that is not the next has been seen.
    fn change(&mut self, change: Change) {
        let last = self.changed.entry(change.clerk).or_default();
        if change.number <= *last {
            return;
        }
        *last = change.number;
        let value = self.values.entry(change.key).or_default();
        match change.kind {
            Kind::Put => *value = change.value,
            Kind::Append => value.push_str(&change.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(number: u64) -> Op {
        Op::Change(Change {
            kind: Kind::Append,
            key: "k".into(),
            value: number.to_string(),
            clerk: 7,
            number,
        })
    }

    #[test]
    fn a_change_takes_effect_once_also_behind_a_snapshot() {
        let mut store = Store::default();
        for number in [1, 2, 2, 1] {
            store.apply(append(number));
        }
        let mut other = Store::default();
        other.restore(&store.snapshot());
        other.apply(append(2));
        assert_eq!(other, store);
        assert_eq!(other.apply(Op::Get("k".into())), "12");
    }
}
