//! What happens outside the scheduler's sight: panics, memory faults, threads that block where no
//! scheduling point is, and what std asks the C library for.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unreachable_pub)] // the linker finds them
mod interpose;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod next;
pub(crate) mod panics;
pub(crate) mod prints;
pub(crate) mod process;
pub(crate) mod signals;
#[cfg(target_os = "linux")]
pub(crate) mod wall;
pub(crate) mod watchdog;
