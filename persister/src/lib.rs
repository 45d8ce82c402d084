//! What survives a crash: Raft state and snapshot, saved together.
//!
//! The state is any `Serialize` value, so that the harness can see its fields; the snapshot is the
//! service's, opaque bytes that cost nothing to pass again. One [`Persister`] is the disk as one
//! incarnation of a server sees it: when the server crashes it is fenced, and the next incarnation
//! gets a copy ([`Persister::fence_and_copy`]).
//!
//! A map of the code: this file is the disk, `observe` what the harness sees of a save.
#![forbid(unsafe_code)]

mod observe;

pub use observe::{Moment, Observer, Save, SaveEvent};

use bytes::Bytes;
use labcodec::rope::Rope;
use labcodec::value::{Value, outline};
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;

/// The disk of one incarnation of a server.
#[derive(Default)]
pub struct Persister {
    owner: String,
    disk: Mutex<Disk>,
}

#[derive(Clone, Default)]
struct Disk {
    state: Option<Rope>,
    snapshot: Bytes,
    /// The state's fields, when somebody wants them.
    value: Option<Value>,
    keeps_values: bool,
    observer: Option<Observer>,
    saves: u64,
    fenced: bool,
    /// The buffer of the last state but one, for the next.
    spare: Rope,
}

impl Persister {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty disk whose saves are told as those of `owner`, such as `n2`.
    pub fn owned_by(owner: &str) -> Self {
        Persister {
            owner: owner.to_string(),
            ..Self::default()
        }
    }

    /// Saves both, atomically: a crash leaves either both old or both new. Fails the run when the
    /// state cannot be encoded.
    pub fn save<S: Serialize + ?Sized>(&self, state: &S, snapshot: &Bytes) {
        if harness::is_crashed() {
            return;
        }
        let (mut bytes, number, observer, keeps_values) = {
            let mut disk = self.disk.lock();
            let spare = std::mem::take(&mut disk.spare);
            (
                spare,
                disk.saves + 1,
                disk.observer.clone(),
                disk.keeps_values,
            )
        };
        if let Err(error) = bytes.fill(state) {
            harness::fail(format!(
                "cannot save the state, a {}: it {error}",
                type_name::<S>()
            ));
        }
        let size = bytes.len();
        let value = |most| outline(state, most).unwrap_or(Value::Unit);
        let seen = |moment| Save {
            number,
            moment,
            state_size: size,
            snapshot,
            value: &value,
        };
        if let Some(observer) = &observer {
            observer(&seen(Moment::Before));
        }
        let kept = keeps_values.then(|| value(usize::MAX));
        if !self.write(bytes, snapshot, kept) {
            return;
        }
        labrt::trace::record(|| SaveEvent::new(&self.owner, &seen(Moment::After)));
        if let Some(observer) = &observer {
            observer(&seen(Moment::After));
        }
    }

    /// The moment of the save itself. Whether it took place.
    fn write(&self, state: Rope, snapshot: &Bytes, value: Option<Value>) -> bool {
        let mut disk = self.disk.lock();
        if disk.fenced || harness::is_crashed() {
            return false;
        }
        labrt::trace::fold(state.own());
        disk.saves += 1;
        disk.spare = disk.state.replace(state).unwrap_or_default();
        disk.snapshot = snapshot.clone();
        disk.value = value;
        true
    }

    /// The state last saved, or `None` if none was, ever. Fails the run when what was saved are
    /// not the bytes of a `T`.
    pub fn read_state<T: DeserializeOwned>(&self) -> Option<T> {
        let bytes = self.disk.lock().state.as_ref()?.to_vec();
        match labcodec::decode(&bytes) {
            Ok(state) => Some(state),
            Err(error) => harness::fail(format!(
                "the saved state cannot be read as a {}: {error}",
                type_name::<T>()
            )),
        }
    }

    /// The snapshot last saved; empty if none was.
    pub fn read_snapshot(&self) -> Bytes {
        self.disk.lock().snapshot.clone()
    }

    /// Encoded size of the state last saved, in bytes.
    pub fn state_size(&self) -> usize {
        self.disk.lock().state.as_ref().map_or(0, Rope::len)
    }

    /// Size of the snapshot last saved, in bytes.
    pub fn snapshot_size(&self) -> usize {
        self.disk.lock().snapshot.len()
    }

    /// A new persister with this one's content, for the next incarnation; this one is fenced:
    /// whatever is still saved to it changes nothing. The observer stays with this one; the owner
    /// and the count of saves go over to the new one.
    pub fn fence_and_copy(&self) -> Persister {
        let mut disk = self.disk.lock();
        let copy = Disk {
            fenced: false,
            observer: None,
            ..disk.clone()
        };
        disk.fenced = true;
        Persister {
            owner: self.owner.clone(),
            disk: Mutex::new(copy),
        }
    }

    /// How many times anything was saved, former incarnations included.
    pub fn saves(&self) -> u64 {
        self.disk.lock().saves
    }

    /// Calls `observer` before and after each save, on the thread that saves. It may crash the
    /// server or fence the disk: what it does before the save decides whether the save takes place.
    pub fn on_save(&self, observer: Observer) {
        self.disk.lock().observer = Some(observer);
    }

    /// From now on each save keeps the state's fields for [`Persister::saved_value`].
    pub fn keep_values(&self, on: bool) {
        self.disk.lock().keeps_values = on;
    }

    /// The fields of the state last saved, if they were kept.
    pub fn saved_value(&self) -> Option<Value> {
        self.disk.lock().value.clone()
    }
}
