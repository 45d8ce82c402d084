//! What the servers of a run are made of: threads, or processes.

use super::options::Mode;
use labrt::Strategy;
use suites::Judged;

/// Says what the servers of the next run are made of.
pub(super) fn set(mode: Mode, virtual_time: Option<(Strategy, u64)>) {
    if let Some(members) = mode.members().first() {
        host::set_run(*members, virtual_time);
    }
}

/// What is judged, each server in a process of its own.
pub(super) fn in_processes(judged: Judged) -> Judged {
    Judged {
        submission: host::in_processes(judged.submission),
        ..judged
    }
}

/// The world with whose run another one is compared: its own; or, for cells, the one with
/// processes, whose run is the same unless servers share memory.
pub(super) fn compared(mode: Mode) -> Mode {
    match mode {
        Mode::Cells => Mode::Isolated,
        mode => mode,
    }
}
