//! What is committed: announced by leaders, applied by services (§5.3, §5.4).

use super::facts::hash_of;
use super::judge::Judge;
use super::letters::Kind;
use super::peer::Peer;
use super::rules;
use super::verdict::{Verdict, broken, event};
use std::time::Duration;

impl Judge {
    /// A leader's message tells up to where it calls the log committed. A heartbeat tells no more
    /// than its receiver is known to have, be that of an earlier term: its leader may know more.
    pub(super) fn announced(&mut self, flight: usize, at: Duration) -> Verdict {
        let sent = &self.flights[flight];
        let (server, term, commit) = (sent.from, sent.facts.term.unwrap_or(0), sent.facts.commit);
        let is_beat = sent.kind == Kind::Heartbeat;
        let Some(index) = commit.filter(|index| *index > self.commits.announced) else {
            return Ok(());
        };
        let disk = &self.peers[server].disk;
        let is_current = self.seen.saved_logs && disk.term == Some(term);
        let Some(entry) = disk.entry(index).filter(|_| is_current) else {
            return Ok(());
        };
        let announces = || {
            event(
                at,
                server,
                format_args!(
                    "calls {index}@{} committed, as leader of term {term}",
                    entry.term
                ),
            )
        };
        if self.count_holders(index, entry.term) < self.quorum() {
            let holders = self.holders(index, entry.term);
            return broken(
                &rules::COMMIT_QUORUM,
                format_args!(
                    "server {server} calls entry {index} committed, but only {} of {} servers have \
                     saved it: {}",
                    holders.len(),
                    self.peers.len(),
                    named(&holders)
                ),
                vec![announces()],
            );
        }
        // Whoever was told so by another leader need not have counted.
        let is_own = entry.term == term;
        let is_told = index <= self.peers[server].heard || is_beat && !is_own;
        if !self.seen.unclear_acks && !is_told {
            let acked = self.acked(server, entry.term.min(term), index);
            if acked.len() < self.quorum() {
                let (rule, what) = match is_own {
                    true => (
                        &rules::COMMIT_ACKED,
                        format!(
                            "server {server} calls entry {index} committed, which only {} of {} \
                             servers have acknowledged to it in term {term}: {}",
                            acked.len(),
                            self.peers.len(),
                            named(&acked)
                        ),
                    ),
                    false => (
                        &rules::COMMIT_OWN_TERM,
                        format!(
                            "server {server}, leader of term {term}, calls entry {index} of term \
                             {} committed, and none of its own term",
                            entry.term
                        ),
                    ),
                };
                return broken(rule, what, vec![announces()]);
            }
        }
        self.notice_announced(server, term, entry.term);
        self.commits.announced = index;
        self.commit(server, index, term, ("calls committed:", at));
        Ok(())
    }

    pub(super) fn count_holders(&self, index: u64, term: u64) -> usize {
        let holds = |peer: &&Peer| peer.holds(index, term);
        self.peers.iter().filter(holds).count()
    }

    /// The servers whose disks hold an entry.
    fn holders(&self, index: u64, term: u64) -> Vec<usize> {
        let peers = self.peers.iter().enumerate();
        let holds = peers.filter(|(_, peer)| peer.holds(index, term));
        holds.map(|(server, _)| server).collect()
    }

    /// Who acknowledged an index to this leader of a term, itself included.
    fn acked(&self, leader: usize, term: u64, index: u64) -> Vec<usize> {
        let lead = self.leads.get(&term).filter(|lead| lead.server == leader);
        let Some(lead) = lead else {
            return Vec::new();
        };
        let acks = lead.acks.iter().enumerate();
        let acks = acks.filter(|(server, ack)| *server == leader || **ack >= index);
        acks.map(|(server, _)| server).collect()
    }

