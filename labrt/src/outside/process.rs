//! Processes made of this one.

use std::io;

/// As which of two a process goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forked {
    /// As the one that there was; the other's number.
    Parent(i32),
    /// As the new one.
    Child,
}

/// Splits the process in two, which must have one thread.
///
/// # Errors
/// When it has more, and when the system has no room.
#[cfg(target_os = "linux")]
pub fn fork() -> io::Result<Forked> {
    if std::fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::other("a process of several threads cannot fork"));
    }
    // SAFETY: with one thread, nobody holds a lock that the child would wait for, or is halfway
    // through a change of something that the child would find so.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Forked::Child),
        number => Ok(Forked::Parent(number)),
    }
}

/// Nowhere else.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn fork() -> io::Result<Forked> {
    Err(io::ErrorKind::Unsupported.into())
}
