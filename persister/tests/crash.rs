//! Crashes around saves, in simulations.

use bytes::Bytes;
use labrt::{Node, Simulation, thread};
use persister::Persister;
use persister::harness::{Disk, Moment};
use std::sync::Arc;
use std::time::Duration;

fn simulated<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    match Simulation::new(1).run(run).outcome {
        Ok(result) => result,
        Err(failure) => panic!("{failure}"),
    }
}

/// A server that is crashed around its n-th save has what it saved before, or that too; for each n.
#[test]
fn a_crash_before_or_after_each_save() {
    for crash_at in 1..=5u64 {
        for moment in [Moment::Before, Moment::After] {
            let left = simulated(move || {
                let node = Node::new("n0");
                let disk = Arc::new(Disk::owned_by("n0"));
                let victim = node.clone();
                disk.on_save(Arc::new(move |save| {
                    if (save.number, save.moment) == (crash_at, moment) {
                        victim.crash();
                    }
                }));
                let own = disk.persister();
                node.spawn("saver", move || {
                    for number in 1..=5u64 {
                        own.save(&number, &Bytes::from(number.to_string()));
                    }
                });
                thread::sleep(Duration::from_millis(1));
                assert_eq!(node.live_threads(), 0);
                let next = Arc::new(disk.fence_and_copy());
                let saved = next.persister();
                let (state, snapshot) = (saved.read_state::<u64>(), saved.read_snapshot());
                let number = state.unwrap_or(0);
                let snapshot = std::str::from_utf8(&snapshot).unwrap();
                assert_eq!(snapshot.parse().unwrap_or(0), number, "both or none");
                assert_eq!(next.saves(), number);
                number
            });
            let expected = if moment == Moment::Before {
                crash_at - 1
            } else {
                crash_at
            };
            assert_eq!(left, expected, "{moment:?} save {crash_at}");
        }
    }
}

/// What the destructors of a crashed thread save changes nothing, and nobody is told of it.
#[test]
fn a_crashed_thread_saves_nothing() {
    struct SavesWhenDropped(Persister);
    impl Drop for SavesWhenDropped {
        fn drop(&mut self) {
            self.0.save(&2u64, &Bytes::new());
        }
    }
    simulated(|| {
        let node = Node::new("n0");
        let disk = Arc::new(Disk::new());
        let persister = disk.persister();
        persister.save(&1u64, &Bytes::new());
        disk.on_save(Arc::new(|save| panic!("save {} was seen", save.number)));
        let last_will = SavesWhenDropped(persister.clone());
        node.spawn("saver", move || {
            thread::sleep(Duration::from_secs(1000));
            drop(last_will);
        });
        thread::sleep(Duration::from_millis(1));
        node.crash();
        thread::sleep(Duration::from_secs(1));
        assert_eq!(node.live_threads(), 0);
        assert_eq!((persister.read_state::<u64>(), disk.saves()), (Some(1), 1));
    });
}

#[test]
fn a_save_is_an_event_and_part_of_the_hash() {
    let run = |state: u64| {
        let report = Simulation::new(1).trace(true).run(move || {
            Arc::new(Disk::owned_by("n2"))
                .persister()
                .save(&state, &Bytes::from_static(b"abc"));
        });
        let saves = report.events.filter(|event| event.body.kind() == "save");
        let lines: Vec<String> = saves.map(|event| event.body.to_string()).collect();
        (lines, report.trace_hash)
    };
    let (lines, hash) = run(7);
    assert_eq!(lines, ["n2 save 7 state=1B snapshot=3B"]);
    assert_eq!(run(7), (lines, hash));
    assert_ne!(run(8).1, hash);
}
