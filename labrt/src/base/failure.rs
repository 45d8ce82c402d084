//! Why a run failed.

use std::any::Any;
use std::fmt;
use std::panic::PanicHookInfo;
use std::sync::Arc;
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
    /// A thread's stack overflowed; the process ends with it.
    StackOverflow,
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
    /// The name of that thread's node.
    pub node: Option<Box<str>>,
    /// The panic, if it was one: `reason` tells it in a line.
    pub panic: Option<Box<Panicked>>,
    /// The frames of the code under test, for a panic; may be empty.
    pub backtrace: Box<str>,
    /// What the harness that found it knows beyond the reason.
    pub detail: Option<Detail>,
}

/// What a harness knows of a failure that it found: a value of its own type, which it is given back
/// with the failure. Equal to its clones only.
#[derive(Clone)]
pub struct Detail(Arc<Box<dyn Any + Send + Sync>>);

impl Detail {
    /// Of any type.
    pub fn new(known: impl Any + Send + Sync) -> Detail {
        Detail(Arc::new(Box::new(known)))
    }

    /// What it was made of, if that is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl PartialEq for Detail {
    fn eq(&self, other: &Detail) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Detail {}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Detail")
    }
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
            node: None,
            panic: None,
            backtrace: Box::default(),
            detail: None,
        }
    }
}

/// A panic, in its parts. `Display` is one line, `panic at src/lib.rs:3:7: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// What it says.
    pub message: String,
    /// File, line and column.
    pub place: Option<String>,
}

impl Panicked {
    /// What a panic's hook is told.
    pub fn of(info: &PanicHookInfo<'_>) -> Panicked {
        Panicked {
            message: text_of(info.payload()).to_string(),
            place: info.location().map(|at| at.to_string()),
        }
    }

    /// What is yet to be written here, if the panic is that of a `todo!("3A: …")`. The macro
    /// leaves no other mark than how its message begins.
    pub fn todo(&self) -> Option<&str> {
        self.message.strip_prefix("not yet implemented: ")
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "panic at {place}: {}", self.message),
            None => write!(f, "panic: {}", self.message),
        }
    }
}

/// What a panic's payload says.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> &str {
    let fixed = payload.downcast_ref::<&'static str>().copied();
    fixed
        .or(payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
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
