//! How a clerk finds who leads: it begins with whoever led last, and goes round.

use labapi::sync::atomic::{AtomicUsize, Ordering};
use labapi::{ClientEnd, thread};
use serde::{Serialize, de::DeserializeOwned};

use std::time::Duration;

/// How long a clerk rests when nobody led in a whole round: less than an election takes, more than
/// asking costs.
const REST: Duration = Duration::from_millis(20);

pub(crate) struct Leader {
    ends: Vec<ClientEnd>,
    /// Who led when last heard of. A hint, and no more.
    last: AtomicUsize,
}

/// How often a request had to be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Once,
    /// An earlier copy may have taken effect, or may still.
    Again,
}

impl Leader {
    pub(crate) fn among(ends: Vec<ClientEnd>) -> Leader {
        let last = AtomicUsize::new(0);
        Leader { ends, last }
    }

    /// Asks one server after another until `accept` takes a reply: that of a server that leads. No
    /// reply, and a server that lost the lead meanwhile, may both hide a request that took effect.
    pub(crate) fn ask<A, R, T>(
        &self,
        method: &str,
        args: &A,
        mut accept: impl FnMut(R, Sent) -> Option<T>,
    ) -> T
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        let mut sent = Sent::Once;
        loop {
            for _ in 0..self.ends.len() {
                let asked = self.last.load(Ordering::Relaxed);
                let reply = self.ends[asked].call(method, args);
                if let Some(answer) = reply.and_then(|reply| accept(reply, sent)) {
                    return answer;
                }
                sent = Sent::Again;
                // Another thread of this clerk may have found the leader meanwhile.
                let next = (asked + 1) % self.ends.len();
                let _ =
                    self.last
                        .compare_exchange(asked, next, Ordering::Relaxed, Ordering::Relaxed);
            }
            thread::sleep(REST);
        }
    }
}
