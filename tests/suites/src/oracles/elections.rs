//! Elections and terms (§5.1, §5.2, §5.4.1).

use super::judge::{Flight, Judge, Lead};
use super::letters::Kind;
use super::measure::LIMIT;
use super::peer::Vote;
use super::rules;
use super::verdict::{Verdict, broken, event};
use crate::trace::LogId;
use std::time::Duration;

/// Who reads of a higher term in a reply has adopted it by then: long before the next heartbeat,
/// and long after any thread has had its turn that was about to send in the old one.
const ADOPTION: Duration = Duration::from_millis(50);

impl Judge {
    /// A candidate asks for a vote.
    pub(super) fn asked(&mut self, flight: usize, at: Duration) -> Verdict {
        let Flight { from, facts, .. } = &self.flights[flight];
        let (from, term) = (*from, facts.term.unwrap_or(0));
        let last = LogId {
            index: facts.last_index.unwrap_or(0),
            term: facts.last_term.unwrap_or(0),
        };
        self.seen.vote_requests = true;
        let peer = &mut self.peers[from];
        peer.stood.entry(term).or_insert(last);
        let vote = *peer.votes.entry(term).or_insert(Vote {
            candidate: from,
            at,
        });
        if vote.candidate != from {
            return broken(
                &rules::ONE_VOTE,
                format_args!(
                    "server {from} stands in term {term}, in which it had voted for server {}",
                    vote.candidate
                ),
                vec![
                    event(
                        vote.at,
                        from,
                        format_args!("votes for n{} in term {term}", vote.candidate),
                    ),
                    event(at, from, format_args!("asks for votes in term {term}")),
                ],
            );
        }
        if !self.seen.saved_terms {
            return Ok(());
        }
        let peer = &self.peers[from];
        let voted = peer.saved_votes.get(&term).map(|vote| vote.candidate);
        let is_saved = peer.term() >= term && (!self.seen.saved_votes || voted == Some(from));
        if is_saved {
            return Ok(());
        }
        broken(
            &rules::CANDIDATE_DURABLE,
            format_args!(
                "server {from} asks for votes in term {term}, but has saved {}",
                self.said_by_disk(from)
            ),
            vec![
                event(
                    peer.disk.at,
                    from,
                    format_args!("last saved {}", self.said_by_disk(from)),
                ),
                event(at, from, format_args!("asks for votes in term {term}")),
            ],
        )
    }

    pub(super) fn said_by_disk(&self, server: usize) -> String {
        let disk = &self.peers[server].disk;
        let term = disk
            .term
            .map_or("no term".into(), |term| format!("term {term}"));
        match disk.vote {
            Some(Some(vote)) => format!("{term} with a vote for {vote}"),
            Some(None) => format!("{term} without a vote"),
            None => term,
        }
    }

    /// A server leaves no doubt that it leads a term: it speaks as the leader, or says so.
    pub(super) fn leads(&mut self, server: usize, term: u64, how: &str, at: Duration) -> Verdict {
        if let Some(lead) = self.leads.get(&term) {
            if lead.server == server {
                return Ok(());
            }
            return broken(
                &rules::ELECTION_SAFETY,
                format_args!(
                    "term {term} has two leaders: servers {} and {server}",
                    lead.server
                ),
                vec![
                    event(lead.at, lead.server, format_args!("leads term {term}")),
                    event(at, server, format_args!("{how} in term {term}")),
                ],
            );
        }
        let acks = vec![0; self.peers.len()];
        self.leads.insert(term, Lead { server, at, acks });
        self.peers[server].learnt = None;
        self.notice_leader(server, term, at);
        self.check_poll(server, term, how, at)?;
        self.check_completeness(server, term, how, at)
    }