    /// All up to `index` is committed, as this server's log has it.
    fn commit(
        &mut self,
        server: usize,
        index: u64,
        term: u64,
        (how, at): (&'static str, Duration),
    ) {
        let commits = &mut self.commits;
        let disk = &self.peers[server].disk;
        for index in commits.highest() + 1..=index {
            commits.entries.push(disk.entry(index).unwrap_or_default());
            commits.by.push((server, how, at));
        }
        commits.term = commits.term.max(term);
    }

    /// The leader of a new term must hold what is committed.
    pub(super) fn check_completeness(
        &self,
        server: usize,
        term: u64,
        how: &str,
        at: Duration,
    ) -> Verdict {
        let index = self.commits.highest();
        let Some(entry) = self.commits.entry(index) else {
            return Ok(());
        };
        let disk = &self.peers[server].disk;
        // In a later term than this, its log may have changed since the message was made.
        let is_current = disk.term == Some(term) && self.seen.saved_logs;
        if term <= self.commits.term || !is_current || disk.holds(index, entry.term) {
            return Ok(());
        }
        let mut events = self.commits.evidence(index);
        events.push(event(
            at,
            server,
            format_args!(
                "{how} in term {term}, with a log that ends with {}",
                disk.last()
            ),
        ));
        broken(
            &rules::LEADER_COMPLETENESS,
            format_args!(
                "server {server} leads term {term} without entry {index} of term {}, which is \
                 committed",
                entry.term
            ),
            events,
        )
    }

    /// The index in a server's saved log of the command of this number, where that can be told.
    fn index_of(&mut self, server: usize, number: u64) -> Option<u64> {
        if self.seen.unclear_blanks || !self.seen.saved_logs {
            return None;
        }
        let index = self.peers[server].disk.index_of(number);
        self.seen.unclear_blanks = index.is_none();
        index
    }

    /// A service was given the command of this number.
    pub(super) fn applied(
        &mut self,
        server: usize,
        number: u64,
        command: &[u8],
        at: Duration,
    ) -> Verdict {
        let Some(index) = self.index_of(server, number) else {
            return Ok(());
        };
        let peer = &self.peers[server];
        let term = peer.disk.entry(index).map(|entry| entry.term);
        self.measures.applies(index, term, at);
        let applies = || event(at, server, format_args!("applies {index}"));
        let is_seen = self.seen.commits && !self.letters.has_pre_votes();
        let learnt = peer.learnt.filter(|_| is_seen && self.peers.len() > 1);
        if let Some(learnt) = learnt.filter(|learnt| index > *learnt) {
            return broken(
                &rules::APPLIED_LEARNT,
                format_args!(
                    "server {server}, which has led no term since it started, applies entry \
                     {index}, but no message allows it more than {learnt}"
                ),
                vec![applies()],
            );
        }
        let disk = &peer.disk;
        if index <= disk.base.index || index <= self.commits.highest() {
            return Ok(());
        }
        let Some(entry) = disk.entry(index) else {
            return broken(
                &rules::APPLIED_LOGGED,
                format_args!(
                    "server {server} applies entry {index}, but its saved log ends at {}",
                    disk.last().index
                ),
                vec![event(disk.at, server, "last saved its log"), applies()],
            );
        };
        if disk.are_plain && entry.hash != hash_of(command) {
            return broken(
                &rules::APPLIED_LOGGED,
                format_args!(
                    "server {server} applies another command at {index} than its saved log has \
                     there"
                ),
                vec![event(disk.at, server, "last saved its log"), applies()],
            );
        }
        if self.count_holders(index, entry.term) < self.quorum() {
            let holders = self.holders(index, entry.term);
            return broken(
                &rules::APPLIED_QUORUM,
                format_args!(
                    "server {server} applies entry {index}@{}, which only {} of {} servers have \
                     saved: {}",
                    entry.term,
                    holders.len(),
                    self.peers.len(),
                    named(&holders)
                ),
                vec![applies()],
            );
        }
        let term = peer.term();
        self.commit(server, index, term, ("applies", at));
        Ok(())
    }
}

fn named(servers: &[usize]) -> String {
    match servers {
        [] => "none".to_string(),
        _ => {
            let names: Vec<String> = servers.iter().map(|server| format!("n{server}")).collect();
            names.join(", ")
        }
    }
}
