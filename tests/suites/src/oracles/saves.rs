//! What is saved: terms and votes, the log, the snapshot (Figure 2, persistent state; §7).

use super::facts::Facts;
use super::judge::Judge;
use super::peer::{Change, Disk, Peer, Vote};
use super::rules;
use super::verdict::{Verdict, broken, event};
use std::time::Duration;

impl Judge {
    /// A server has saved what the facts say, with a snapshot of so many bytes.
    pub(super) fn saved(&mut self, server: usize, snapshot: usize, at: Duration) -> Verdict {
        let is_later = self.facts.term > self.peers[server].disk.term;
        if is_later {
            self.note_held(server);
        }
        self.seen.unclear_blanks |= self.facts.has_gaps;
        let knows_base_term = self.facts.base_term.is_some();
        self.seen.blanks |= self.facts.entries.iter().any(|entry| entry.is_blank);
        let base_blanks = self.facts.base_blanks;
        let peer = &mut self.peers[server];
        self.seen.lost_begin |= is_begin_unknown(peer, &self.facts, snapshot);
        let kept = std::mem::replace(&mut peer.disk.snapshot, (snapshot, at));
        let change = peer.disk.take(&mut self.facts, &mut self.seen.dummies, at);
        // Where no blank was ever seen, none is missing.
        let has_none = !self.seen.blanks || peer.disk.base.index == 0;
        peer.disk.base_blanks = base_blanks.or(has_none.then_some(0));
        peer.disk.has_log &= !self.seen.lost_begin;
        let disk = &peer.disk;
        self.seen.saves = true;
        self.seen.saved_terms |= disk.term.is_some();
        self.seen.saved_votes |= disk.vote.is_some();
        self.seen.saved_logs = !self.seen.lost_begin && (self.seen.saved_logs || disk.has_log);
        check_kept(server, kept, snapshot, at)?;
        if peer.told.is_some_and(|(told, _)| disk.term >= Some(told)) {
            peer.told = None;
        }
        if let (Some(before), Some(term)) = (change.term, disk.term)
            && term < before
        {
            return broken(
                &rules::TERM_MONOTONIC,
                format_args!("server {server} saves term {term}, and had saved {before}"),
                vec![
                    event(change.at, server, format_args!("saves term {before}")),
                    event(at, server, format_args!("saves term {term}")),
                ],
            );
        }
        self.notice_saved(server, &change, at);
        self.check_saved_vote(server, at)?;
        let disk = &self.peers[server].disk;
        if !disk.has_log {
            return Ok(());
        }
        let knows_base_term = knows_base_term || self.seen.dummies;
        self.check_saved_snapshot(server, &change, (snapshot, knows_base_term), at)?;
        self.check_loss(server, &change, at)?;
        check_shape(server, disk, change.news, at)?;
        self.matching.learn(server, disk, change.news, at)
    }

    fn check_saved_vote(&mut self, server: usize, at: Duration) -> Verdict {
        let next = &self.peers[server].disk;
        let Some(term) = next.term else {
            return Ok(());
        };
        let Some(vote) = next.vote else {
            if self.facts.strangers > 0 || self.seen.saved_votes {
                return Ok(());
            }
            return broken(
                &rules::VOTE_DURABLE,
                format_args!("server {server} saves its term and no vote"),
                vec![event(
                    at,
                    server,
                    format_args!("saves term {term}, without a vote"),
                )],
            );
        };
        let candidate = vote.and_then(|vote| usize::try_from(vote).ok());
        let candidate = candidate.filter(|candidate| *candidate < self.peers.len());
        let (has_log, own) = (next.has_log, next.last());
        let peer = &mut self.peers[server];
        let saved = peer.saved_votes.get(&term).copied();
        if let Some(saved) = saved.filter(|saved| Some(saved.candidate) != candidate) {
            let now = match candidate {
                Some(candidate) => format!("saves a vote for n{candidate} in the same term"),
                None => "saves no vote in the same term".to_string(),
            };
            return broken(
                &rules::ONE_VOTE,
                format_args!(
                    "server {server} had saved its vote for server {} in term {term}, and {now}",
                    saved.candidate
                ),
                vec![
                    event(
                        saved.at,
                        server,
                        format_args!("saves its vote for n{} in term {term}", saved.candidate),
                    ),
                    event(at, server, &now),
                ],
            );
        }
        let Some(candidate) = candidate.filter(|_| saved.is_none()) else {
            return Ok(());
        };
        peer.saved_votes.insert(term, Vote { candidate, at });
        let stood = self.peers[candidate].stood.get(&term).copied();
        let Some(theirs) = stood.filter(|_| candidate != server && has_log) else {
            return Ok(());
        };
        if (theirs.term, theirs.index) >= (own.term, own.index) {
            return Ok(());
        }
        broken(
            &rules::UP_TO_DATE,
            format_args!(
                "server {server} votes in term {term} for server {candidate}, whose log ends with \
                 {theirs}; its own ends with {own}"
            ),
            vec![event(
                at,
                server,
                format_args!("saves its vote for n{candidate}, and a log that ends with {own}"),
            )],
        )
    }

