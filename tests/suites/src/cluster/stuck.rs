//! Why nothing came about: what each thread of a connected server waits for, and who could have
//! acted.

use super::Cluster;
use labrt::harness;
use std::fmt::Write as _;

/// Threads of a server that a report has room for.
const THREADS: usize = 8;

impl Cluster {
    /// Fails the case because something did not come about in time.
    #[track_caller]
    pub(super) fn give_up(&self, reason: String) -> ! {
        let waits = self.waits();
        self.fault(reason + &waits)
    }

    /// What the threads of each connected server wait for; nothing on real threads, of which nobody
    /// knows that.
    pub(super) fn waits(&self) -> String {
        let mut text = String::new();
        let mut acting = false;
        for server in (0..self.len()).filter(|server| self.is_connected(*server)) {
            let running = self.inner.servers.lock()[server].running.clone();
            let Some(running) = running else { continue };
            let threads = harness::standing(&running.node);
            acting |= threads.iter().any(|(_, acts)| *acts);
            for (thread, _) in threads.iter().take(THREADS) {
                let _ = write!(text, "\n  n{server}/{thread}");
            }
            if threads.len() > THREADS {
                let more = threads.len() - THREADS;
                let _ = write!(text, "\n  n{server}: and {more} threads more");
            }
        }
        if !text.is_empty() && !acting {
            text.push_str(
                "\n  None of them goes on by itself: each waits for another, or for a message.",
            );
        }
        text
    }
}
