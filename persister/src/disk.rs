//! The disk: what was saved, and what a harness may do with it.

use crate::save::{Moment, Observer, Save, SaveEvent};
use bytes::Bytes;
use labcodec::rope::Rope;
use labcodec::schema::Schema;
use labcodec::value::{Value, Visitor, outline, walk_since};
use labrt::harness::{self, Mutex};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;

/// The disk of one incarnation of a server. The server has a [`Persister`](crate::Persister), the
/// harness the disk itself: when the server crashes the disk is fenced, and the next incarnation
/// gets a copy.
#[derive(Default)]
pub struct Disk {
    owner: String,
    content: Mutex<Content>,
}

/// Two ways to look at a state that is saved: as a tree, and part by part.
type Looks<'a> = (
    &'a dyn Fn(usize) -> Value,
    &'a dyn Fn(u64, &mut dyn Visitor) -> Option<u64>,
);

#[derive(Clone, Default)]
struct Content {
    state: Option<Rope>,
    snapshot: Bytes,
    /// The state's fields, when somebody wants them.
    value: Option<Value>,
    keeps_values: bool,
    /// Who has the same elsewhere.
    mirror: Option<Mirror>,
    /// The shape of what was asked for, if the mirror wants it.
    schema: Option<Schema>,
    observers: Arc<Vec<Observer>>,
    saves: u64,
    fenced: bool,
    /// The buffer of the last state but one, for the next.
    spare: Rope,
}

/// Who is told what is written, at the moment of the save: the bytes of the state, its shape if
/// anybody has asked for one, and the snapshot. It may not wait for anything.
pub type Mirror = Arc<dyn Fn(&Rope, Option<&Schema>, &Bytes) + Send + Sync>;

impl Disk {
    /// A disk that holds what another one does, and tells `mirror` of each save.
    pub fn mirrored(state: Option<Vec<u8>>, snapshot: Bytes, mirror: Mirror) -> Disk {
        let content = Content {
            state: state.map(Rope::of),
            snapshot,
            mirror: Some(mirror),
            ..Content::default()
        };
        Disk {
            owner: String::new(),
            content: Mutex::new(content),
        }
    }

    /// What was last saved: the state's bytes, if any ever was, and the snapshot.
    pub fn saved(&self) -> (Option<Vec<u8>>, Bytes) {
        let content = self.content.lock();
        (
            content.state.as_ref().map(Rope::to_vec),
            content.snapshot.clone(),
        )
    }

    /// An empty disk.
    pub fn new() -> Disk {
        Disk::default()
    }

    /// An empty disk whose saves are told as those of `owner`, such as `n2`.
    pub fn owned_by(owner: &str) -> Disk {
        Disk {
            owner: owner.to_string(),
            ..Disk::default()
        }
    }

    /// A new disk with this one's content, for the next incarnation; this one is fenced: whatever
    /// is still saved to it changes nothing. Observers stay with this one; the owner and the
    /// count of saves go over to the new one.
    pub fn fence_and_copy(&self) -> Disk {
        let mut content = self.content.lock();
        let copy = Content {
            fenced: false,
            observers: Arc::default(),
            ..content.clone()
        };
        content.fenced = true;
        Disk {
            owner: self.owner.clone(),
            content: Mutex::new(copy),
        }
    }

    /// How many times anything was saved, former incarnations included.
    pub fn saves(&self) -> u64 {
        self.content.lock().saves
    }

    /// Calls `observer` before and after each save, on the thread that saves, behind those that
    /// came earlier. It may crash the server or fence the disk: what it does before the save
    /// decides whether the save takes place.
    pub fn on_save(&self, observer: Observer) {
        Arc::make_mut(&mut self.content.lock().observers).push(observer);
    }

    /// From now on each save keeps the state's fields for [`Disk::saved_value`].
    pub fn keep_values(&self, on: bool) {
        self.content.lock().keeps_values = on;
    }

    /// The fields of the state last saved, if they were kept.
    pub fn saved_value(&self) -> Option<Value> {
        self.content.lock().value.clone()
    }

    /// Encoded size of the state last saved, in bytes; 0 if none was.
    pub fn state_size(&self) -> usize {
        self.content.lock().state.as_ref().map_or(0, Rope::len)
    }

    /// Size of the snapshot last saved, in bytes.
    pub fn snapshot_size(&self) -> usize {
        self.content.lock().snapshot.len()
    }

    pub(crate) fn save<S: Serialize + ?Sized>(&self, state: &S, snapshot: &Bytes) {
        if harness::is_crashed() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.content.lock().spare);
        if let Err(error) = bytes.fill(state) {
            harness::fail(format!(
                "cannot save the state, a {}: it {error}",
                type_name::<S>()
            ));
        }
        let value = |most| outline(state, most).unwrap_or(Value::Unit);
        let show = |last, visitor: &mut dyn Visitor| walk_since(state, last, visitor).ok();
        self.save_rope(bytes, snapshot, (&value, &show));
    }

    /// Saves the bytes of a state, which is shown as `state`.
    pub(crate) fn save_encoded<S: Serialize>(&self, bytes: Vec<u8>, state: &S, snapshot: &Bytes) {
        if harness::is_crashed() {
            return;
        }
        let value = |most| outline(state, most).unwrap_or(Value::Unit);
        let show = |last, visitor: &mut dyn Visitor| walk_since(state, last, visitor).ok();
        self.save_rope(Rope::of(bytes), snapshot, (&value, &show));
    }

    fn save_rope(&self, bytes: Rope, snapshot: &Bytes, (value, show): Looks<'_>) {
        let (number, observers, keeps_values) = {
            let content = self.content.lock();
            (
                content.saves + 1,
                Arc::clone(&content.observers),
                content.keeps_values,
            )
        };
        let size = bytes.len();
        let seen = |moment, number| Save {
            number,
            moment,
            state_size: size,
            snapshot,
            value,
            show,
        };
        for observer in observers.iter() {
            observer(&seen(Moment::Before, number));
        }
        let kept = keeps_values.then(|| value(usize::MAX));
        // Another save may have come between.
        let Some(number) = self.write(bytes, snapshot, kept) else {
            return;
        };
        let seen = seen(Moment::After, number);
        labrt::trace::record(|| SaveEvent::new(&self.owner, &seen));
        for observer in observers.iter() {
            observer(&seen);
        }
    }

    /// The moment of the save itself. Which one it is, if it took place.
    fn write(&self, state: Rope, snapshot: &Bytes, value: Option<Value>) -> Option<u64> {
        let mut content = self.content.lock();
        if content.fenced || harness::is_crashed() {
            return None;
        }
        labrt::trace::fold(state.own());
        content.saves += 1;
        if let Some(mirror) = &content.mirror {
            mirror(&state, content.schema.as_ref(), snapshot);
        }
        content.spare = content.state.replace(state).unwrap_or_default();
        content.snapshot = snapshot.clone();
        content.value = value;
        Some(content.saves)
    }

    pub(crate) fn read_state<T: DeserializeOwned>(&self) -> Option<T> {
        let bytes = {
            let mut content = self.content.lock();
            if content.mirror.is_some() && content.schema.is_none() {
                content.schema = Some(Schema::of::<T>());
            }
            content.state.as_ref()?.to_vec()
        };
        match labcodec::decode(&bytes) {
            Ok(state) => Some(state),
            Err(error) => harness::fail(format!(
                "the saved state cannot be read as a {}: {error}",
                type_name::<T>()
            )),
        }
    }

    pub(crate) fn snapshot(&self) -> Bytes {
        self.content.lock().snapshot.clone()
    }
}
