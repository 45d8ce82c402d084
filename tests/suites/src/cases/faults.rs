//! 3E: faults that the course lacks. In most of these cases the harness plays the peers of one
//! server, with messages made of those that the server's own kind has sent.

use super::case::Draft;
use super::{Case, Part};
use crate::cluster::{Cluster, Heard, Request, command};
use crate::trace::names;
use labrt::time::{Duration, Instant};

pub(super) const CASES: &[Case] = &[
    Draft::extra(Part::E3, "refused_candidate")
        .about("who is asked for votes in vain, over and over, stands for election itself")
        .raft(refused_candidate),
    Draft::extra(Part::E3, "granted_votes")
        .about("who has just granted a vote does not stand for election")
        .raft(granted_votes),
    Draft::extra(Part::E3, "leader_of_the_term")
        .about("a candidate gives up for a leader of its own term")
        .raft(leader_of_the_term),
    Draft::extra(Part::E3, "late_snapshot")
        .snapshots()
        .about("an InstallSnapshot of long ago takes nothing back")
        .raft(late_snapshot),
    Draft::extra(Part::E3, "prompt_replication")
        .about("commands are sent when they come, not with the next heartbeat")
        .raft(prompt_replication),
];

/// Time between two messages of the case: well below any election timeout.
const STEP: Duration = Duration::from_millis(20);

/// As long as the labs grant for an election.
const PATIENCE: Duration = Duration::from_secs(5);

/// One server, alone among peers that the case plays.
struct Alone<'a> {
    lab: &'a Cluster,
    server: usize,
    /// In whose name the case speaks.
    peer: usize,
    /// The term in which it was left alone, with one entry in its log.
    term: u64,
    /// A request for a vote, and a heartbeat before any entry.
    vote: Request,
    heartbeat: Request,
}

/// Has two servers elect a leader and agree on a command, and takes the place of the leader, as of
/// the third server before. `None` if their messages have other fields than the paper's.
fn leave_alone(lab: &Cluster) -> Option<Alone<'_>> {
    let peer = 2;
    let heard = lab.take_the_place_of(peer);
    let leader = lab.check_one_leader();
    lab.one(command(1), 2, true);
    let vote = heard.first(|one| one.number(names::LAST_LOG_INDEX).is_some());
    let heartbeat = heard.first(|one| one.number(names::PREV_LOG_INDEX) == Some(0));
    let (Some(vote), Some(heartbeat)) = (vote, heartbeat) else {
        lab.cannot_judge("the messages' fields are not named as in the paper");
        return None;
    };
    lab.take_the_place_of(leader);
    let server = 1 - leader;
    let alone = Alone {
        lab,
        server,
        peer,
        term: lab.state(server)?.term,
        vote,
        heartbeat,
    };
    Some(alone)
}

impl Alone<'_> {
    /// Asks for a vote in a term, for a log that ends so; whether it is granted.
    fn ask(&self, term: u64, (last_term, last_index): (u64, u64)) -> Option<bool> {
        let vote = self
            .vote
            .clone()
            .with(names::TERM, term)?
            .with(names::CANDIDATE, self.peer as u64)?
            .with(names::LAST_LOG_TERM, last_term)?
            .with(names::LAST_LOG_INDEX, last_index)?;
        let reply = self.lab.send_as(self.peer, self.server, &vote)?;
        reply.find(names::VOTE_GRANTED)?.as_bool()
    }

    /// Speaks as the leader of a term.
    fn lead(&self, term: u64) -> Option<()> {
        let heartbeat = self
            .heartbeat
            .clone()
            .with(names::TERM, term)?
            .with(names::LEADER, self.peer as u64)?;
        self.lab
            .send_as(self.peer, self.server, &heartbeat)
            .map(drop)
    }

    fn term(&self) -> u64 {
        self.lab.state(self.server).map_or(0, |state| state.term)
    }

    fn cannot_judge(&self) {
        self.lab
            .cannot_judge("a request that the case made was not answered as in the paper");
    }
}

/// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting
/// vote to candidate: convert to candidate": a vote that is refused changes nothing of that.
fn refused_candidate(lab: &Cluster) {
    let Some(alone) = leave_alone(lab) else {
        return;
    };
    let begin = Instant::now();
    while alone.term() == alone.term {
        match alone.ask(alone.term, (0, 0)) {
            None => return alone.cannot_judge(),
            Some(true) => lab.fault("a vote was granted to a log that lacks an entry".into()),
            Some(false) => {}
        }
        if begin.elapsed() > PATIENCE {
            lab.fault(format!(
                "server {} did not stand for election within {PATIENCE:?}, though it heard of no \
                 leader: only of a candidate whose log is too old. Does that reset its timer?",
                alone.server
            ));
        }
        lab.sleep(STEP);
    }
}

