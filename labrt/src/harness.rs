//! For the harness itself, not for code under test.

/// A lock that is no scheduling point. Never hold it across anything that may block or switch.
pub use parking_lot::{Mutex, MutexGuard};

/// Whether the calling code runs inside a simulation.
pub fn is_simulated() -> bool {
    false
}

/// Tells the diagnosis that the caller is about to block in `what` (an RPC, say): a lock that the
/// thread holds now is worth a warning.
#[track_caller]
pub fn about_to_block(_what: &'static str) {}

/// Whether the calling thread belongs to a crashed node (its destructors are being run): it must
/// reach neither network nor disk.
pub fn is_crashed() -> bool {
    false
}

/// Adds a warning to the run's report.
pub fn warn(_text: String) {}

/// Ends the run at once as failed, for `reason`.
#[track_caller]
pub fn fail(reason: String) -> ! {
    panic!("{reason}")
}
