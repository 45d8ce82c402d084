//! All that the oracles know of a run, and where each event goes.

use super::committed::Commits;
use super::facts::{Facts, Reader, Structs};
use super::letters::{Kind, Letters, Reply};
use super::matching::Matching;
use super::measure::Measures;
use super::peer::Peer;
use super::shape::{Shape, Whole};
use super::situations::Situations;
use super::verdict::Verdict;
use labrpc::harness::{Message, Step};
use labrt::NodeId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What is known of a run.
pub(super) struct Judge {
    pub(super) peers: Vec<Peer>,
    /// Who led each term.
    pub(super) leads: BTreeMap<u64, Lead>,
    /// The votes that reached a candidate, by term and candidate.
    pub(super) polls: BTreeMap<(u64, usize), Poll>,
    pub(super) flights: Vec<Flight>,
    pub(super) commits: Commits,
    pub(super) matching: Matching,
    pub(super) seen: Seen,
    /// What has come about so far.
    pub(super) met: Situations,
    pub(super) measures: Measures,
    /// Nothing goes wrong but what the course's own cases ask for: what they grant is demanded.
    pub(super) is_strict: bool,
    pub(super) letters: Letters,
    saved: Shape,
    /// What is read now, and buffers for it.
    pub(super) facts: Facts,
    around: Structs,
}

/// What has been recognised so far. An oracle that needs more is off.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) saves: bool,
    pub(super) saved_terms: bool,
    pub(super) saved_votes: bool,
    pub(super) saved_logs: bool,
    /// A log was saved with a snapshot, and nobody knows where it begins: no log is judged.
    pub(super) lost_begin: bool,
    /// A log begins with an entry that is none.
    pub(super) dummies: bool,
    /// Nobody can tell which entries hold a command: the log's indices are not those that are
    /// applied.
    pub(super) unclear_blanks: bool,
    /// Some saved log holds entries without a command.
    pub(super) blanks: bool,
    pub(super) vote_requests: bool,
    pub(super) appends: bool,
    pub(super) commits: bool,
    /// Answers to requests for votes that nobody could read.
    pub(super) unread_votes: bool,
    /// Acknowledgements that do not say up to where.
    pub(super) unclear_acks: bool,
}

/// Who leads a term.
pub(super) struct Lead {
    pub(super) server: usize,
    pub(super) at: Duration,
    /// Up to where each server acknowledged its entries.
    pub(super) acks: Vec<u64>,
}

/// The votes that reached a candidate.
#[derive(Default)]
pub(super) struct Poll {
    pub(super) incarnation: u64,
    /// Who voted for it, and when that was known.
    pub(super) votes: Vec<(usize, Duration)>,
}

/// A call that is under way.
pub(super) struct Flight {
    pub(super) call: u64,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: Kind,
    pub(super) facts: Arc<Facts>,
    /// When it arrived, and the term that the receiver had saved by then.
    pub(super) arrived: Option<(Duration, u64)>,
    /// What the replies say: one, if it was not sent twice.
    pub(super) reply: Reply,
    /// How many have left.
    replies: u32,
    /// The receiver's log has held all of it since then.
    pub(super) was_held: bool,
}

impl Judge {
    pub(super) fn new(servers: usize) -> Judge {
        let mut peers = Vec::new();
        peers.resize_with(servers, Peer::default);
        Judge {
            peers,
            leads: BTreeMap::new(),
            polls: BTreeMap::new(),
            flights: Vec::new(),
            commits: Commits::default(),
            matching: Matching::default(),
            seen: Seen::default(),
            met: Situations::default(),
            measures: Measures::default(),
            is_strict: false,
            letters: Letters::default(),
            saved: Shape::new(Whole::Saved),
            facts: Facts::default(),
            around: Vec::new(),
        }
    }

    /// For servers in the place of these, of which nothing is known.
    pub(super) fn anew(&mut self, servers: usize) -> Judge {
        Judge {
            is_strict: self.is_strict,
            measures: std::mem::take(&mut self.measures),
            ..Judge::new(servers)
        }
    }

    pub(super) fn quorum(&self) -> usize {
        self.peers.len() / 2 + 1
    }

    /// A server starts, or starts again, on this node.
    pub(super) fn starts(&mut self, server: usize, node: NodeId) {
        self.notice_start(server);
        self.peers[server].start(node);
    }

