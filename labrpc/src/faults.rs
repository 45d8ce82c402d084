//! The odds: what becomes of one message under given conditions. There is no clock here, only how
//! long something will take.

use crate::latency::{Latency, up_to};
use labrt::rand::{Rng, RngExt};
use std::time::Duration;

/// How an unreliable network holds up each request, at most.
const REQUEST_DELAY_MAX: Duration = Duration::from_millis(26);
/// The share of requests, and of the replies to those that arrived, that an unreliable network
/// loses.
const LOSS: f64 = 0.1;
/// The share of replies that long reordering holds back.
const REORDERED: f64 = 2.0 / 3.0;
/// How long long reordering holds a reply back, at least and (beyond that) at most.
const REORDER_DELAY_MIN: Duration = Duration::from_millis(200);
const REORDER_DELAY_SPREAD: Duration = Duration::from_millis(2000);
/// How long a caller on a dead end waits at most, without and with long delays.
const DEAD_END_MAX: Duration = Duration::from_millis(100);
const DEAD_END_LONG_MAX: Duration = Duration::from_millis(7000);

/// What the network does to messages, wherever they go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    /// Otherwise requests are delayed, and requests and replies lost.
    pub(crate) reliable: bool,
    /// Most replies are held back so long that others overtake them.
    pub(crate) long_reordering: bool,
    /// Callers on a dead end wait for seconds.
    pub(crate) long_delays: bool,
    /// The share of requests that arrive twice.
    pub(crate) duplicated: f64,
    /// What each message takes over a link without a latency of its own.
    pub(crate) latency: Option<Latency>,
}

/// What becomes of a request whose way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestFate {
    /// How long it is under way before it arrives or is known lost.
    pub(crate) after: Duration,
    /// Whether it never arrives.
    pub(crate) lost: bool,
    /// When a second copy of it arrives, if one does.
    pub(crate) copy: Option<Duration>,
}

/// What becomes of a reply whose way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyFate {
    /// It never arrives; the caller knows at once.
    Lost,
    /// It arrives after that time.
    Arrives(Duration),
}

impl Default for Conditions {
    fn default() -> Self {
        Conditions {
            reliable: true,
            long_reordering: false,
            long_delays: false,
            duplicated: 0.0,
            latency: None,
        }
    }
}

impl Conditions {
    /// Draws what becomes of a request.
    pub(crate) fn request(&self, rng: &mut impl Rng) -> RequestFate {
        let mut fate = RequestFate {
            after: Duration::ZERO,
            lost: false,
            copy: None,
        };
        if !self.reliable {
            fate.after = up_to(REQUEST_DELAY_MAX, rng);
            fate.lost = rng.random_bool(LOSS);
        }
        if self.duplicated > 0.0 && rng.random_bool(self.duplicated) {
            fate.copy = Some(fate.after + up_to(REQUEST_DELAY_MAX, rng));
        }
        fate
    }

    /// Draws what becomes of the reply to a request that arrived.
    pub(crate) fn reply(&self, rng: &mut impl Rng) -> ReplyFate {
        if !self.reliable && rng.random_bool(LOSS) {
            return ReplyFate::Lost;
        }
        if !self.long_reordering || !rng.random_bool(REORDERED) {
            return ReplyFate::Arrives(Duration::ZERO);
        }
        let spread = up_to(REORDER_DELAY_SPREAD, rng);
        ReplyFate::Arrives(REORDER_DELAY_MIN + up_to(spread, rng))
    }

    /// Draws how long a caller waits that nobody can answer.
    pub(crate) fn dead_end(&self, rng: &mut impl Rng) -> Duration {
        match self.long_delays {
            true => up_to(DEAD_END_LONG_MAX, rng),
            false => up_to(DEAD_END_MAX, rng),
        }
    }
}
