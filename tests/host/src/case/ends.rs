//! How a member's end is told.

use crate::frame::{Fault, FaultKind};
use crate::link;
use labrt::{FailureKind, Panicked, harness, part};
use std::io;

/// Ends the run as the member ended.
pub(super) fn fail(fault: Fault) -> ! {
    part::fail(part::Told {
        kind: match fault.kind {
            FaultKind::Panic => FailureKind::Panic,
            FaultKind::Deadlock => FailureKind::Deadlock,
            FaultKind::TimeLimit => FailureKind::TimeLimit,
            FaultKind::Stuck => FailureKind::Stuck,
            FaultKind::Fault => FailureKind::Fault,
            FaultKind::StackOverflow => FailureKind::StackOverflow,
        },
        reason: fault.reason,
        thread: (fault.thread, fault.node),
        panic: fault
            .panic
            .map(|(message, place)| Panicked { message, place }),
        backtrace: fault.backtrace,
    })
}

/// Ends the run: the member has ended, or said what no member says.
pub(super) fn lost(me: &str, error: &io::Error) -> ! {
    harness::fail(match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe => {
            format!("{me} ended its own process")
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => format!(
            "{me} does not answer for {:?} of real time: an endless loop, or a wait that the \
             harness does not see",
            link::PATIENCE
        ),
        _ => format!("{me} broke the protocol: {error}"),
    })
}
