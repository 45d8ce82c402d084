//! A meeting of threads.

use super::{Condvar, Mutex};
use crate::kernel::{PerRun, world};
use std::fmt;

/// Threads meet here, a number of them at a time; see [`std::sync::Barrier`]. May be used again and
/// again. A `static` one belongs to the run.
///
/// A thread that crashes while it waits has arrived all the same.
///
/// ```
/// use labrt::{sync::Barrier, thread};
///
/// let barrier = Barrier::new(2);
/// let leaders: usize = thread::scope(|scope| {
///     let threads = [0, 1].map(|_| scope.spawn(|| barrier.wait().is_leader()));
///     threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|leads| *leads).count()
/// });
/// assert_eq!(leaders, 1);
/// ```
pub struct Barrier {
    size: usize,
    meeting: PerRun<Meeting>,
}

struct Meeting {
    state: Mutex<Arrived>,
    complete: Condvar,
}

struct Arrived {
    count: usize,
    /// Which meeting this is.
    number: u64,
}

/// What a [`Barrier`] tells a thread that it lets go on.
#[derive(Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this is the one thread of the meeting that may act for all.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Meeting {
    const fn new() -> Meeting {
        let none = Arrived {
            count: 0,
            number: 0,
        };
        Meeting {
            state: Mutex::new(none),
            complete: Condvar::new(),
        }
    }

    #[track_caller]
    fn wait(&self, size: usize) -> BarrierWaitResult {
        let mut arrived = self.state.lock();
        let number = arrived.number;
        arrived.count += 1;
        if arrived.count < size {
            let same = |arrived: &mut Arrived| arrived.number == number;
            self.complete.wait_while(&mut arrived, same);
            return BarrierWaitResult(false);
        }
        arrived.count = 0;
        arrived.number += 1;
        drop(arrived);
        self.complete.notify_all();
        BarrierWaitResult(true)
    }
}

impl Barrier {
    /// A barrier at which `size` threads meet; with 0 or 1, nobody waits.
    pub const fn new(size: usize) -> Barrier {
        Barrier {
            size,
            meeting: PerRun::new(Meeting::new()),
        }
    }

    /// Waits until all are here.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        match world::kernel() {
            None => self.meeting.here().wait(self.size),
            Some(kernel) => {
                let meeting = self.meeting.of_run(&kernel, |_| Meeting::new());
                meeting.wait(self.size)
            }
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Barrier { .. }")
    }
}
