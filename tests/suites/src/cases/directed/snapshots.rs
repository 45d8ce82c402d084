//! InstallSnapshot from both sides (Figure 13). One server was away while the others agreed on so
//! much that a leader has nothing for it but a snapshot.

use super::props::{FIRST, PATIENCE, Props, Unplayable, id, in_time, is_append, term_of};
use super::stage::{Scene, Stage};
use crate::cluster::{Answer, Cluster, Request, command};
use crate::trace::names;
use labcodec::value::Value;
use labrt::time::Duration;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So far everybody agreed before one server went away.
const EARLY: u64 = 4;

/// So far the others agreed then. Their snapshots end with the 9th entry and the 19th.
const LATE: u64 = 24;
const OLDER: u64 = 9;
const NEWER: u64 = 19;

/// The stage, and what a snapshot is made of.
pub(super) struct Away<'a> {
    stage: Stage<'a>,
    install: Request,
    /// The term of all entries so far.
    term: u64,
}

fn is_snapshot(one: &Request) -> bool {
    one.number(names::LAST_INCLUDED_INDEX).is_some() && !is_append(one)
}

impl<'a> Away<'a> {
    pub(super) fn open(lab: &'a Cluster) -> Result<Away<'a>, Unplayable> {
        let server = 2;
        let agree = |numbers: RangeInclusive<u64>, count| {
            for number in numbers {
                lab.one(command(number), count, true);
            }
        };
        let heard = lab.take_the_place_of(server);
        lab.one(command(FIRST), 2, true);
        let (props, first) = Props::of(lab, &heard)?;
        lab.restart(server);
        agree(2..=EARLY, 3);
        let heard = lab.take_the_place_of(server);
        agree(EARLY + 1..=LATE, 2);
        let install = in_time(lab, PATIENCE, || heard.first(is_snapshot));
        let install = install.ok_or(Unplayable("no InstallSnapshot has the paper's fields"))?;
        let leader = lab.check_one_leader();
        let is_same = |state: labapi::State| state.term == first.term;
        if !lab.state(leader).is_some_and(is_same) || first.index != 1 {
            return Err(Unplayable("the servers did not agree in one term"));
        }
        let peers = [0, 1].map(|peer| (peer, lab.take_the_place_of(peer)));
        lab.restart(server);
        let last = id(EARLY, first.term);
        Ok(Away {
            stage: Stage::among(lab, server, peers.into(), last, props)?,
            install,
            term: first.term,
        })
    }

    /// Sends a snapshot, in the name of a leader of a term; the term of the reply.
    fn installs(&self, from: usize, term: u64, index: u64) -> Result<u64, Unplayable> {
        let lab = self.stage.lab;
        let lacks = Unplayable("an InstallSnapshot lacks a field of the paper's");
        let request = self
            .install
            .clone()
            .with(names::TERM, term)
            .and_then(|one| one.with(names::LAST_INCLUDED_INDEX, index))
            .and_then(|one| one.with(names::LAST_INCLUDED_TERM, self.term))
            .and_then(|one| one.with(names::SNAPSHOT, lab.snapshot_up_to(index)));
        let mut request = request.ok_or(lacks)?;
        // Some do not say who leads.
        request.args.replace(names::LEADER, from as u64);
        let reply = lab.send_as(from, self.stage.server, &request);
        let told = reply.and_then(|reply| reply.find(names::TERM)?.as_u64());
        told.ok_or(Unplayable(
            "an InstallSnapshot was not answered with a term",
        ))
    }

    /// What the others agreed on behind an index.
    fn entries_behind(&self, index: u64) -> Vec<(u64, u64)> {
        let indices = index + 1..=LATE;
        indices.map(|number| (self.term, number)).collect()
    }
}

/// "1. Reply immediately if term < currentTerm."
pub(super) fn older_term(away: &Away<'_>) -> Scene {
    let stage = &away.stage;
    let term = stage.term() + 3;
    stage.heartbeat(stage.peer(0), term)?;
    let told = away.installs(stage.peer(1), term - 1, NEWER)?;
    if told < term {
        stage.fault(&format!("answers in term {told}, in term {term}"));
    }
    stage.expect_not_applied(EARLY, "the snapshot came from a leader whose term is over");
    Ok(())
}

/// "7. Discard the entire log. 8. Reset state machine using snapshot contents": whether the log
/// ends before the snapshot does, or contradicts it. "5. … discard any existing or partial snapshot
/// with a smaller index": never the other way round.
fn replaced(away: &Away<'_>, count: usize) -> Scene {
    let (stage, term) = (&away.stage, away.stage.term() + 1);
    let (one, other) = (stage.peer(0), stage.peer(1));
    // Nobody else has these: they were never committed.
    let lost: Vec<(u64, u64)> = (0..count)
        .map(|number| (term, 50 + number as u64))
        .collect();
    stage.appends(one, term, stage.first, &lost, 0)?;
    away.installs(other, term + 1, NEWER)?;
    stage.expect_applied(NEWER, "it was sent a snapshot up to there");
    let last_lost = id(EARLY + count as u64, term);
    if last_lost.index > NEWER && stage.holds(other, term + 1, last_lost)? {
        stage.fault("still holds an entry that its snapshot contradicts");
    }
    away.installs(other, term + 1, NEWER)?;
    away.installs(other, term + 1, OLDER)?;
    let last = id(NEWER, away.term);
    if !stage.appends(other, term + 1, last, &away.entries_behind(NEWER), LATE)? {
        stage.fault("refuses the entries that follow its snapshot");
    }
    stage.expect_applied(LATE, "the entries behind the snapshot were committed");
    // What was saved is as good as what is in memory.
    stage.lab.restart(stage.server);
    if !stage.holds(one, term + 2, id(LATE, away.term))? {
        stage.fault("has lost what came behind its snapshot in a restart");
    }
    Ok(())
}

pub(super) fn beyond_the_log(away: &Away<'_>) -> Scene {
    replaced(away, 2)
}

pub(super) fn contradicted_log(away: &Away<'_>) -> Scene {
    replaced(away, 30)
}

/// "6. If existing log entry has same index and term as snapshot's last included entry, retain log
/// entries following it and reply."
pub(super) fn inside_the_log(away: &Away<'_>) -> Scene {
    let (stage, term) = (&away.stage, away.stage.term() + 1);
    let (one, last) = (stage.peer(0), id(LATE, away.term));
    stage.appends(one, term, stage.first, &away.entries_behind(EARLY), 0)?;
    away.installs(one, term, NEWER)?;
    if !stage.holds(one, term, last)? {
        stage.fault(&format!(
            "has dropped entry {last}, which it had acknowledged, for a snapshot up to {NEWER}: \
             its log had the snapshot's last entry, and what follows that stays"
        ));
    }
    stage.appends(one, term, last, &[], LATE)?;
    stage.expect_applied(LATE, "all entries were committed");
    Ok(())
}

/// A follower whose log ends early, and what a snapshot makes of it.
fn lagging(props: &Props, install_reply: &Value, held: &AtomicU64, one: &Request) -> Answer {
    if !is_snapshot(one) {
        return props.follow(held, one);
    }
    let index = one.number(names::LAST_INCLUDED_INDEX)?;
    held.fetch_max(index, Ordering::Relaxed);
    let mut reply = install_reply.clone();
    reply.replace(names::TERM, term_of(one));
    Some((Duration::ZERO, reply))
}

/// §7: "The leader … must occasionally send snapshots to followers that lag behind", and go on
/// behind them.
pub(super) fn sent_to_who_lags(away: &Away<'_>) -> Scene {
    let (stage, term) = (&away.stage, away.stage.term() + 1);
    let one = stage.peer(0);
    away.installs(one, term, NEWER)?;
    stage.expect_applied(NEWER, "it was sent a snapshot up to there");
    let last = id(NEWER, away.term);
    stage.appends(one, term, last, &away.entries_behind(NEWER), LATE)?;
    stage.expect_applied(LATE, "the entries behind the snapshot were committed");
    let reply = stage.install_reply(&away.install)?;
    for (peer, heard) in &stage.peers {
        let (props, reply) = (stage.props(), reply.clone());
        let held = Arc::new(AtomicU64::new(EARLY));
        stage.lab.plays(*peer);
        heard.answers(move |one| lagging(&props, &reply, &held, one));
    }
    stage.elected();
    let index = stage.starts(60);
    for (peer, heard) in &stage.peers {
        let Some(sent) = in_time(stage.lab, PATIENCE, || heard.first(is_snapshot)) else {
            stage.fault(&format!(
                "never sends server {peer} a snapshot, though that server's log ends at {EARLY} \
                 and its own begins behind {NEWER}"
            ));
        };
        let upto = sent.number(names::LAST_INCLUDED_INDEX).unwrap_or(0);
        let of = sent.number(names::LAST_INCLUDED_TERM).unwrap_or(0);
        if upto < NEWER || of != away.term {
            stage.fault(&format!(
                "sends a snapshot up to {upto} of term {of}; its log begins behind {NEWER}, and \
                 all entries up to {LATE} are of term {}",
                away.term
            ));
        }
    }
    stage.expect_applied(
        index,
        "the others have taken a snapshot and what follows it",
    );
    Ok(())
}
