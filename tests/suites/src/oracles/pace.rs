//! How many messages the servers send each other within a virtual second. Who sends again as soon
//! as it is answered would send for ever, in no time.

use labrpc::harness::Message;
use labrt::harness;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The messages of the present second.
pub(super) struct Pace {
    servers: usize,
    most: u64,
    second: AtomicU64,
    count: AtomicU64,
}

impl Pace {
    /// At most `each` for each of these servers.
    pub(super) fn new(servers: usize, each: u64) -> Pace {
        Pace {
            servers,
            most: each * servers as u64,
            second: AtomicU64::new(0),
            count: AtomicU64::new(0),
        }
    }

    /// A message is sent, by the running thread. One too many ends the run, at the place that sends
    /// it.
    pub(super) fn sent(&self, message: &Message<'_>, at: Duration) {
        let Some(to) = message.to.filter(|to| *to < self.servers) else {
            return;
        };
        if message.from >= self.servers {
            return;
        }
        if self.second.swap(at.as_secs(), Ordering::Relaxed) != at.as_secs() {
            self.count.store(0, Ordering::Relaxed);
        }
        if self.count.fetch_add(1, Ordering::Relaxed) < self.most {
            return;
        }
        harness::fail(format!(
            "the {} servers sent each other more than {} messages within a virtual second. The \
             last is server {}'s {} to server {to}, sent from\n{}\n\
             Who has just been answered, or refused, must not send the same again at once: let it \
             wait for news, or for the next heartbeat",
            self.servers,
            self.most,
            message.from,
            message.method,
            harness::backtrace().trim_end()
        ));
    }
}
