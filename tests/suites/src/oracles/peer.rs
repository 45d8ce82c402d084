//! What is known of one server: its disk, its votes, what it acknowledged. It outlives crashes.

use super::facts::{Entry, Facts};
use crate::trace::LogId;
use labrt::NodeId;
use std::collections::BTreeMap;
use std::time::Duration;

/// A server.
#[derive(Default)]
pub(super) struct Peer {
    /// Of its present incarnation.
    pub(super) node: Option<NodeId>,
    pub(super) incarnation: u64,
    pub(super) disk: Disk,
    /// The case speaks in its name: it holds what it says it does.
    pub(super) is_played: bool,
    /// Whom it voted for in each term, itself included, as far as anybody saw.
    pub(super) votes: BTreeMap<u64, Vote>,
    /// The same, as it was saved.
    pub(super) saved_votes: BTreeMap<u64, Vote>,
    /// With which last entry it stood in each term.
    pub(super) stood: BTreeMap<u64, LogId>,
    /// The furthest that it acknowledged in the latest term.
    pub(super) acked: Option<Ack>,
    /// A higher term that a reply told it of, and when.
    pub(super) told: Option<(u64, Duration)>,
    /// How far messages allow it to apply; `None` once it has led.
    pub(super) learnt: Option<u64>,
    /// How far messages and its snapshot told it that the log is committed, whether it led or not.
    pub(super) heard: u64,
}

/// A vote: for whom, since when.
#[derive(Clone, Copy)]
pub(super) struct Vote {
    pub(super) candidate: usize,
    pub(super) at: Duration,
}

/// An acknowledgement: up to where, in which term.
#[derive(Clone, Copy)]
pub(super) struct Ack {
    pub(super) term: u64,
    pub(super) index: u64,
    pub(super) leader: usize,
    pub(super) at: Duration,
}

/// What a server last saved.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    /// Which look at it was the last.
    pub(super) look: u64,
    pub(super) at: Duration,
    pub(super) term: Option<u64>,
    /// `None` within: for nobody.
    pub(super) vote: Option<Option<u64>>,
    pub(super) has_log: bool,
    /// The log begins behind this entry; its term may be unknown, 0.
    pub(super) base: LogId,
    pub(super) entries: Vec<Entry>,
    pub(super) commit: u64,
    pub(super) are_plain: bool,
    /// Of the entries up to `base`, so many held no command; `None` if nobody can tell.
    pub(super) base_blanks: Option<u64>,
    /// How many of `entries` hold none.
    blanks: usize,
    /// Bytes of its snapshot, and when that was saved last.
    pub(super) snapshot: (usize, Duration),
}

impl Disk {
    pub(super) fn last(&self) -> LogId {
        match self.entries.last() {
            None => self.base,
            Some(entry) => LogId {
                index: self.base.index + self.entries.len() as u64,
                term: entry.term,
            },
        }
    }

    pub(super) fn entry(&self, index: u64) -> Option<Entry> {
        let place = index.checked_sub(self.base.index + 1)?;
        self.entries.get(usize::try_from(place).ok()?).copied()
    }

    /// The index of the entry that holds the command of this number, which counts commands alone:
    /// in most logs the same. The base's, if it lies no further; the one behind the last, if there
    /// is none. `None` if nobody can tell.
    pub(super) fn index_of(&self, number: u64) -> Option<u64> {
        if !self.has_log || self.blanks == 0 && self.base_blanks == Some(0) {
            return Some(number);
        }
        let before = self.base.index.checked_sub(self.base_blanks?)?;
        if number <= before {
            return Some(self.base.index);
        }
        // What is applied was mostly saved not long before.
        let last = before + (self.entries.len() - self.blanks) as u64;
        let Some(behind) = last.checked_sub(number) else {
            return Some(self.last().index + 1);
        };
        let entries = self.entries.iter().enumerate().rev();
        let mut commands = entries.filter(|(_, entry)| !entry.is_blank);
        let (place, _) = commands.nth(usize::try_from(behind).ok()?)?;
        Some(self.base.index + place as u64 + 1)
    }

