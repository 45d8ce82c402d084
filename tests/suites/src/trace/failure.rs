//! Why a run failed: what the runtime, the harness or the runner found, kept in its parts until
//! somebody reads it.

use super::form::optional_nanoseconds;
use super::text::Text;
use super::violation::Violation;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};
use std::time::Duration;

/// What kind of end a failed run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    #[default]
    Fault,
    /// An invariant of Raft was broken.
    Invariant,
    /// A thread's stack overflowed, and the process ended with it.
    StackOverflow,
    /// The process that ran it was ended by a signal.
    Crashed,
    /// The code under test ended the process that ran it.
    Exited,
    /// No result came in time.
    Hung,
    /// The code under test wrote where only the harness writes.
    Forged,
    /// Two runs of one seed differ.
    Nondeterminism,
}

/// Why a run failed, when, and where it was noticed. `Display` tells all; its first line is the
/// reason in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What kind of end it was.
    pub kind: FailureKind,
    /// What is wrong; the first line is the short form.
    pub message: Text,
    /// Where it panicked: file, line, column.
    pub place: Option<Text>,
    /// What is yet to be written there, of a `todo!("3A: …")`.
    pub todo: Option<Text>,
    /// The node of the thread in which it was noticed, such as `n1`.
    pub node: Option<Text>,
    /// That thread, as reports call it: `n1/ticker`.
    pub thread: Option<Text>,
    /// When: virtual (or real) time since the run began, in nanoseconds.
    #[serde(with = "optional_nanoseconds")]
    pub at: Option<Duration>,
    /// The seed of a simulated run.
    pub seed: Option<u64>,
    /// The frames of the code under test; may be empty.
    pub backtrace: Text,
    /// The invariant that was broken, with the events that show it; `message` tells it too.
    #[serde(default)]
    pub violation: Option<Box<Violation>>,
}

impl Failure {
    /// A failure of which no more than this is known.
    pub fn new(kind: FailureKind, message: impl Display) -> Failure {
        Failure {
            kind,
            message: Text::of_report(message),
            ..Failure::default()
        }
    }

    /// The reason in one line.
    pub fn short(&self) -> impl Display {
        Short(self)
    }

    /// Whether it is the same mistake as `other`, perhaps at another time.
    pub fn is_like(&self, other: &Failure) -> bool {
        let facts = |of: &Failure| (of.kind, of.place.clone(), of.todo.clone());
        facts(self) == facts(other) && self.message.first_line() == other.message.first_line()
    }
}

impl Failure {
    /// Whether it is the same mistake as `other`, though of another run: who did it, and when, may
    /// differ.
    pub fn is_same_mistake(&self, other: &Failure) -> bool {
        match (&self.violation, &other.violation) {
            (Some(own), Some(others)) => own.invariant == others.invariant,
            (None, None) => {
                let kind = |of: &Failure| (of.kind, of.place.clone(), of.todo.clone());
                let plain = |of: &Failure| -> String {
                    let line = of.message.first_line().chars();
                    line.filter(|letter| !letter.is_ascii_digit()).collect()
                };
                kind(self) == kind(other) && plain(self) == plain(other)
            }
            _ => false,
        }
    }
}

impl From<&labrt::Failure> for Failure {
    fn from(failure: &labrt::Failure) -> Failure {
        let panic = failure.panic.as_ref();
        let message = panic.map_or(&failure.reason, |panic| &panic.message);
        let place = panic.and_then(|panic| panic.place.as_ref());
        let todo = panic.and_then(|panic| panic.todo());
        let violation = failure.detail.as_ref();
        let violation = violation
            .and_then(|detail| detail.get::<Violation>())
            .cloned();
        Failure {
            kind: match violation {
                Some(_) => FailureKind::Invariant,
                None => failure.kind.into(),
            },
            message: Text::of_report(message),
            place: place.map(Text::of_report),
            todo: todo.map(Text::of_report),
            node: failure.node.as_ref().map(Text::of_report),
            thread: Some(Text::of_report(&failure.thread)),
            at: Some(failure.at),
            seed: Some(failure.seed),
            backtrace: Text::of_report(&failure.backtrace),
            violation: violation.map(Box::new),
        }
    }
}

impl From<labrt::FailureKind> for FailureKind {
    fn from(kind: labrt::FailureKind) -> FailureKind {
        match kind {
            labrt::FailureKind::Panic => FailureKind::Panic,
            labrt::FailureKind::Deadlock => FailureKind::Deadlock,
            labrt::FailureKind::TimeLimit => FailureKind::TimeLimit,
            labrt::FailureKind::Stuck => FailureKind::Stuck,
            labrt::FailureKind::Fault => FailureKind::Fault,
            labrt::FailureKind::StackOverflow => FailureKind::StackOverflow,
        }
    }
}

struct Short<'a>(&'a Failure);

impl Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.prefix(f)?;
        f.write_str(self.0.message.first_line())
    }
}

impl Failure {
    fn prefix(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, &self.place) {
            (FailureKind::Panic, Some(place)) => write!(f, "panic at {place}: "),
            _ => Ok(()),
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.prefix(f)?;
        write!(f, "{}", self.message)?;
        if let Some(thread) = &self.thread {
            write!(f, "\n  in thread {thread}")?;
            match (self.at.map(|at| at.as_secs_f64()), self.seed) {
                (Some(at), Some(seed)) => write!(f, " at {at:.6} s, seed {seed}")?,
                (Some(at), None) => write!(f, " at {at:.3} s")?,
                (None, _) => {}
            }
        }
        match self.backtrace.as_str() {
            "" => Ok(()),
            frames => write!(f, "\n{frames}"),
        }
    }
}
