//! The state machine of the key/value service: what each key holds, and how often it was put.

use bytes::Bytes;
use labapi::kv::{Error, GetArgs, GetReply, PutArgs, PutReply, Versioned};
use labapi::{StateMachine, codec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(crate) enum Op {
    Get(GetArgs),
    Put(PutArgs),
}

pub(crate) enum Reply {
    Get(GetReply),
    Put(PutReply),
}

/// Values by key. A `BTreeMap`, so that equal stores have equal snapshots.
#[derive(Default)]
pub(crate) struct Store {
    values: BTreeMap<String, Versioned>,
}

impl StateMachine for Store {
    type Op = Op;
    type Reply = Reply;

    fn apply(&mut self, op: Op) -> Reply {
        match op {
            Op::Get(args) => Reply::Get(self.get(&args)),
            Op::Put(args) => Reply::Put(self.put(args)),
        }
    }

    fn snapshot(&self) -> Bytes {
        codec::encode(&self.values)
            .expect("strings have bytes")
            .into()
    }

    fn restore(&mut self, snapshot: &Bytes) {
        self.values = codec::decode(snapshot).expect("a snapshot of this machine");
    }
}

impl Store {
    fn get(&self, args: &GetArgs) -> GetReply {
        self.values.get(&args.key).cloned().ok_or(Error::NoKey)
    }

    fn put(&mut self, args: PutArgs) -> PutReply {
        let PutArgs {
            key,
            value,
            version,
        } = args;
        let present = self.values.get(&key).map(|present| present.version);
        match present {
            None if version > 0 => return Err(Error::NoKey),
            Some(present) if present != version => return Err(Error::Version),
            None | Some(_) => {}
        }
        let version = version + 1;
        self.values.insert(key, Versioned { value, version });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &mut Store, value: &str, version: u64) -> PutReply {
        let (key, value) = ("k".into(), value.into());
        store.put(PutArgs {
            key,
            value,
            version,
        })
    }

    #[test]
    fn a_put_takes_effect_only_with_its_version() {
        let mut store = Store::default();
        let key = GetArgs { key: "k".into() };
        assert_eq!(store.get(&key), Err(Error::NoKey));
        assert_eq!(put(&mut store, "a", 1), Err(Error::NoKey));
        assert_eq!(put(&mut store, "a", 0), Ok(()));
        assert_eq!(put(&mut store, "b", 0), Err(Error::Version));
        assert_eq!(put(&mut store, "b", 2), Err(Error::Version));
        assert_eq!(put(&mut store, "b", 1), Ok(()));
        let held = Versioned {
            value: "b".into(),
            version: 2,
        };
        assert_eq!(store.get(&key), Ok(held));
    }

    #[test]
    fn a_snapshot_holds_it_all() {
        let mut store = Store::default();
        assert_eq!(put(&mut store, "a", 0), Ok(()));
        let mut other = Store::default();
        other.restore(&store.snapshot());
        assert_eq!(other.values, store.values);
    }
}
