//! Snapshots on their way (§7).

use super::judge::{Flight, Judge};
use super::rules;
use super::verdict::{Verdict, broken, event};
use std::time::Duration;

impl Judge {
    /// A leader's snapshot: it holds something, and of the right term.
    pub(super) fn check_sent_snapshot(&self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from, to, facts, ..
        } = &self.flights[flight];
        let (index, term) = (facts.upto_index.unwrap_or(0), facts.upto_term.unwrap_or(0));
        let sends = |what: &str| {
            vec![event(
                at,
                *from,
                format_args!("sends n{to} a snapshot up to {index}@{term}{what}"),
            )]
        };
        if facts.data == Some(0) && !facts.in_pieces {
            return broken(
                &rules::SNAPSHOT_EMPTY,
                format_args!("server {from} sends a snapshot up to {index} that is empty"),
                sends(", of 0 bytes"),
            );
        }
        match self.commits.term_at(index) {
            Some(committed) if committed != term => broken(
                &rules::SNAPSHOT_TERM,
                format_args!(
                    "server {from} sends a snapshot up to {index} as of term {term}; that entry is \
                     of term {committed}"
                ),
                sends(""),
            ),
            _ => Ok(()),
        }
    }

    /// A follower says that it has dealt with a snapshot.
    pub(super) fn check_installed(&self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            reply,
            from,
            to,
            facts,
            arrived,
            ..
        } = &self.flights[flight];
        let (index, of) = (facts.upto_index.unwrap_or(0), facts.upto_term.unwrap_or(0));
        let term = facts.term.unwrap_or(0);
        let refused = reply.success == Some(false)
            || reply.term.is_some_and(|replied| replied > term)
            || reply.term.is_none()
            || facts.in_pieces;
        let peer = &self.peers[*to];
        let is_saved = peer.disk.base.index >= index || peer.disk.holds(index, of);
        if refused || is_saved || !self.seen.saved_logs {
            return Ok(());
        }
        broken(
            &rules::SNAPSHOT_DURABLE,
            format_args!(
                "server {to} accepts a snapshot up to {index}, but its saved log begins behind {} \
                 and ends at {}",
                peer.disk.base.index,
                peer.disk.last().index
            ),
            vec![
                event(
                    arrived.map_or(at, |(at, _)| at),
                    *to,
                    format_args!("is sent a snapshot up to {index}@{of} by n{from}"),
                ),
                event(peer.disk.at, *to, "last saved its state"),
                event(at, *to, format_args!("answers in term {term}")),
            ],
        )
    }
}
