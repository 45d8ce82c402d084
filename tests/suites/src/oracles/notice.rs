//! Notices which situations come about.

use super::judge::{Flight, Judge};
use super::letters::Kind;
use super::peer::Change;
use super::situations::Situation::*;
use crate::trace::LogId;
use std::time::Duration;

impl Judge {
    /// A request leaves.
    pub(super) fn notice_sent(&mut self, flight: usize, at: Duration) {
        let Flight {
            from, kind, facts, ..
        } = &self.flights[flight];
        let (from, term) = (*from, facts.term.unwrap_or(0));
        match kind {
            Kind::Vote if !self.peers[from].stood.contains_key(&term) => {
                self.measures.stands(term, at);
                self.notice_stand(from, term)
            }
            Kind::Append | Kind::Install | Kind::Heartbeat => {
                let latest = self.leads.last_key_value().map_or(0, |(term, _)| *term);
                self.met.meet_if(term < latest, StaleLeader);
                let next = facts.commit.unwrap_or(u64::MAX).saturating_add(1);
                let entry = self.peers[from].disk.entry(next);
                let is_earlier = entry.filter(|entry| entry.term < term);
                let waits = is_earlier
                    .is_some_and(|entry| self.count_holders(next, entry.term) >= self.quorum());
                self.met.meet_if(waits, CommitHeldBack);
            }
            _ => {}
        }
    }

    /// A server asks for votes in a term for the first time.
    fn notice_stand(&mut self, server: usize, term: u64) {
        let before = term.wrapping_sub(1);
        if self.leads.contains_key(&before) {
            return;
        }
        let stood = |term| {
            let peers = self.peers.iter();
            peers.filter(|peer| peer.stood.contains_key(&term)).count()
        };
        // The first to stand anew tells it of the term before.
        let is_split = stood(term) == 0 && stood(before) >= 2;
        let again = self.peers[server].stood.contains_key(&before);
        self.met.meet_if(is_split, VoteSplit);
        self.met.meet_if(again, CandidateAgain);
    }

    /// A server leads a term, of which nobody knew before.
    pub(super) fn notice_leader(&mut self, server: usize, term: u64, at: Duration) {
        self.met.meet(ElectionWon);
        if self
            .leads
            .last_key_value()
            .is_some_and(|(last, _)| *last == term)
        {
            self.measures.leads(server, at);
        }
        for (other, peer) in self.peers.iter().enumerate() {
            let lost = other != server && peer.stood.contains_key(&term);
            self.met.meet_if(lost, ElectionLost);
        }
    }

    /// A request is about to be handled.
    pub(super) fn notice_arrived(&mut self, flight: usize) {
        let Flight {
            to,
            kind,
            facts,
            arrived,
            ..
        } = &self.flights[flight];
        if *kind == Kind::Other {
            return;
        }
        let (peer, met) = (&self.peers[*to], &mut self.met);
        met.meet_if(arrived.is_some(), RequestTwice);
        met.meet_if(
            facts.term.is_some_and(|term| term < peer.term()),
            OldRequest,
        );
        let base = peer.disk.base.index;
        match (kind, facts.upto_index, facts.prev_index) {
            (Kind::Install, Some(upto), _) => {
                met.meet_if(upto <= base, OldSnapshot);
                let is_longer = upto > base && peer.disk.last().index > upto;
                met.meet_if(is_longer, SnapshotOverLongerLog);
            }
            (Kind::Append, _, Some(prev)) => met.meet_if(prev < base, AppendIntoSnapshot),
            _ => {}
        }
    }

    /// A reply leaves.
    pub(super) fn notice_replied(&mut self, flight: usize) {
        let Flight {
            from,
            to,
            kind,
            facts,
            reply,
            ..
        } = &self.flights[flight];
        let (peer, met) = (&self.peers[*to], &mut self.met);
        let Some(term) = facts.term.filter(|term| reply.term == Some(*term)) else {
            return;
        };
        match kind {
            Kind::Vote if reply.granted == Some(false) => {
                let theirs = LogId {
                    index: facts.last_index.unwrap_or(0),
                    term: facts.last_term.unwrap_or(0),
                };
                let own = peer.disk.last();
                let is_older = (theirs.term, theirs.index) < (own.term, own.index);
                met.meet_if(is_older, OlderLogRefused);
                let vote = peer.votes.get(&term);
                let is_taken = vote.is_some_and(|vote| vote.candidate != *from);
                met.meet_if(is_taken, VoteTaken);
            }
            Kind::Append => met.meet_if(reply.success == Some(false), MismatchRefused),
            _ => {}
        }
    }

    /// A reply has reached who asked.
    pub(super) fn notice_returned(&mut self, flight: usize) {
        let Flight {
            from, kind, facts, ..
        } = &self.flights[flight];
        let is_old = facts
            .term
            .is_some_and(|term| term < self.peers[*from].term());
        self.met.meet_if(is_old && *kind != Kind::Other, OldReply);
    }

    /// A server has saved its state, with that change.
    pub(super) fn notice_saved(&mut self, server: usize, change: &Change, at: Duration) {
        let disk = &self.peers[server].disk;
        if disk.term != change.term {
            self.measures.leaves(server, at);
        }
        if disk.has_log {
            for index in change.news..=disk.last().index {
                let term = disk.entry(index).map_or(0, |entry| entry.term);
                self.measures.saves(index, term, at);
            }
        }
        let led = change.term.filter(|before| disk.term > Some(*before));
        let led = led.and_then(|before| self.leads.get(&before));
        self.met
            .meet_if(led.is_some_and(|lead| lead.server == server), LeaderDeposed);
        self.met.meet_if(change.lost.is_some(), ConflictTruncated);
        self.met
            .meet_if(disk.base.index > change.base.index, LogTrimmed);
    }

    /// A leader calls entries committed, up to one of that term.
    pub(super) fn notice_announced(&mut self, server: usize, term: u64, last_term: u64) {
        let first = self.peers[server].disk.entry(self.commits.announced + 1);
        let is_earlier = first.is_some_and(|first| first.term < term);
        self.met
            .meet_if(is_earlier && last_term == term, EarlierTermsCommitted);
    }

    /// A server starts on what its disk holds.
    pub(super) fn notice_start(&mut self, server: usize) {
        let peer = &self.peers[server];
        if peer.incarnation > 0 {
            self.met
                .meet_if(peer.disk.last().index > 0, RestartedWithLog);
            let has_vote = peer.disk.vote.is_some_and(|vote| vote.is_some());
            self.met.meet_if(has_vote, RestartedWithVote);
        }
    }
}
