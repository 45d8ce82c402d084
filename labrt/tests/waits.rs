//! Where a thread waits is told as its own place, whatever other threads do meanwhile.

use labrt::channel::bounded;
use labrt::sync::{Arc, Condvar, Mutex};
use labrt::time::{Duration, Instant};
use labrt::{Simulation, thread};

const MS: Duration = Duration::from_millis(1);

/// Waits in one way or other; given a condition that is always true.
type Wait = fn(&Shared, &mut dyn FnMut() -> bool);

type Shared = (Mutex<u32>, Condvar, Condvar, Mutex<()>);

/// Waits in `wait` while another thread waits as well, until nobody can go on. What is told of
/// the first.
fn told_of(wait: Wait) -> String {
    let report = Simulation::new(3).run(move || {
        let shared: Arc<Shared> = Arc::default();
        let own = Arc::clone(&shared);
        let first = thread::Builder::new().name("first".into());
        // The condition itself has a scheduling point, and others begin to wait meanwhile.
        let mut condition = || {
            thread::sleep(5 * MS);
            true
        };
        let first = first.spawn(move || wait(&own, &mut condition)).unwrap();
        let other = thread::spawn(move || {
            thread::sleep(2 * MS);
            shared.2.wait(&mut shared.3.lock());
        });
        let (_sender, receiver) = bounded::<()>(0);
        let _ = (receiver.recv(), first, other);
    });
    let told = report.outcome.unwrap_err().to_string();
    let line = told.lines().find(|line| line.contains("first waits"));
    line.unwrap_or(&told).to_string()
}

#[test]
fn waits_with_a_condition() {
    const FIRST: u32 = line!() + 3;
    let waits: [Wait; 2] = [
        |shared, condition| {
            shared.1.wait_while(&mut shared.0.lock(), |_| condition());
        },
        |shared, condition| {
            let mut guard = shared.0.lock();
            shared
                .1
                .wait_while_for(&mut guard, |_| condition(), Duration::MAX);
        },
    ];
    for (wait, line) in waits.into_iter().zip([FIRST, FIRST + 6]) {
        let told = told_of(wait);
        assert!(
            told.contains(&format!("labrt/tests/waits.rs:{line}:")),
            "{told}"
        );
    }
}

/// A wait that never came to wait leaves its place to nobody.
#[test]
fn a_wait_that_was_over_before_it_began() {
    const LINE: u32 = line!() + 4;
    let told = told_of(|shared, _| {
        let mut guard = shared.0.lock();
        shared.1.wait_until(&mut guard, Instant::now());
        shared.1.wait(&mut guard);
    });
    assert!(
        told.contains(&format!("labrt/tests/waits.rs:{LINE}:")),
        "{told}"
    );
}
