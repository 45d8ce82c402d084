//! What is told of threads: what they wait for, and those of a node that nobody needs any more.

/// What a thread waits for that wants a lock: a mutex's, a reader-writer lock's.
pub(crate) const LOCKS: [&str; 2] = ["a lock", "a reader-writer lock"];

/// A thread that is there when none should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOver {
    /// Where it was started.
    pub started: String,
    /// Its name.
    pub name: String,
    /// What it waits for, and where, if it does.
    pub waits: Option<String>,
}
