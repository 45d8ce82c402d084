//! The steps of a message, and what is sent and acknowledged of logs (§5.3, §7).

use super::facts::Facts;
use super::judge::{Flight, Judge};
use super::letters::Kind;
use super::peer::{Ack, Disk};
use super::rules;
use super::verdict::{Verdict, broken, event};
use std::time::Duration;

impl Judge {
    /// A request leaves.
    pub(super) fn sent(&mut self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from, kind, facts, ..
        } = &self.flights[flight];
        let (from, kind) = (*from, *kind);
        let Some(term) = facts.term.filter(|_| kind != Kind::Other) else {
            return Ok(());
        };
        self.check_told(from, term, at)?;
        match kind {
            Kind::Vote => self.asked(flight, at),
            Kind::Append => {
                self.seen.appends = true;
                self.seen.commits |= self.flights[flight].facts.commit.is_some();
                self.leads(from, term, "sends entries or a heartbeat", at)?;
                self.check_sent_entries(flight, at)?;
                self.announced(flight, at)
            }
            Kind::Install => {
                self.leads(from, term, "sends a snapshot", at)?;
                self.check_sent_snapshot(flight, at)
            }
            Kind::Heartbeat => {
                self.leads(from, term, "sends a heartbeat", at)?;
                self.announced(flight, at)
            }
            Kind::Answer | Kind::Other => Ok(()),
        }
    }

    /// A request is about to be handled.
    pub(super) fn arrived(&mut self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from,
            to,
            kind,
            facts,
            arrived,
            was_held,
            ..
        } = &mut self.flights[flight];
        let peer = &mut self.peers[*to];
        *arrived = Some((at, peer.term()));
        *was_held = false;
        let known = match kind {
            Kind::Append => {
                let last_new = facts.prev_index.unwrap_or(0) + facts.entries.len() as u64;
                facts.commit.map(|commit| commit.min(last_new))
            }
            Kind::Install => facts.upto_index,
            Kind::Heartbeat => facts.commit,
            _ => None,
        };
        peer.heard = peer.heard.max(known.unwrap_or(0));
        peer.learnt = peer.learnt.map(|_| peer.heard);
        if *kind == Kind::Answer {
            let (voter, candidate) = (*from, *to);
            let (term, granted) = (facts.term, facts.granted == Some(true));
            let (success, matched) = (facts.success == Some(true), facts.matched);
            match term {
                Some(term) if granted => self.polled(voter, candidate, term, at),
                Some(term) if success => self.acknowledged(voter, candidate, term, matched),
                _ => {}
            }
        }
        Ok(())
    }

    /// A reply leaves.
    pub(super) fn replied(&mut self, flight: usize, at: Duration) -> Verdict {
        match self.flights[flight].kind {
            Kind::Other | Kind::Answer => return Ok(()),
            Kind::Vote => self.voted(flight, at)?,
            Kind::Append => self.check_ack(flight, at)?,
            Kind::Install => self.check_installed(flight, at)?,
            Kind::Heartbeat => {}
        }
        self.check_reply_term(flight, at)
    }

    /// A reply has reached who asked.
    pub(super) fn returned(&mut self, flight: usize, at: Duration) -> Verdict {
        self.told_term(flight, at);
        let Flight {
            reply,
            from,
            to,
            kind,
            facts,
            ..
        } = &self.flights[flight];
        let (from, to, reply) = (*from, *to, *reply);
        let Some(term) = facts.term else {
            return Ok(());
        };
        let is_old = reply.term.is_some_and(|replied| replied > term);
        match kind {
            Kind::Vote if reply.granted == Some(true) && !is_old => {
                self.polled(to, from, term, at);
            }
            Kind::Append if reply.success == Some(true) && !is_old => {
                let last_new = facts.prev_index.unwrap_or(0) + facts.entries.len() as u64;
                let matched = reply.matched.unwrap_or(last_new);
                self.acknowledged(to, from, term, Some(matched));
            }
            Kind::Install if !is_old => {
                let upto = facts.upto_index;
                self.acknowledged(to, from, term, upto);
            }
            _ => {}
        }
        Ok(())
    }

    /// A leader has heard up to where a server holds its log.
    fn acknowledged(&mut self, server: usize, leader: usize, term: u64, index: Option<u64>) {
        let lead = self.leads.get_mut(&term);
        let Some(lead) = lead.filter(|lead| lead.server == leader) else {
            return;
        };
        match index {
            Some(index) => lead.acks[server] = lead.acks[server].max(index),
            None => self.seen.unclear_acks = true,
        }
    }

    /// The entries that a leader sends: those of its own log, of ordered terms.
    fn check_sent_entries(&self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from, to, facts, ..
        } = &self.flights[flight];
        let (from, term) = (*from, facts.term.unwrap_or(0));
        if !facts.are_terms_known {
            return Ok(());
        }
        let mut before = facts.prev_term.unwrap_or(0);
        let first = facts.prev_index.unwrap_or(0) + 1;
        for (index, entry) in (first..).zip(&facts.entries) {
            if entry.term < before || entry.term > term {
                return broken(
                    &rules::LOG_SHAPE,
                    format_args!(
                        "server {from} sends, as leader of term {term}, entry {index} of term {} \
                         behind one of term {before}",
                        entry.term
                    ),
                    vec![event(
                        at,
                        from,
                        format_args!("sends entries from {first} on to n{to}"),
                    )],
                );
            }
            before = entry.term;
        }
        let peer = &self.peers[from];
        // In a later term its log may have been cut off since the message was made.
        if !self.seen.saved_logs || peer.term() != term {
            return Ok(());
        }
        let lacks = (first..).zip(&facts.entries);
        let lacks = lacks
            .map(|(index, entry)| (index, entry.term))
            .find(|(index, term)| !peer.disk.holds(*index, *term));
        let Some((index, of)) = lacks else {
            return Ok(());
        };
        broken(
            &rules::LEADER_DURABLE,
            format_args!(
                "server {from} sends entry {index} of term {of}, but its saved log ends at {}",
                peer.disk.last().index
            ),
            vec![
                event(
                    peer.disk.at,
                    from,
                    format_args!("last saved its log, up to {}", peer.disk.last().index),
                ),
                event(at, from, format_args!("sends entry {index}@{of} to n{to}")),
            ],
        )
    }

    /// A follower says that it has taken the entries.
    fn check_ack(&mut self, flight: usize, at: Duration) -> Verdict {
        let reply = self.flights[flight].reply;
        if reply.success != Some(true) {
            return Ok(());
        }
        let matched = reply.matched;
        let Flight {
            from,
            to,
            facts,
            was_held,
            ..
        } = &self.flights[flight];
        let (leader, server, was_held) = (*from, *to, *was_held);
        let (term, prev) = (facts.term.unwrap_or(0), facts.prev_index.unwrap_or(0));
        let last_new = prev + facts.entries.len() as u64;
        // An answer that says up to where the logs match may well say: nowhere.
        let takes = matched.is_none_or(|matched| matched > 0 && matched >= last_new);
        if takes {
            self.check_stale(flight, "takes entries", at)?;
        }
        let upto = matched.unwrap_or(last_new).min(last_new);
        let peer = &self.peers[server];
        if !self.seen.saved_logs {
            return Ok(());
        }
        if !was_held && let Some(lack) = lack(&peer.disk, facts, upto) {
            return self.lacks(flight, lack, at);
        }
        if peer.term() == term {
            let peer = &mut self.peers[server];
            let before = peer.acked.filter(|ack| ack.term == term);
            if before.is_none_or(|ack| ack.index < upto) {
                peer.acked = Some(Ack {
                    term,
                    index: upto,
                    leader,
                    at,
                });
            }
        }
        Ok(())
    }

    /// A follower's answer, and what its log lacks of the message.
    fn lacks(&self, flight: usize, lack: Lack, at: Duration) -> Verdict {
        let Flight {
            from: leader,
            to: server,
            facts,
            arrived,
            ..
        } = &self.flights[flight];
        let (server, prev) = (*server, facts.prev_index.unwrap_or(0));
        let term = facts.term.unwrap_or(0);
        let heard = arrived.map_or(at, |(at, _)| at);
        let peer = &self.peers[server];
        let (rule, what) = match lack {
            Lack::Prev => (&rules::ACK_MATCHES, prev),
            Lack::Entry(index) => (&rules::ACK_DURABLE, index),
        };
        let has = match peer.disk.entry(what) {
            Some(entry) => format!("its saved log has {what}@{} there", entry.term),
            None => format!("its saved log ends at {}", peer.disk.last().index),
        };
        broken(
            rule,
            format_args!(
                "server {server} answers with success, but {} {what}: {has}",
                match lack {
                    Lack::Prev => "not for the entry before the new ones,",
                    Lack::Entry(_) => "has not saved entry",
                }
            ),
            vec![
                event(
                    heard,
                    server,
                    format_args!(
                        "hears from n{leader}@{term}: prev={prev}@{}, {} entries",
                        facts.prev_term.unwrap_or(0),
                        facts.entries.len()
                    ),
                ),
                event(peer.disk.at, server, "last saved its log"),
                event(at, server, "answers with success"),
            ],
        )
    }

    /// Something is taken from a leader: its term must not have been over.
    fn check_stale(&self, flight: usize, what: &str, at: Duration) -> Verdict {
        let Flight {
            from,
            to,
            facts,
            arrived,
            ..
        } = &self.flights[flight];
        let term = facts.term.unwrap_or(0);
        let Some((heard, by_then)) = arrived.filter(|(_, by_then)| *by_then > term) else {
            return Ok(());
        };
        broken(
            &rules::STALE_LEADER,
            format_args!(
                "server {to} {what} from server {from} in term {term}, but had been in term \
                 {by_then}"
            ),
            vec![
                event(
                    heard,
                    *to,
                    format_args!("hears from n{from}@{term}, in term {by_then}"),
                ),
                event(at, *to, "accepts it"),
            ],
        )
    }

    /// A server's log is about to be replaced by one of a later term: what it holds now of the
    /// messages that are being handled counts.
    pub(super) fn note_held(&mut self, server: usize) {
        let disk = &self.peers[server].disk;
        for flight in &mut self.flights {
            let is_open = flight.to == server && flight.arrived.is_some();
            if is_open && flight.kind == Kind::Append && !flight.was_held {
                flight.was_held = lack(disk, &flight.facts, u64::MAX).is_none();
            }
        }
    }
}

/// What a log lacks of a message.
enum Lack {
    /// The entry before the new ones.
    Prev,
    /// A new one.
    Entry(u64),
}

fn lack(disk: &Disk, facts: &Facts, upto: u64) -> Option<Lack> {
    let (prev, term) = (facts.prev_index?, facts.prev_term?);
    if prev <= upto && !disk.holds(prev, term) {
        return Some(Lack::Prev);
    }
    let entries = (prev + 1..=upto).zip(&facts.entries);
    let mut missing = entries.filter(|(index, entry)| match facts.are_terms_known {
        true => !disk.holds(*index, entry.term),
        false => *index > disk.last().index,
    });
    missing.next().map(|(index, _)| Lack::Entry(index))
}
