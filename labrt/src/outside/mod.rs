//! What happens outside the scheduler's sight: panics, memory faults, threads that block where no
//! scheduling point is, and what std asks the C library for.

#[cfg(target_os = "linux")]
#[allow(unreachable_pub)] // the linker finds them
mod interpose;
pub(crate) mod panics;
pub(crate) mod signals;
pub(crate) mod watchdog;