/// The same sentence: a vote that is granted does reset the timer.
fn granted_votes(lab: &Cluster) {
    let Some(alone) = leave_alone(lab) else {
        return;
    };
    let first = alone.term() + 1;
    for term in first..first + 150 {
        match alone.ask(term, (term - 1, 100)) {
            None => return alone.cannot_judge(),
            Some(true) => {}
            Some(false) => lab.fault(format!(
                "server {} does not grant its vote in term {term}, and is in term {} itself: it \
                 stands for election, though it granted a vote {STEP:?} ago. That resets the timer",
                alone.server,
                alone.term()
            )),
        }
        lab.sleep(STEP);
    }
}

/// "If AppendEntries RPC received from new leader: convert to follower", also in the own term.
fn leader_of_the_term(lab: &Cluster) {
    let Some(alone) = leave_alone(lab) else {
        return;
    };
    let begin = Instant::now();
    while alone.term() == alone.term {
        if begin.elapsed() > PATIENCE {
            lab.fault(format!(
                "server {} did not stand for election within {PATIENCE:?}, though it was alone",
                alone.server
            ));
        }
        lab.sleep(Duration::from_millis(5));
    }
    let term = alone.term();
    for _ in 0..150 {
        if alone.lead(term).is_none() {
            return alone.cannot_judge();
        }
        lab.sleep(STEP);
        if alone.term() != term {
            lab.fault(format!(
                "server {} was a candidate in term {term}, hears of that term's leader each \
                 {STEP:?}, and yet goes on to term {}: it did not become a follower",
                alone.server,
                alone.term()
            ));
        }
    }
}

/// The first snapshot that was sent to a server which did not answer, once there is one.
fn first_snapshot(lab: &Cluster, heard: &Heard) -> Option<Request> {
    let is_snapshot = |one: &Request| {
        one.number(names::LAST_INCLUDED_INDEX).is_some()
            && one.number(names::PREV_LOG_INDEX).is_none()
    };
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(snapshot) = heard.first(is_snapshot) {
            return Some(snapshot);
        }
        lab.sleep(STEP);
    }
    None
}

/// Figure 13, 5: a snapshot is news only to who has less. The judges are the oracles, and the
/// service, which must not be taken back.
fn late_snapshot(lab: &Cluster) {
    let heard = lab.take_the_place_of(2);
    let agree = |commands: std::ops::Range<u64>| {
        for number in commands {
            lab.one(command(number), 2, true);
        }
    };
    agree(1..13);
    let Some(snapshot) = first_snapshot(lab, &heard) else {
        return lab.cannot_judge("nobody sent an InstallSnapshot with the paper's fields");
    };
    agree(13..25);
    let leader = lab.check_one_leader();
    let follower = 1 - leader;
    let term = lab.state(follower).map_or(0, |state| state.term);
    let Some(late) = snapshot.with(names::TERM, term) else {
        return lab.cannot_judge("an InstallSnapshot has no term");
    };
    for _ in 0..3 {
        lab.send_as(leader, follower, &late);
        lab.one(command(25), 2, true);
    }
    // What was saved is as good as what is in memory.
    lab.restart(follower);
    lab.one(command(26), 2, true);
}

/// As many commands one after another, each once the one before is applied.
const COMMANDS: u64 = 60;

/// The course's limit for lab 4, three operations in a heartbeat's 100 ms, on a bare Raft.
const LIMIT: Duration = Duration::from_millis(33 * COMMANDS);

fn prompt_replication(lab: &Cluster) {
    lab.one(command(0), 3, true);
    let leader = lab.check_one_leader();
    let begin = Instant::now();
    for number in 1..=COMMANDS {
        let Some(started) = lab.start_command(leader, command(number)) else {
            lab.fault(format!(
                "server {leader} leads no more, though nothing failed"
            ))
        };
        while lab.n_committed(started.index).0 == 0 {
            if begin.elapsed() > LIMIT {
                lab.fault(format!(
                    "{} of {COMMANDS} commands took more than {LIMIT:?}, each given to the leader \
                     once the one before was applied: do entries wait for the next heartbeat?",
                    number - 1
                ));
            }
            lab.sleep(Duration::from_millis(1));
        }
    }
}