    /// Whether it holds that entry, in the log or, for all that anybody can see, in the snapshot.
    pub(super) fn holds(&self, index: u64, term: u64) -> bool {
        match index.cmp(&self.base.index) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => [0, term].contains(&self.base.term) || term == 0,
            std::cmp::Ordering::Greater => {
                self.entry(index).is_some_and(|entry| entry.term == term)
            }
        }
    }

    /// Takes over what was read of a save; what that changes. `has_dummy` says that a log begins
    /// with an entry that is none, as soon as one was seen that does.
    pub(super) fn take(&mut self, facts: &mut Facts, has_dummy: &mut bool, at: Duration) -> Change {
        let mut change = Change {
            at: self.at,
            term: self.term,
            base: self.base,
            lost: None,
            news: 0,
        };
        (self.at, self.term, self.vote) = (at, facts.term, facts.vote);
        self.commit = facts.commit.unwrap_or(0);
        self.has_log = facts.has_entries && facts.are_terms_known;
        if !self.has_log {
            return change;
        }
        // A journal says how many entries have gone in front.
        let gone = facts.same.map(|same| self.base.index + same.dropped as u64);
        self.base = LogId {
            index: facts.base_index.or(gone).unwrap_or(0),
            term: facts.base_term.unwrap_or(0),
        };
        let count = |entries: &[Entry]| entries.iter().filter(|entry| entry.is_blank).count();
        if let Some(same) = facts.same {
            // The journal itself says what has changed; all else is as it was.
            let kept = same.dropped..same.dropped + same.kept;
            let first_lost = self.entries.get(kept.end).copied();
            let lost = change.base.index + kept.end as u64 + 1;
            change.lost = first_lost.map(|entry| (lost, entry));
            let gone =
                self.entries.get(kept.end..).map_or(0, count) + count(&self.entries[..kept.start]);
            self.blanks = self.blanks - gone + count(&facts.entries);
            self.entries.truncate(kept.end);
            self.entries.drain(..kept.start);
            change.news = self.base.index + self.entries.len() as u64 + 1;
            self.entries.append(&mut facts.entries);
            self.are_plain &= facts.are_plain;
        } else {
            let old = std::mem::take(&mut self.entries);
            self.are_plain = facts.are_plain;
            std::mem::swap(&mut self.entries, &mut facts.entries);
            self.find_begin(facts, has_dummy);
            self.blanks = count(&self.entries);
            self.compare(&old, &mut change);
            facts.entries = old;
        }
        change
    }

    /// Where the log begins, by what its first entry says.
    fn find_begin(&mut self, facts: &Facts, has_dummy: &mut bool) {
        let Some(first) = self.entries.first().copied() else {
            return;
        };
        match facts.first_index {
            Some(index) if index == self.base.index && facts.base_index.is_some() => {
                *has_dummy = true;
            }
            Some(0) => *has_dummy = true,
            Some(index) => self.base.index = index - 1,
            None => *has_dummy |= first.term == 0 && self.base.index == 0,
        }
        if *has_dummy {
            self.entries.remove(0);
            self.base.term = first.term;
        }
    }

    /// What is different from the entries that were there before.
    fn compare(&self, old: &[Entry], change: &mut Change) {
        let from = self.base.index.max(change.base.index) + 1;
        let rest = |entries: &'_ [Entry], base: u64| -> usize {
            ((from - base - 1) as usize).min(entries.len())
        };
        let old_rest = &old[rest(old, change.base.index)..];
        let new_rest = &self.entries[rest(&self.entries, self.base.index)..];
        let pairs = old_rest.iter().zip(new_rest);
        let same = pairs.take_while(|(a, b)| a == b).count();
        change.lost = old_rest.get(same).map(|entry| (from + same as u64, *entry));
        let is_joined = change.base.index + old.len() as u64 + 1 >= from;
        change.news = match is_joined && self.base.index >= change.base.index {
            true => from + same as u64,
            false => self.base.index + 1,
        };
    }
}

/// What a save has changed.
pub(super) struct Change {
    /// When the state before was saved, its term, and where its log began.
    pub(super) at: Duration,
    pub(super) term: Option<u64>,
    pub(super) base: LogId,
    /// The first entry that was there before and is not any more, or not the same; what the
    /// snapshot covers aside.
    pub(super) lost: Option<(u64, Entry)>,
    /// The first index that was not there before, or not the same.
    pub(super) news: u64,
}

impl Peer {
    /// A new incarnation, on what the disk holds.
    pub(super) fn start(&mut self, node: NodeId) {
        self.node = Some(node);
        self.incarnation += 1;
        self.is_played = false;
        self.told = None;
        self.heard = self.disk.base.index.max(self.disk.commit);
        self.learnt = Some(self.heard);
    }

    /// Whether that entry is durable on it, for all that anybody can see.
    pub(super) fn holds(&self, index: u64, term: u64) -> bool {
        self.is_played || self.disk.holds(index, term)
    }

    pub(super) fn term(&self) -> u64 {
        self.disk.term.unwrap_or(0)
    }
}
