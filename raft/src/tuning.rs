//! Every duration of the protocol and every limit, and why it is what it is.

use labapi::rand::{self, RngExt};
use std::time::Duration;

/// How often a leader speaks to a follower that has nothing to learn. The labs allow ten times a
/// second, and a network that loses one message in five, there and back, must rarely swallow as
/// many in a row as fit into an election timeout.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(100);

/// The most entries in a message that will likely be lost or refused. Enough for a follower that
/// missed a little to have all in one message.
pub(crate) const PROBE_ENTRIES: usize = 64;

/// Heartbeats that are due so soon go out along with those that are due now.
pub(crate) const TOGETHER: Duration = Duration::from_millis(10);

/// How many replicators of one follower wait for a call, at most. More than one, since messages
/// overlap when there is much to send.
pub(crate) const IDLE: usize = 2;

/// Messages under way to one follower, at most. What it must hear beyond that goes out together as
/// soon as one of them is answered or lost. Over a dead connection, where that takes up to seven
/// seconds, this keeps heartbeats from piling up; and with fewer, a follower that is back would
/// wait too long for one.
pub(crate) const UNDER_WAY: usize = 16;

/// The shortest election timeout: three heartbeats may be lost, each delayed by the unreliable
/// network's 26 ms, before a follower doubts its leader.
const ELECTION_MIN: Duration = Duration::from_millis(350);

/// The longest election timeout. The spread is what separates candidates (§9.3): ten times the
/// network's delay makes split votes rare, and the labs want a leader within five seconds even
/// after two or three of them.
const ELECTION_MAX: Duration = Duration::from_millis(700);

/// A fresh election timeout (§5.2: drawn anew for each term of waiting).
pub(crate) fn election_timeout() -> Duration {
    rand::rng().random_range(ELECTION_MIN..ELECTION_MAX)
}
