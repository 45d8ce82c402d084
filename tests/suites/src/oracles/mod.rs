//! The oracles: Raft's invariants, judged in every simulated run and at the event that breaks one,
//! without a word of the code under test.
//!
//! What they see is what passes through the harness anyway: messages with their fields, what is
//! saved, what is applied, what `start` and `state` say. Fields are found by the paper's names in
//! any usual spelling; an oracle whose fields are not recognised is off, and the report says so. In
//! virtual time a check is atomic with its event, so that nothing can change in between. What may
//! have changed before the event - a thread makes its message under its lock, and sends it after
//! that - each check allows for.
//!
//! | file | room |
//! | --- | --- |
//! | `rules` | the invariants: name, sentence, section, usual cause |
//! | `shape`, `facts`, `letters` | what is read of a message or of a state, and by which names |
//! | `peer` | what is known of a server |
//! | `judge` | all that is known of a run, and where each event goes |
//! | `elections` | terms and votes |
//! | `replication` | what is sent and acknowledged |
//! | `snapshots` | snapshots on their way |
//! | `saves` | what is saved |
//! | `matching` | the log matching property |
//! | `commits`, `committed` | what is committed and applied |
//! | `situations`, `notice` | what has come about, so that a rule was put to the test |
//! | `measure` | what a run is like, in figures |
//! | `pace` | how many messages there are in a second |
//! | `verdict` | what an oracle says of an event |
//!
//! Until a server has saved its term, nothing is asked of what is saved: who begins with the first
//! part has yet to write that.

mod commits;
mod committed;
mod elections;
mod facts;
mod judge;
mod letters;
mod matching;
mod measure;
mod notice;
mod pace;
mod peer;
mod replication;
mod rules;
mod saves;
mod shape;
mod situations;
mod snapshots;
mod verdict;

#[cfg(test)]
mod tests;

pub use measure::Figures;
pub(crate) use measure::Links;
pub use rules::{RULES, Rule};
pub use situations::{Situation, Situations};

use crate::trace::Text;
use judge::Judge;
use labrpc::harness::{Network, Step};
use labrt::harness::{self, Mutex};
use labrt::{Detail, NodeId, node, time};
use pace::Pace;
use persister::harness::{Disk, Moment};
use std::sync::Arc;
use verdict::Verdict;

/// The oracles of one run. A handle: clones are the same.
#[derive(Clone)]
pub(crate) struct Oracles {
    judge: Arc<Mutex<Option<Judge>>>,
    waits: Arc<Mutex<Option<Waits>>>,
}

/// Says what everybody waits for.
type Waits = Box<dyn Fn() -> String + Send>;

impl Oracles {
    /// For a cluster of so many servers on this network, each of which may send so many messages a
    /// second; none on real threads, where a check would come after its event.
    pub(crate) fn watch(servers: usize, net: &Network, each: u64) -> Option<Oracles> {
        if !harness::is_simulated() {
            return None;
        }
        let oracles = Oracles {
            judge: Arc::new(Mutex::new(Some(Judge::new(servers)))),
            waits: Arc::default(),
        };
        let (observing, pace) = (oracles.clone(), Pace::new(servers, each));
        net.observe(Some(Arc::new(move |message| {
            let (node, at) = (node::current_id(), time::since_start());
            if message.step == Step::Sent {
                pace.sent(message, at);
            }
            observing.ask(|judge| judge.message(message, node, at));
        })));
        Some(oracles)
    }

    /// A server starts on this disk.
    pub(crate) fn starts(&self, server: usize, node: NodeId, disk: &Disk) {
        self.ask(|judge| {
            judge.starts(server, node);
            Ok(())
        });
        let observing = self.clone();
        disk.on_save(Arc::new(move |save| {
            if save.moment == Moment::After {
                observing.ask(|judge| judge.save(server, save, time::since_start()));
            }
        }));
    }

    /// A server is cut off from its disk, and told to end: what it still does reaches nobody.
    pub(crate) fn stops(&self, server: usize) {
        self.ask(|judge| {
            judge.peers[server].node = None;
            judge.measures.leaves(server, time::since_start());
            Ok(())
        });
    }

    /// Who can talk to whom has changed, or something else went wrong.
    pub(crate) fn links(&self, links: Links) {
        if let Some(judge) = self.judge.lock().as_mut() {
            judge.measures.links(links, time::since_start());
        }
    }

    /// Nothing goes wrong but what the course's own cases ask for: from now on a leader must be
    /// there in time.
    /// Where something does not come about in time, `waits` says what everybody waits for.
    pub(crate) fn be_strict(&self, waits: impl Fn() -> String + Send + 'static) {
        *self.waits.lock() = Some(Box::new(waits));
        if let Some(judge) = self.judge.lock().as_mut() {
            judge.is_strict = true;
        }
    }

    /// What was measured so far.
    pub(crate) fn figures(&self) -> Figures {
        let mut judge = self.judge.lock();
        let read = |judge: &mut Judge| judge.measures.read(time::since_start());
        judge.as_mut().map(read).unwrap_or_default()
    }

    /// The servers are new ones: nothing of what was known holds for them.
    pub(crate) fn begin_anew(&self, servers: usize) {
        if let Some(judge) = self.judge.lock().as_mut() {
            *judge = judge.anew(servers);
        }
    }

    /// A server is down, and the case speaks in its name.
    pub(crate) fn plays(&self, server: usize) {
        if let Some(judge) = self.judge.lock().as_mut() {
            judge.peers[server].is_played = true;
        }
    }

    /// A server says that it leads a term.
    pub(crate) fn claims(&self, server: usize, term: u64) {
        self.ask(|judge| judge.leads(server, term, "says that it leads", time::since_start()));
    }

    /// A server's service was given a command.
    pub(crate) fn applies(&self, server: usize, index: u64, command: &[u8]) {
        self.ask(|judge| judge.applied(server, index, command, time::since_start()));
    }

    /// What has come about so far.
    pub(crate) fn met(&self) -> Situations {
        let judge = self.judge.lock();
        judge.as_ref().map(|judge| judge.met).unwrap_or_default()
    }

    /// The run is over: what comes now is of no interest.
    pub(crate) fn end(&self) {
        if let Some(judge) = self.judge.lock().take()
            && let Some(off) = judge.off()
        {
            harness::warn(off);
        }
    }

    /// Fails the run if what is asked finds a violation.
    fn ask(&self, judge: impl FnOnce(&mut Judge) -> Verdict) {
        // The lock is free before the run ends.
        let verdict = self.judge.lock().as_mut().map_or(Ok(()), judge);
        if let Err(mut violation) = verdict {
            if violation.invariant.as_str() == rules::LEADER_IN_TIME.name
                && let Some(waits) = self.waits.lock().as_ref()
            {
                violation.seen = Text::of_report(format_args!("{}{}", violation.seen, waits()));
            }
            harness::fail_with(violation.to_string(), Detail::new(*violation));
        }
    }
}