    /// A message takes a step; `node` is that of the thread which takes it.
    pub(super) fn message(
        &mut self,
        message: &Message<'_>,
        node: Option<NodeId>,
        at: Duration,
    ) -> Verdict {
        let Some(to) = message.to else { return Ok(()) };
        let from = message.from;
        if from >= self.peers.len() || to >= self.peers.len() {
            return Ok(()); // a client's
        }
        // What an incarnation still says that is gone concerns nobody.
        let lives = |server: usize| node.is_some() && self.peers[server].node == node;
        match message.step {
            Step::Sent if lives(from) => {
                let flight = self.take_off(message, (from, to));
                self.flights.push(flight);
                self.notice_sent(self.flights.len() - 1, at);
                self.check_leader_in_time(at)?;
                self.sent(self.flights.len() - 1, at)
            }
            Step::Arrived if lives(to) => {
                let known = self.flight(message.call);
                let flight = known.unwrap_or_else(|| {
                    let flight = self.take_off(message, (from, to));
                    self.flights.push(flight);
                    self.flights.len() - 1
                });
                self.notice_arrived(flight);
                self.arrived(flight, at)
            }
            Step::Replied if lives(from) => {
                let Some(flight) = self.flight(message.call) else {
                    return Ok(());
                };
                self.read_reply(flight, message);
                self.flights[flight].replies += 1;
                self.notice_replied(flight);
                self.replied(flight, at)
            }
            Step::Returned => {
                let Some(flight) = self.flight(message.call) else {
                    return Ok(());
                };
                let verdict = match lives(to) {
                    true => {
                        // Of several, nobody knows which one it is.
                        if self.flights[flight].replies != 1 {
                            self.read_reply(flight, message);
                        }
                        self.notice_returned(flight);
                        self.returned(flight, at)
                    }
                    false => Ok(()),
                };
                self.land(flight);
                verdict
            }
            Step::Lost(_) => {
                if let Some(flight) = self.flight(message.call) {
                    self.land(flight);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn flight(&self, call: u64) -> Option<usize> {
        self.flights.iter().rposition(|flight| flight.call == call)
    }

    /// A request, read.
    fn take_off(&mut self, message: &Message<'_>, (from, to): (usize, usize)) -> Flight {
        let (kind, facts) = self.letters.request(message);
        Flight {
            call: message.call,
            from,
            to,
            kind,
            facts,
            arrived: None,
            reply: Reply::default(),
            replies: 0,
            was_held: false,
        }
    }

    fn read_reply(&mut self, flight: usize, message: &Message<'_>) {
        let flight = &mut self.flights[flight];
        if !matches!(flight.kind, Kind::Other | Kind::Answer) {
            flight.reply = self.letters.reply(message);
        }
    }

    fn land(&mut self, flight: usize) {
        let flight = self.flights.swap_remove(flight);
        drop(flight);
    }

    /// A server has saved its state.
    pub(super) fn save(
        &mut self,
        server: usize,
        save: &persister::harness::Save<'_>,
        at: Duration,
    ) -> Verdict {
        let mut reader = Reader::new(&mut self.saved, &mut self.facts, &mut self.around);
        let last = match self.seen.dummies {
            false => self.peers[server].disk.look,
            true => 0,
        };
        let Some(look) = save.show(last, &mut reader) else {
            return Ok(());
        };
        self.peers[server].disk.look = look;
        self.saved(server, save.snapshot.len(), at)
    }
}

impl Judge {
    /// Which oracles had nothing to look at, and why, in a line.
    pub(super) fn off(&self) -> Option<String> {
        let seen = &self.seen;
        let mut off = Vec::new();
        if self.peers.len() > 1 && !seen.vote_requests && self.letters.is_any() {
            off.push("requests for votes (LeaderHasQuorum, OneVotePerTerm)");
        }
        if seen.unread_votes {
            off.push("the answers to them (LeaderHasQuorum, VoteDurable)");
        }
        if seen.saves && !seen.saved_terms {
            off.push("the saved term (TermDurable, CandidateDurable)");
        }
        if seen.saves && !seen.saved_votes {
            off.push("the saved vote (VoteDurable)");
        }
        if seen.lost_begin {
            off.push(
                "where a saved log begins behind its snapshot (last_included_index; AckDurable, \
                 CommitQuorum and whatever else is of logs)",
            );
        } else if seen.saves && !seen.saved_logs {
            off.push("the saved log (AckDurable, CommitQuorum and whatever else is of logs)");
        }
        if self.letters.has_pre_votes() {
            off.push("what votes tell of commits (AppliedLearnt)");
        }
        if seen.unclear_blanks {
            off.push("which entries hold commands (Applied…)");
        }
        let off = (!off.is_empty()).then(|| off.join(", "))?;
        Some(format!(
            "oracles off: not recognised by the paper's names: {off}"
        ))
    }
}
