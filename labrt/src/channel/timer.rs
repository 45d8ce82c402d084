//! Receivers of the clock: `after`, `at`, `tick`.

use crate::time::Instant;
use parking_lot::Mutex;
use std::time::Duration;

pub(super) struct Timer {
    /// When the next message comes; `None` when none will.
    next: Mutex<Option<Instant>>,
    period: Option<Duration>,
}

impl Timer {
    pub(super) fn once(when: Instant) -> Timer {
        Timer {
            next: Mutex::new(Some(when)),
            period: None,
        }
    }

    pub(super) fn every(period: Duration) -> Timer {
        Timer {
            next: Mutex::new(Instant::now().checked_add(period)),
            period: Some(period),
        }
    }

    /// When the next message comes.
    pub(super) fn due(&self) -> Option<Instant> {
        *self.next.lock()
    }

    /// The message, if it has come.
    pub(super) fn take(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut next = self.next.lock();
        let due = next.filter(|due| *due <= now)?;
        // As crossbeam's: a period is counted from when the last message was taken.
        *next = self.period.and_then(|period| now.checked_add(period));
        Some(due)
    }
}