    /// A message is sent: is it one of servers that have been without a leader for too long?
    pub(super) fn check_leader_in_time(&self, at: Duration) -> Verdict {
        let waits = self.measures.waits(at).filter(|waits| *waits > LIMIT);
        let Some(waits) = waits.filter(|_| self.is_strict && self.seen.appends) else {
            return Ok(());
        };
        let stood = self.peers.iter().enumerate().filter_map(|(server, peer)| {
            let (term, _) = peer.stood.last_key_value()?;
            let vote = peer.votes.get(term)?;
            Some(event(
                vote.at,
                server,
                format_args!("stands in term {term}"),
            ))
        });
        broken(
            &rules::LEADER_IN_TIME,
            format_args!(
                "nobody leads for {waits:.1?}, though a majority can talk to each other and \
                 nothing has changed meanwhile"
            ),
            stood.take(5).collect(),
        )
    }

    fn check_poll(&self, server: usize, term: u64, how: &str, at: Duration) -> Verdict {
        if !self.seen.vote_requests || self.seen.unread_votes {
            return Ok(());
        }
        let poll = self.polls.get(&(term, server));
        let poll = poll.filter(|poll| poll.incarnation == self.peers[server].incarnation);
        let votes = poll.map(|poll| &poll.votes[..]).unwrap_or_default();
        let count = votes.len() + 1;
        if count >= self.quorum() {
            return Ok(());
        }
        let voters: Vec<String> = votes
            .iter()
            .map(|(voter, _)| format!(", n{voter}"))
            .collect();
        let mut events: Vec<_> = votes
            .iter()
            .take(3)
            .map(|(voter, at)| {
                event(
                    *at,
                    server,
                    format_args!("receives n{voter}'s vote in term {term}"),
                )
            })
            .collect();
        events.push(event(at, server, format_args!("{how} in term {term}")));
        broken(
            &rules::LEADER_HAS_QUORUM,
            format_args!(
                "server {server} leads term {term} with the votes of n{server}{}: {count} of {}",
                voters.concat(),
                self.peers.len()
            ),
            events,
        )
    }

