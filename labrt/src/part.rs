//! A run that is a part of something larger: somebody outside the process says how far its clock
//! may go, and is told what it did meanwhile.
//!
//! One thread, the *port*, talks to whoever is outside. It rests while the others have something to
//! do, and the clock stands still while it talks:
//!
//! ```
//! use labrt::time::{Duration, since_start};
//! use labrt::{Simulation, part, thread};
//!
//! let report = Simulation::new(1).run(|| {
//!     thread::spawn(|| thread::sleep(Duration::from_secs(5)));
//!     // It runs until it sleeps, and then has nothing to do until five seconds have gone.
//!     let next = part::rest(Duration::from_secs(1)).unwrap();
//!     assert!(since_start() < Duration::from_millis(1));
//!     assert!(next >= Duration::from_secs(5));
//!     // Whoever is outside lets the clock go on.
//!     part::advance(Duration::from_secs(2));
//!     assert_eq!(part::rest(Duration::from_secs(3)), Some(next));
//!     part::advance(next);
//!     part::rest(Duration::from_secs(6)) // nobody is left to do anything
//! });
//! assert_eq!(report.outcome, Ok(None));
//! ```

pub use crate::outside::process::{Forked, fork};
#[cfg(target_os = "linux")]
pub use crate::outside::wall::raise_wall;

use crate::base::{Failure, FailureKind, NEVER, Panicked, ns};
use crate::kernel::world;
use std::panic::Location;
use std::time::Duration;

/// Lets the others run, until each of them waits and has nothing to do before `until` (true virtual
/// time since the run began), or it is `until`. When they have something to do next, now perhaps;
/// `None` if only somebody outside can give them something. At once in the real world.
#[track_caller]
pub fn rest(until: Duration) -> Option<Duration> {
    let kernel = world::kernel()?;
    match kernel.rest(ns(until), Location::caller()) {
        NEVER => None,
        next => Some(Duration::from_nanos(next)),
    }
}

/// Lets the clock show `at`, if it does not yet. What is due by then is due at once, and late: so
/// nobody who wants to be in time goes beyond what [`rest`] returned.
pub fn advance(at: Duration) {
    if let Some(kernel) = world::kernel() {
        kernel.advance(ns(at));
    }
}

/// Runs `f`, which waits for somebody outside of this process. For as long as it does, nobody takes
/// the run for one that is stuck.
pub fn outside<T>(f: impl FnOnce() -> T) -> T {
    let Some(kernel) = world::kernel() else {
        return f();
    };
    kernel.progress.set_outside(true);
    let result = f();
    kernel.progress.set_outside(false);
    result
}

/// The time on the clock of the calling thread's node, since the run began.
pub fn local_now() -> Duration {
    match world::kernel() {
        Some(kernel) => Duration::from_nanos(kernel.local_now()),
        None => crate::time::since_start(),
    }
}

/// What looked wrong so far, and has not been asked for yet.
pub fn take_warnings() -> Vec<String> {
    world::kernel().map_or_else(Vec::new, |kernel| kernel.warnings())
}

/// How a run in another process failed, in its own words.
pub struct Told {
    /// What kind of end it was.
    pub kind: FailureKind,
    /// The reason; the first line is the short form.
    pub reason: String,
    /// The thread in which it was noticed, and the name of its node.
    pub thread: (String, Option<String>),
    /// The panic, if it was one.
    pub panic: Option<Panicked>,
    /// The frames of the code under test.
    pub backtrace: String,
}

/// Ends the run as one in another process, which is a part of it, ended; in the real world, panics.
#[track_caller]
pub fn fail(told: Told) -> ! {
    match world::kernel() {
        Some(kernel) => {
            let failure = kernel.failure(told.kind, told.reason);
            kernel.end_with(Failure {
                thread: told.thread.0,
                node: told.thread.1.map(String::into_boxed_str),
                panic: told.panic.map(Box::new),
                backtrace: told.backtrace.into_boxed_str(),
                ..failure
            })
        }
        None => panic!("{}", told.reason),
    }
}

/// There is none here.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn raise_wall() -> Result<(), String> {
    Err("it takes Linux".to_string())
}
