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

/// What a report says of the walls around servers' processes: nothing, where there are some.
pub(super) fn walls() -> &'static str {
    match host::has_wall() {
        true => "",
        false => " WITHOUT A WALL around them",
    }
}

/// Whether servers' processes are walled in, as somebody demands.
pub(super) fn check_wall(mode: Mode) -> Result<(), String> {
    if mode != Mode::Isolated {
        return Err("--require-wall is for --mode isolated: no other has one".to_string());
    }
    match host::has_wall() {
        true => Ok(()),
        false => Err(
            "this system lets no process be walled in (seccomp filters, on Linux): leave out \
             --require-wall to judge without"
                .to_string(),
        ),
    }
}
