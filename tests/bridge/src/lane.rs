//! One Append at a time to each server.
//!
//! A node sends all that a follower may lack whenever it has something new, and goes on sending it
//! until an answer comes. Each such message says what those before it said, and more: while one is
//! under way, only the last is kept. What its receiver acknowledges meanwhile is taken out of it:
//! the node would not send that again.

use labapi::step::Message;
use labapi::time::{Duration, Instant};

/// A call over a dead connection may take seven seconds to return. After this time the next Append
/// goes out beside it: as often as heartbeats do.
const PATIENCE: Duration = Duration::from_millis(100);

/// A message on its way out.
pub(crate) struct Outgoing {
    pub(crate) message: Message,
    /// An Append's number on its lane.
    pub(crate) append: Option<u64>,
}

/// The way to a server.
#[derive(Default)]
pub(crate) struct Lane {
    /// The last Append that has not gone out.
    held: Option<Message>,
    /// The number of the last that has, and since when; until it returns.
    under_way: Option<(u64, Instant)>,
    count: u64,
}

impl Lane {
    pub(crate) fn hold(&mut self, append: Message) {
        self.held = Some(append);
    }

    /// The server has acknowledged, to the leader of this term, everything up to `index`.
    pub(crate) fn acknowledged(&mut self, term: u64, index: u64) {
        let Some(append) = self.held.as_mut().filter(|append| append.term == term) else {
            return;
        };
        let count = index.saturating_sub(append.index) as usize;
        let known = append.entries.drain(..count.min(append.entries.len()));
        if let Some(last) = known.last() {
            (append.index, append.log_term) = (last.index, last.term);
        }
    }

    /// The Append of this number has returned; whether entries wait for that.
    pub(crate) fn end(&mut self, number: u64) -> bool {
        self.under_way.take_if(|(last, _)| *last == number);
        self.held
            .as_ref()
            .is_some_and(|append| !append.entries.is_empty())
    }

    /// What may go out now. What tells of a commit alone has time until the next tick: the next
    /// entries may take it along.
    pub(crate) fn take(&mut self, now: Instant, is_tick: bool) -> Option<Outgoing> {
        let is_busy = |(_, since): (u64, Instant)| now - since < PATIENCE;
        if self.under_way.is_some_and(is_busy) {
            return None;
        }
        let message = self
            .held
            .take_if(|append| is_tick || !append.entries.is_empty())?;
        self.count += 1;
        self.under_way = Some((self.count, now));
        Some(Outgoing {
            message,
            append: Some(self.count),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labapi::step::Entry;

    fn append(index: u64) -> Message {
        Message {
            index,
            entries: vec![Entry::default()],
            ..Message::default()
        }
    }

    #[test]
    fn the_last_one_goes_out_when_the_one_before_has_returned() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        lane.hold(append(1));
        let first = lane.take(now, false).expect("nothing is under way");
        lane.hold(append(2));
        lane.hold(append(3));
        assert!(lane.take(now, false).is_none());
        assert!(lane.end(first.append.expect("it has a number")));
        let second = lane.take(now, false);
        assert_eq!(second.map(|second| second.message.index), Some(3));
        assert!(!lane.end(1), "nothing waits");
        lane.hold(append(4));
        assert!(
            lane.take(now, false).is_none(),
            "the second is still under way"
        );
    }

    #[test]
    fn what_is_acknowledged_does_not_go_out() {
        let held = |acked: (u64, u64)| {
            let mut lane = Lane::default();
            lane.hold(Message {
                term: 3,
                index: 5,
                log_term: 1,
                entries: vec![Entry::new(6, 2, ""), Entry::new(7, 3, "")],
                ..Message::default()
            });
            lane.acknowledged(acked.0, acked.1);
            let sent = lane.take(Instant::now(), true);
            let message = sent.expect("nothing is under way").message;
            (message.index, message.log_term, message.entries.len())
        };
        assert_eq!(held((3, 5)), (5, 1, 2), "no more than it was known to have");
        assert_eq!(held((3, 6)), (6, 2, 1));
        assert_eq!(
            held((3, 9)),
            (7, 3, 0),
            "the commit index is still to be told"
        );
        assert_eq!(held((2, 9)), (5, 1, 2), "of an earlier term");
    }

    #[test]
    fn a_call_that_does_not_return_is_not_waited_for() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        lane.hold(append(1));
        assert!(lane.take(now, false).is_some());
        lane.hold(append(2));
        assert!(lane.take(now + PATIENCE, false).is_some());
    }

    #[test]
    fn a_commit_waits_for_entries_until_the_next_tick() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        lane.hold(Message::default());
        assert!(lane.take(now, false).is_none());
        assert!(lane.take(now, true).is_some());
    }
}