    fn check_saved_snapshot(
        &self,
        server: usize,
        change: &Change,
        (snapshot, knows_base_term): (usize, bool),
        at: Duration,
    ) -> Verdict {
        let (base, before) = (self.peers[server].disk.base, change.base);
        let saves = || {
            let what = format_args!("saves a log that begins behind {base}");
            event(at, server, what)
        };
        if base.index < before.index {
            return broken(
                &rules::SNAPSHOT_FORWARD,
                format_args!(
                    "server {server} goes back to a snapshot up to {}, after one up to {}",
                    base.index, before.index
                ),
                vec![
                    event(
                        change.at,
                        server,
                        format_args!("had saved a log that begins behind {before}"),
                    ),
                    saves(),
                ],
            );
        }
        if base.index > 0 && snapshot == 0 {
            return broken(
                &rules::SNAPSHOT_KEPT,
                format_args!(
                    "server {server} saves a log that begins behind {} without a snapshot",
                    base.index
                ),
                vec![event(
                    at,
                    server,
                    format_args!(
                        "saves a log that begins behind {base}, and a snapshot of 0 bytes"
                    ),
                )],
            );
        }
        let known = self.commits.term_at(base.index);
        match known.filter(|known| knows_base_term && base.index > 0 && *known != base.term) {
            None => Ok(()),
            Some(known) => broken(
                &rules::SNAPSHOT_TERM,
                format_args!(
                    "server {server} saves term {} for the entry {} before its log; that entry is \
                     of term {known}",
                    base.term, base.index
                ),
                vec![saves()],
            ),
        }
    }

    /// What is missing now of what the log held.
    fn check_loss(&self, server: usize, change: &Change, at: Duration) -> Verdict {
        let Some((lost, held)) = change.lost else {
            return Ok(());
        };
        let peer = &self.peers[server];
        let next = &peer.disk;
        let mut now = match next.entry(lost) {
            Some(entry) => format!("saves a log with {lost}@{} in its place", entry.term),
            None => format!("saves a log that ends at {}", next.last().index),
        };
        if lost == change.base.index + 1 && next.snapshot.0 == 0 {
            now.push_str(", and a snapshot of 0 bytes");
        }
        let acked = peer
            .acked
            .filter(|ack| Some(ack.term) == next.term && lost <= ack.index);
        if let Some(ack) = acked {
            return broken(
                &rules::ACK_RETAINED,
                format_args!(
                    "server {server} drops entry {lost}, which it had acknowledged to server {} in \
                     term {}",
                    ack.leader, ack.term
                ),
                vec![
                    event(
                        ack.at,
                        server,
                        format_args!(
                            "acknowledges up to {} to n{}@{}",
                            ack.index, ack.leader, ack.term
                        ),
                    ),
                    event(at, server, now),
                ],
            );
        }
        if self.commits.term_at(lost) != Some(held.term) {
            return Ok(());
        }
        let mut events = self.commits.evidence(lost);
        events.push(event(at, server, now));
        broken(
            &rules::COMMITTED_KEPT,
            format_args!(
                "server {server} drops entry {lost} of term {}, which is committed",
                held.term
            ),
            events,
        )
    }
}

/// Whether nothing says where a log begins of which a snapshot covers a part; or it says so by the
/// index of its first entry, which is there without a snapshot.
fn is_begin_unknown(peer: &Peer, facts: &Facts, snapshot: usize) -> bool {
    let is_first = peer.disk.term.is_none();
    let says_one = is_first && snapshot == 0 && facts.base_index == Some(1);
    let is_told = facts.base_index.is_some() || facts.first_index.is_some() || facts.same.is_some();
    facts.has_entries && (says_one || snapshot > 0 && !is_told)
}

/// A snapshot that was there is not replaced by nothing.
fn check_kept(
    server: usize,
    (bytes, since): (usize, Duration),
    snapshot: usize,
    at: Duration,
) -> Verdict {
    if bytes == 0 || snapshot > 0 {
        return Ok(());
    }
    broken(
        &rules::SNAPSHOT_KEPT,
        format_args!(
            "server {server} saves an empty snapshot: the one of {bytes} bytes that it had is gone"
        ),
        vec![
            event(
                since,
                server,
                format_args!("had saved a snapshot of {bytes} bytes"),
            ),
            event(at, server, "saves a snapshot of 0 bytes"),
        ],
    )
}

/// The terms of a log from an index on.
fn check_shape(server: usize, next: &Disk, from: u64, at: Duration) -> Verdict {
    let mut before = match next.entry(from - 1) {
        Some(entry) => entry.term,
        None => next.base.term,
    };
    let limit = next.term.unwrap_or(u64::MAX);
    let skipped = (from - next.base.index - 1) as usize;
    for (index, entry) in (from..).zip(next.entries.iter().skip(skipped)) {
        let wrong = match (entry.term < before, entry.term > limit) {
            (true, _) => format!("behind one of term {before}"),
            (_, true) => format!("and is itself in term {limit}"),
            _ => {
                before = entry.term;
                continue;
            }
        };
        return broken(
            &rules::LOG_SHAPE,
            format_args!(
                "server {server} saves entry {index} of term {} {wrong}",
                entry.term
            ),
            vec![event(
                at,
                server,
                format_args!("saves its log, up to {}", next.last()),
            )],
        );
    }
    Ok(())
}