    /// A voter's answer leaves, or a candidate hears of it as a message of its own.
    pub(super) fn voted(&mut self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from: candidate,
            to: voter,
            facts,
            arrived,
            reply,
            ..
        } = &self.flights[flight];
        let (candidate, voter, term) = (*candidate, *voter, facts.term.unwrap_or(0));
        match reply.granted {
            None => self.seen.unread_votes |= reply.term.is_some(),
            Some(false) => {}
            Some(true) => {
                let over = arrived.filter(|(_, by_then)| *by_then > term);
                if let Some((arrived, by_then)) = over {
                    return broken(
                        &rules::STALE_CANDIDATE,
                        format_args!(
                            "server {voter} gives server {candidate} its vote in term {term}, but \
                             had been in term {by_then}"
                        ),
                        vec![
                            event(arrived, voter, format_args!("is asked, in term {by_then}")),
                            event(at, voter, format_args!("grants its vote in term {term}")),
                        ],
                    );
                }
                return self.granted(voter, candidate, term, at);
            }
        }
        Ok(())
    }

    fn granted(&mut self, voter: usize, candidate: usize, term: u64, at: Duration) -> Verdict {
        let peer = &mut self.peers[voter];
        let vote = *peer.votes.entry(term).or_insert(Vote { candidate, at });
        if vote.candidate != candidate {
            let did = match vote.candidate == voter {
                true => format!("stands in term {term} itself"),
                false => format!("votes for n{} in term {term}", vote.candidate),
            };
            return broken(
                &rules::ONE_VOTE,
                format_args!(
                    "server {voter} votes for servers {} and {candidate} in term {term}",
                    vote.candidate
                ),
                vec![
                    event(vote.at, voter, did),
                    event(
                        at,
                        voter,
                        format_args!("votes for n{candidate} in term {term}"),
                    ),
                ],
            );
        }
        if !self.seen.saved_votes || !self.seen.saved_terms {
            return Ok(());
        }
        let saved = self.peers[voter].saved_votes.get(&term);
        if saved.is_some_and(|vote| vote.candidate == candidate) {
            return Ok(());
        }
        broken(
            &rules::VOTE_DURABLE,
            format_args!(
                "server {voter} gives server {candidate} its vote in term {term}, but has saved {}",
                self.said_by_disk(voter)
            ),
            vec![
                event(
                    self.peers[voter].disk.at,
                    voter,
                    format_args!("last saved {}", self.said_by_disk(voter)),
                ),
                event(
                    at,
                    voter,
                    format_args!("votes for n{candidate} in term {term}"),
                ),
            ],
        )
    }

    /// A vote has reached its candidate.
    pub(super) fn polled(&mut self, voter: usize, candidate: usize, term: u64, at: Duration) {
        let incarnation = self.peers[candidate].incarnation;
        let poll = self.polls.entry((term, candidate)).or_default();
        if poll.incarnation != incarnation {
            poll.votes.clear();
            poll.incarnation = incarnation;
        }
        if voter != candidate && poll.votes.iter().all(|(known, _)| *known != voter) {
            poll.votes.push((voter, at));
        }
    }

    /// The term in a reply that leaves.
    pub(super) fn check_reply_term(&self, flight: usize, at: Duration) -> Verdict {
        let Flight {
            from,
            to: server,
            facts,
            arrived,
            reply,
            ..
        } = &self.flights[flight];
        let (Some(asked), Some(term)) = (facts.term, reply.term) else {
            return Ok(());
        };
        if term < asked {
            return broken(
                &rules::TERM_ADOPTED,
                format_args!("server {server} answers a request of term {asked} in term {term}"),
                vec![
                    event(
                        arrived.map_or(at, |(at, _)| at),
                        *server,
                        format_args!("hears from n{from} in term {asked}"),
                    ),
                    event(at, *server, format_args!("answers in term {term}")),
                ],
            );
        }
        let saved = self.peers[*server].term();
        if !self.seen.saved_terms || term <= saved {
            return Ok(());
        }
        broken(
            &rules::TERM_DURABLE,
            format_args!(
                "server {server} answers in term {term}, but has saved {}",
                self.said_by_disk(*server)
            ),
            vec![
                event(
                    self.peers[*server].disk.at,
                    *server,
                    format_args!("last saved {}", self.said_by_disk(*server)),
                ),
                event(at, *server, format_args!("answers n{from} in term {term}")),
            ],
        )
    }

    /// A reply's term has become known to who asked.
    pub(super) fn told_term(&mut self, flight: usize, at: Duration) {
        let Flight {
            from,
            facts,
            kind,
            reply,
            ..
        } = &self.flights[flight];
        let (Some(asked), Some(term)) = (facts.term, reply.term) else {
            return;
        };
        let peer = &mut self.peers[*from];
        let is_news = term > asked && term > peer.term() && *kind != Kind::Other;
        if is_news && peer.told.is_none_or(|(known, _)| known < term) {
            // The clock runs from the first of several.
            let since = peer.told.map_or(at, |(_, since)| since);
            peer.told = Some((term, since));
        }
    }

    /// Who sends in this term may not have read of a higher one in a reply.
    pub(super) fn check_told(&self, server: usize, term: u64, at: Duration) -> Verdict {
        let peer = &self.peers[server];
        let Some((told, since)) = peer.told else {
            return Ok(());
        };
        let is_late = at > since + ADOPTION;
        if !is_late || term >= told || peer.term() >= told || !self.seen.saved_terms {
            return Ok(());
        }
        broken(
            &rules::REPLY_TERM_ADOPTED,
            format_args!(
                "server {server} still speaks in term {term}, although a reply told it of term \
                 {told}"
            ),
            vec![
                event(
                    since,
                    server,
                    format_args!("is told of term {told} by a reply"),
                ),
                event(at, server, format_args!("sends in term {term}")),
            ],
        )
    }
}
