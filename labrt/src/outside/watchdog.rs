//! Finding threads that block or run on where the simulation cannot see them: in a lock of std, in
//! `std::thread::sleep`, in a loop without a scheduling point.
//!
//! The thread that waits for a run's report is its watchdog. It looks at the run's count of
//! switches from time to time; when the count stands still, it asks the operating system what the
//! run's OS thread is doing. Time counts only as far as it was really spent: processor time for a
//! thread that runs, real time for one that sleeps in the kernel. So a busy machine raises no
//! alarm.

use super::signals::{self, Witness};
use crate::base::{Failure, FailureKind, Progress, face};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::panic::Location;
use std::time::Duration;

/// How often the watchdog looks.
const LOOK: Duration = Duration::from_millis(200);

/// What a run is doing that makes no progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Running,
    WaitingForLock,
    Sleeping,
    /// Something that ends by itself, such as reading a file.
    Else,
}

/// A run that was given up.
pub(crate) struct Stuck {
    doing: Doing,
    last: Option<&'static Location<'static>>,
    witness: Option<Witness>,
}

impl Stuck {
    pub(crate) fn failure(self, seed: u64) -> Failure {
        let face = face();
        let mut reason = match self.doing {
            Doing::Running => format!(
                "stuck: an endless loop, or a long computation, without a scheduling point: wait \
                 on a condition variable or a channel, sleep, or call {face}'s thread::yield_now"
            ),
            Doing::WaitingForLock => format!(
                "stuck: a thread blocks in a lock, channel or join of std, which the simulation \
                 cannot see: use {face}'s sync, channel and thread instead"
            ),
            Doing::Sleeping => format!(
                "stuck: a thread sleeps in real time: use {face}'s thread::sleep instead of \
                 std::thread::sleep"
            ),
            Doing::Else => "stuck: a thread blocks in the operating system".to_string(),
        };
        if let Some(last) = self.last {
            reason.push_str(&format!("\n  the last thread to park did so at {last}"));
        }
        let (thread, ns, backtrace) = match self.witness {
            Some(witness) => (witness.thread, witness.now, witness.backtrace),
            None => (String::from("(unknown)"), 0, String::new()),
        };
        Failure {
            backtrace: backtrace.into(),
            ..Failure::new(FailureKind::Stuck, reason, seed, ns, thread)
        }
    }
}

/// The system's number of the calling thread, by which [`wait`] finds it.
pub(crate) fn this_thread() -> i32 {
    system::this_thread()
}

/// Waits for the run's report, or gives the run up.
pub(crate) fn wait<T>(
    report: &Receiver<T>,
    progress: &Progress,
    patience: Duration,
) -> Result<T, Stuck> {
    let mut count = 0;
    let mut doing = Doing::Else;
    let mut wasted = Duration::ZERO;
    let mut used = Duration::ZERO;
    loop {
        match report.recv_timeout(LOOK) {
            Ok(report) => return Ok(report),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the simulation's own thread panicked")
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let thread = progress.thread();
        let now_count = progress.switches();
        let now_doing = system::doing(thread, used);
        let now_used = system::processor_time(thread);
        if now_count != count || now_doing != doing || progress.is_outside() {
            (count, doing, used, wasted) = (now_count, now_doing, now_used, Duration::ZERO);
            continue;
        }
        wasted += match doing {
            Doing::Running => now_used.saturating_sub(used),
            Doing::WaitingForLock | Doing::Sleeping => LOOK,
            // Files and pipes may be slow without anybody's fault.
            Doing::Else => LOOK / 10,
        };
        used = now_used;
        if wasted >= patience {
            let witness = signals::question(thread);
            return Err(Stuck {
                doing,
                last: progress.last(),
                witness,
            });
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::Doing;
    use std::fs;
    use std::time::Duration;

    pub(super) fn this_thread() -> i32 {
        // SAFETY: gettid has no preconditions.
        unsafe { libc::gettid() }
    }

    /// A process that may open no files is told only whether the thread has used the processor
    /// since `used`.
    pub(super) fn doing(thread: i32, used: Duration) -> Doing {
        let read = |file| fs::read_to_string(format!("/proc/self/task/{thread}/{file}"));
        let Ok(call) = read("syscall") else {
            return match processor_time(thread) > used {
                true => Doing::Running,
                false => Doing::WaitingForLock,
            };
        };
        if call.starts_with("running") {
            return Doing::Running;
        }
        let number = call
            .split(' ')
            .next()
            .and_then(|word| word.parse::<i64>().ok());
        match number {
            Some(libc::SYS_futex) => Doing::WaitingForLock,
            Some(libc::SYS_clock_nanosleep | libc::SYS_nanosleep) => Doing::Sleeping,
            _ => Doing::Else,
        }
    }

    /// Processor time that the thread has used.
    pub(super) fn processor_time(thread: i32) -> Duration {
        // The clock of one thread's processor time (clock_getcpuclockid(3), pthreads(7)): the
        // number, inverted, above the three bits that say of which kind it is.
        const OF_ONE_THREAD: i32 = 4 | 2;
        let clock = (!thread << 3) | OF_ONE_THREAD;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` is there to be written to for as long as the call lasts.
        match unsafe { libc::clock_gettime(clock, &raw mut time) } {
            0 => Duration::new(time.tv_sec as u64, time.tv_nsec as u32),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Doing;
    use std::time::Duration;

    pub(super) fn this_thread() -> i32 {
        0
    }

    pub(super) fn doing(_thread: i32, _used: Duration) -> Doing {
        Doing::WaitingForLock
    }

    pub(super) fn processor_time(_thread: i32) -> Duration {
        Duration::ZERO
    }
}
