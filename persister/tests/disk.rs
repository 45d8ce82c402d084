//! The disk keeps what was saved, and nothing that a dead server saves.

use bytes::Bytes;
use labrt::harness::Mutex;
use persister::Persister;
use persister::harness::{Disk, Moment};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct State {
    current_term: u64,
    voted_for: Option<usize>,
    log: Vec<(u64, Bytes)>,
}

fn state(term: u64) -> State {
    State {
        current_term: term,
        voted_for: Some(1),
        log: vec![(1, Bytes::from_static(b"x"))],
    }
}

/// A disk, and the handle to it.
fn new_disk() -> (Arc<Disk>, Persister) {
    let disk = Arc::new(Disk::new());
    let persister = disk.persister();
    (disk, persister)
}

/// The next incarnation's disk, and the handle to it.
fn next_of(disk: &Disk) -> (Arc<Disk>, Persister) {
    let next = Arc::new(disk.fence_and_copy());
    let persister = next.persister();
    (next, persister)
}

#[test]
fn an_empty_disk() {
    let (disk, persister) = new_disk();
    assert_eq!(persister.read_state::<State>(), None);
    assert_eq!(persister.read_snapshot(), Bytes::new());
    assert_eq!(
        (
            persister.state_size(),
            persister.snapshot_size(),
            disk.saves()
        ),
        (0, 0, 0)
    );
}

#[test]
fn both_are_kept() {
    let (disk, persister) = new_disk();
    let snapshot = Bytes::from_static(b"snapshot");
    persister.save(&state(1), &Bytes::new());
    persister.save(&state(2), &snapshot);
    persister.save(&state(3), &snapshot);
    assert_eq!(persister.read_state(), Some(state(3)));
    assert_eq!(persister.read_snapshot(), snapshot);
    assert_eq!(
        persister.state_size(),
        labcodec::encode(&state(3)).unwrap().len()
    );
    assert_eq!(persister.snapshot_size(), 8);
    assert_eq!(disk.saves(), 3);
}

#[test]
fn a_fenced_disk_ignores_saves_and_its_copy_does_not() {
    let (disk, old) = new_disk();
    old.save(&state(1), &Bytes::from_static(b"one"));
    let (next, new) = next_of(&disk);
    old.save(&state(2), &Bytes::from_static(b"two"));
    assert_eq!(old.read_state(), Some(state(1)));
    assert_eq!(new.read_state(), Some(state(1)));
    assert_eq!(new.read_snapshot(), Bytes::from_static(b"one"));

    new.save(&state(3), &Bytes::new());
    assert_eq!(new.read_state(), Some(state(3)));
    assert_eq!(next.saves(), 2);
    assert_eq!(old.read_snapshot(), Bytes::from_static(b"one"));
}

#[test]
#[should_panic(expected = "cannot be read as a")]
fn a_state_of_another_type_fails_the_run() {
    let persister = Persister::new();
    persister.save(&state(1), &Bytes::new());
    persister.read_state::<(u64, u64)>();
}

#[test]
fn an_observer_sees_each_save_before_and_after() {
    let (disk, persister) = new_disk();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    disk.on_save(Arc::new(move |save| {
        let term = save
            .state()
            .find(&["term", "current_term"])
            .and_then(|term| term.as_u64());
        log.lock()
            .push((save.number, save.moment, term, save.snapshot.len()));
    }));
    persister.save(&state(4), &Bytes::new());
    persister.save(&state(5), &Bytes::from_static(b"s"));
    assert_eq!(
        *seen.lock(),
        [
            (1, Moment::Before, Some(4), 0),
            (1, Moment::After, Some(4), 0),
            (2, Moment::Before, Some(5), 1),
            (2, Moment::After, Some(5), 1),
        ]
    );
}

/// Several may look at one disk: each sees what it would have seen alone.
#[test]
fn a_second_observer_comes_behind_the_first() {
    let (disk, persister) = new_disk();
    let seen = Arc::new(Mutex::new(Vec::new()));
    for who in ["first", "second"] {
        let log = Arc::clone(&seen);
        disk.on_save(Arc::new(move |save| log.lock().push((who, save.moment))));
    }
    persister.save(&state(4), &Bytes::new());
    assert_eq!(
        *seen.lock(),
        [
            ("first", Moment::Before),
            ("second", Moment::Before),
            ("first", Moment::After),
            ("second", Moment::After),
        ]
    );
    let _next = disk.fence_and_copy();
    persister.save(&state(5), &Bytes::new());
    assert_eq!(seen.lock().len(), 6, "nothing takes place after a fence");
}

/// A save that another one overtakes has the number that it has then.
#[test]
fn no_two_saves_have_one_number() {
    let (disk, persister) = new_disk();
    let (seen, persister) = (Arc::new(Mutex::new(Vec::new())), Arc::new(persister));
    let (log, other) = (Arc::clone(&seen), Arc::clone(&persister));
    disk.on_save(Arc::new(move |save| match save.moment {
        Moment::Before if save.state_size > 3 => other.save(&5u8, &Bytes::new()),
        Moment::Before => {}
        Moment::After => log.lock().push((save.number, save.state_size)),
    }));
    persister.save(&"four", &Bytes::new());
    assert_eq!(*seen.lock(), [(1, 1), (2, 5)]);
}

/// A crash before the n-th save leaves what was saved before it, a crash after it what it saved.
#[test]
fn an_observer_may_fence_the_disk() {
    for (at, survives) in [(Moment::Before, 1), (Moment::After, 2)] {
        let (disk, persister) = new_disk();
        let next = Arc::new(Mutex::new(None));
        let (this, copy) = (Arc::downgrade(&disk), Arc::clone(&next));
        disk.on_save(Arc::new(move |save| {
            if save.number == 2 && save.moment == at {
                *copy.lock() = Some(next_of(&this.upgrade().unwrap()).1);
            }
        }));
        for term in 1..=3 {
            persister.save(&state(term), &Bytes::new());
        }
        let next = next.lock().take().expect("the second save was seen");
        assert_eq!(next.read_state(), Some(state(survives)), "{at:?}");
        assert_eq!(persister.read_state(), Some(state(survives)), "{at:?}");
    }
}

#[test]
fn fields_are_kept_on_demand() {
    let (disk, persister) = new_disk();
    persister.save(&state(1), &Bytes::new());
    assert_eq!(disk.saved_value(), None);
    disk.keep_values(true);
    persister.save(&state(2), &Bytes::new());
    let value = disk
        .fence_and_copy()
        .saved_value()
        .expect("kept, and copied");
    assert_eq!(
        value.field("currentTerm").and_then(|term| term.as_u64()),
        Some(2)
    );
}
