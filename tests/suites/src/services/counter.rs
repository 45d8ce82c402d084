//! The state machine of 4A: a number.

use bytes::Bytes;
use labapi::StateMachine;
use labrt::harness::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A number, which the suites can read at any time.
#[derive(Clone, Default)]
pub struct Counter {
    value: Arc<Mutex<i64>>,
    /// Who is told what it stands at, each time that it changes.
    watcher: Option<Watcher>,
}

/// Who watches a counter. May not wait for anything.
type Watcher = Arc<dyn Fn(i64) + Send + Sync>;

/// What can be asked of a [`Counter`]. Each answers what the number is afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterOp {
    /// One more.
    Inc,
    /// One less.
    Dec,
    /// Leave it.
    Null,
}

impl Counter {
    /// One that tells `watcher` what it stands at, each time that it changes.
    pub fn watched(watcher: Watcher) -> Counter {
        Counter {
            watcher: Some(watcher),
            ..Counter::default()
        }
    }

    fn tell(&self, value: i64) {
        if let Some(watcher) = &self.watcher {
            watcher(value);
        }
    }

    /// What it stands at.
    pub fn value(&self) -> i64 {
        *self.value.lock()
    }
}

impl StateMachine for Counter {
    type Op = CounterOp;
    type Reply = i64;

    fn apply(&mut self, op: CounterOp) -> i64 {
        let mut value = self.value.lock();
        *value += match op {
            CounterOp::Inc => 1,
            CounterOp::Dec => -1,
            CounterOp::Null => 0,
        };
        let now = *value;
        drop(value);
        self.tell(now);
        now
    }

    fn snapshot(&self) -> Bytes {
        Bytes::copy_from_slice(&self.value().to_le_bytes())
    }

    fn restore(&mut self, snapshot: &Bytes) {
        let bytes = <[u8; 8]>::try_from(&snapshot[..]);
        let value = i64::from_le_bytes(bytes.expect("a snapshot that this machine made"));
        *self.value.lock() = value;
        self.tell(value);
    }
}
