//! Threads that block, run on or overflow where the scheduler cannot see them: the run ends all the
//! same, and its report names the thread, the line and what to use instead.
//!
//! An overflow of the stack ends the process by design. It happens in a child: this binary once
//! more, told by a variable to make that mistake.

use labrt::time::{Duration, Instant};
use labrt::{Failure, FailureKind, Node, Simulation, thread};
use std::process::Command;
use std::sync::{Arc, Mutex};

const MS: Duration = Duration::from_millis(1);

/// The failure of a run that gets stuck, with little patience.
#[track_caller]
fn stuck<R: Send + 'static>(test: impl FnOnce() -> R + Send + 'static) -> Failure {
    let failure = match Simulation::new(5).patience(400 * MS).run(test).outcome {
        Ok(_) => panic!("the run did not fail"),
        Err(failure) => failure,
    };
    assert_eq!(failure.kind, FailureKind::Stuck, "{failure}");
    assert_eq!(failure.seed, 5);
    failure
}

#[track_caller]
fn assert_tells(failure: &Failure, parts: &[&str]) {
    let text = failure.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is not told:\n{text}");
    }
}

/// Ended at once, not by the watchdog: virtual time does not wait for real time.
#[test]
fn a_sleep_of_std() {
    let failure = stuck(|| {
        let sleeper = Node::new("n1").spawn("sleeper", || {
            thread::sleep(250 * MS);
            std::thread::sleep(Duration::from_secs(3600));
        });
        let _ = sleeper.join();
    });
    assert_eq!(failure.thread, "n1/sleeper");
    assert!(failure.at >= 250 * MS && failure.at < 251 * MS);
    let advice = "use labrt's thread::sleep instead";
    assert_tells(
        &failure,
        &[
            "std::thread::sleep inside a simulation",
            advice,
            "outside.rs",
        ],
    );
}

/// However it is started, and at once: what it does would be missing without a word.
#[test]
fn a_thread_of_std() {
    let ways: [fn(); 3] = [
        || drop(std::thread::spawn(|| ())),
        || drop(std::thread::Builder::new().spawn(|| ())),
        || std::thread::scope(|scope| drop(scope.spawn(|| ()))),
    ];
    for way in ways {
        let failure = stuck(move || {
            let starter = Node::new("n1").spawn("starter", way);
            let _ = starter.join();
        });
        assert_eq!(failure.thread, "n1/starter");
        let advice = "use labrt's thread::spawn instead";
        assert_tells(
            &failure,
            &[
                "a thread of std::thread inside a simulation",
                advice,
                "outside.rs",
            ],
        );
    }
}

#[test]
fn a_contended_lock_of_std() {
    let failure = stuck(|| {
        let lock = Arc::new(Mutex::new(()));
        let lock2 = Arc::clone(&lock);
        let holder = thread::spawn(move || {
            let _guard = lock2.lock().unwrap();
            thread::sleep(10 * MS);
        });
        thread::sleep(MS);
        let waiter = Node::new("n1").spawn("waiter", move || drop(lock.lock().unwrap()));
        let _ = (holder.join(), waiter.join());
    });
    assert_eq!(failure.thread, "n1/waiter");
    let advice = "use labrt's sync, channel and thread instead";
    assert_tells(
        &failure,
        &[
            "blocks in a lock, channel or join of std",
            advice,
            "outside.rs",
        ],
    );
}

/// One that nobody contends blocks nobody.
#[test]
fn a_lock_of_std_that_is_free() {
    let report = Simulation::new(1).run(|| {
        let lock = Arc::new(Mutex::new(0));
        let adders = [(); 3].map(|()| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.lock().unwrap() += 1)
        });
        adders.into_iter().for_each(|adder| adder.join().unwrap());
        *lock.lock().unwrap()
    });
    assert_eq!(report.outcome, Ok(3));
}

#[test]
fn a_loop_without_a_scheduling_point() {
    let failure = stuck(|| {
        let looper = Node::new("n1").spawn("looper", || {
            thread::sleep(250 * MS);
            loop {
                std::hint::spin_loop();
            }
        });
        let _ = looper.join();
    });
    assert_eq!(failure.thread, "n1/looper");
    assert!(failure.at >= 250 * MS && failure.at < 251 * MS);
    assert_tells(
        &failure,
        &[
            "an endless loop",
            "without a scheduling point",
            "outside.rs",
        ],
    );
}

/// However long it computes: a thread that reaches scheduling points is not stuck.
#[test]
fn a_long_computation_with_scheduling_points() {
    let real = std::time::Instant::now(); // outside of the simulation: the machine's clock
    let report = Simulation::new(1).patience(400 * MS).run(move || {
        let begin = Instant::now();
        let mut rounds = 0u64;
        while processor_time() < 1500 * MS {
            (0..1000).for_each(|_| thread::yield_now());
            rounds += 1;
        }
        (rounds, begin.elapsed())
    });
    let (rounds, virtually) = report.outcome.unwrap();
    assert!(real.elapsed() >= 1500 * MS);
    assert!(
        virtually >= rounds as u32 * MS / 4,
        "time moves with each step"
    );
}

/// Processor time that the calling thread has used: the one clock that no simulation answers.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let ns = stat.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(ns)
}

/// Needs a frame of its own for each step.
fn recurse(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    match depth {
        0 => 0,
        _ => recurse(std::hint::black_box(room[7]) + 1) + std::hint::black_box(room[9]),
    }
}

#[test]
fn an_overflow_of_the_stack() {
    const CHILD: &str = "OVERFLOWS_ITS_STACK";
    if std::env::var_os(CHILD).is_some() {
        let _ = Simulation::new(17).run(|| {
            let deep = Node::new("n2").spawn("deep", || {
                thread::sleep(250 * MS);
                recurse(1)
            });
            deep.join().unwrap()
        });
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "an_overflow_of_the_stack", "--nocapture"])
        .env(CHILD, "yes")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stderr);
    assert!(!child.status.success(), "{told}");
    for part in [
        "stack overflow in thread n2/deep at 0.250",
        "seed 17",
        "endless recursion",
    ] {
        assert!(told.contains(part), "`{part}` is not told:\n{told}");
    }
}

/// Simulations that are stuck side by side are each told by their own threads.
#[test]
fn several_get_stuck_at_once() {
    let runs = [0, 1, 2].map(|number| {
        std::thread::spawn(move || {
            stuck(move || {
                let name = format!("looper {number}");
                let looper = Node::new("n1").spawn(&name, || {
                    loop {
                        std::hint::spin_loop();
                    }
                });
                let _ = looper.join();
            })
        })
    });
    for (number, run) in runs.into_iter().enumerate() {
        assert_eq!(run.join().unwrap().thread, format!("n1/looper {number}"));
    }
}
