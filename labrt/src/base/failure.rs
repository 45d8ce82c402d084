//! Why a run failed.

use std::fmt;
use std::time::Duration;

/// What kind of end a failed run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A thread panicked: an assertion of a test, or a mistake in the code under test.
    Panic,
    /// Threads wait for each other, or all for something that never comes.
    Deadlock,
    /// The run took more virtual time than it was given.
    TimeLimit,
    /// A thread blocked, or ran on, where the simulation cannot see it.
    Stuck,
    /// The harness found the code under test at fault.
    Fault,
}

/// Why a run failed, when, and in which thread it was noticed. `Display` tells all; its first line
/// is the reason in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of end it was.
    pub kind: FailureKind,
    /// The reason; the first line is the short form.
    pub reason: String,
    /// The run's seed.
    pub seed: u64,
    /// Virtual time since the run began.
    pub at: Duration,
    /// The thread, as `node/thread`, or the thread alone when it is of no node.
    pub thread: String,
    /// The frames of the code under test, for a panic; may be empty.
    pub backtrace: String,
}

impl Failure {
    pub(crate) fn new(
        kind: FailureKind,
        reason: String,
        seed: u64,
        ns: u64,
        thread: String,
    ) -> Failure {
        let at = Duration::from_nanos(ns);
        Failure {
            kind,
            reason,
            seed,
            at,
            thread,
            backtrace: String::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        write!(
            f,
            "\n  in thread {} at {:.6} s, seed {}",
            self.thread,
            self.at.as_secs_f64(),
            self.seed
        )?;
        if !self.backtrace.is_empty() {
            write!(f, "\n{}", self.backtrace)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
