//! Elections from both sides: RequestVote as its receiver sees it, and the rules for candidates.

use super::props::{PATIENCE, id, in_time, is_vote, term_of};
use super::stage::{STEP, Scene, Stage};
use crate::trace::names;
use labrt::time::{Duration, Instant};

/// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting
/// vote to candidate: convert to candidate": a vote that is refused changes nothing of that.
pub(super) fn refused_candidate(stage: &Stage<'_>) -> Scene {
    let (begin, term) = (Instant::now(), stage.term());
    while stage.term() == term {
        if stage.asks(stage.peer(0), term, id(0, 0))? {
            stage.fault("grants its vote to a log that lacks an entry");
        }
        if begin.elapsed() > PATIENCE {
            stage.fault(&format!(
                "did not stand for election within {PATIENCE:?}, though it heard of no leader: \
                 only of a candidate whose log is too old. Does that reset its timer?"
            ));
        }
        stage.lab.sleep(STEP);
    }
    Ok(())
}

/// The same sentence: a vote that is granted does reset the timer.
pub(super) fn granted_votes(stage: &Stage<'_>) -> Scene {
    let first = stage.term() + 1;
    for term in first..first + 150 {
        if !stage.asks(stage.peer(0), term, id(100, term - 1))? {
            stage.fault(&format!(
                "does not grant its vote in term {term}, and is in term {} itself: it stands for \
                 election, though it granted a vote {STEP:?} ago. That resets the timer",
                stage.term()
            ));
        }
        stage.lab.sleep(STEP);
    }
    Ok(())
}

/// Waits until the server stands for election; the term.
fn candidacy(stage: &Stage<'_>) -> u64 {
    let before = stage.term();
    let stands = || Some(stage.term()).filter(|term| *term > before);
    match in_time(stage.lab, PATIENCE, stands) {
        Some(term) => term,
        None => stage.fault(&format!(
            "did not stand for election within {PATIENCE:?}, though it was alone"
        )),
    }
}

/// "If AppendEntries RPC received from new leader: convert to follower", also in the own term.
pub(super) fn leader_of_the_term(stage: &Stage<'_>) -> Scene {
    let term = candidacy(stage);
    for _ in 0..150 {
        stage.heartbeat(stage.peer(0), term)?;
        stage.lab.sleep(STEP);
        if stage.term() != term {
            stage.fault(&format!(
                "was a candidate in term {term}, hears of that term's leader each {STEP:?}, and \
                 yet goes on to term {}: it did not become a follower",
                stage.term()
            ));
        }
    }
    Ok(())
}

/// "1. Reply false if term < currentTerm."
pub(super) fn older_term(stage: &Stage<'_>) -> Scene {
    let term = stage.term() + 3;
    stage.heartbeat(stage.peer(0), term)?;
    for old in [term - 1, term - 2, 0] {
        if stage.asks(stage.peer(1), old, id(100, old))? {
            stage.fault(&format!("grants its vote in term {old}, in term {term}"));
        }
    }
    Ok(())
}

/// "2. If votedFor is null or candidateId … grant vote", before a crash and after it.
pub(super) fn one_candidate(stage: &Stage<'_>) -> Scene {
    let (one, other) = (stage.peer(0), stage.peer(1));
    let term = stage.term() + 2;
    let long = id(100, term - 1);
    for life in ["", ", after a restart"] {
        if !stage.asks(one, term, long)? {
            stage.fault(&format!(
                "does not grant its vote to the candidate that it has voted for or could vote \
                 for{life}"
            ));
        }
        if stage.asks(other, term, long)? {
            stage.fault(&format!("votes for two candidates in term {term}{life}"));
        }
        stage.lab.restart(stage.server);
    }
    // A leader of that term, whoever it voted for: the vote stays given.
    stage.heartbeat(one, term)?;
    if stage.asks(other, term, long)? {
        stage.fault(&format!(
            "votes for two candidates in term {term}, in which it knows of a leader"
        ));
    }
    Ok(())
}

/// The same: its own candidacy is a vote, also when it has given it up.
pub(super) fn own_candidacy(stage: &Stage<'_>) -> Scene {
    let term = candidacy(stage);
    let long = id(100, term - 1);
    if stage.asks(stage.peer(1), term, long)? {
        stage.fault(&format!(
            "votes for another in term {term}, in which it stands itself"
        ));
    }
    stage.heartbeat(stage.peer(0), term)?;
    if stage.asks(stage.peer(1), term, long)? {
        stage.fault(&format!(
            "votes for another in term {term}, in which it stood itself until it heard of a leader"
        ));
    }
    stage.lab.restart(stage.server);
    if stage.asks(stage.peer(1), term, long)? {
        stage.fault(&format!(
            "votes for another in term {term}, in which it stood itself before a restart"
        ));
    }
    Ok(())
}

/// "2. … and candidate's log is at least as up-to-date as receiver's log, grant vote."
pub(super) fn up_to_date(stage: &Stage<'_>) -> Scene {
    let (one, other, first) = (stage.peer(0), stage.peer(1), stage.first);
    let term = stage.term() + 5;
    stage.appends(one, term, first, &[(term, 50), (term, 51)], 0)?;
    let last = first.index + 2;
    for (ahead, candidate, is_fit) in [
        (1, id(last + 9, first.term), false),
        (2, id(last - 1, term), false),
        (3, id(last, term - 1), false),
        (4, id(last, term), true),
        (5, id(last + 1, term), true),
        (6, id(first.index, term + 1), true),
    ] {
        if stage.asks(other, term + ahead, candidate)? != is_fit {
            stage.fault(&format!(
                "{} its vote to a log that ends with {candidate}; its own ends with {last}@{term}",
                match is_fit {
                    true => "refuses",
                    false => "grants",
                }
            ));
        }
    }
    Ok(())
}

/// "On conversion to candidate, start election: increment currentTerm, vote for self, reset
/// election timer, send RequestVote RPCs to all other servers."
pub(super) fn election_started(stage: &Stage<'_>) -> Scene {
    let before = stage.term();
    let term = candidacy(stage);
    if term != before + 1 {
        stage.fault(&format!(
            "stands in term {term}, in term {before} until then"
        ));
    }
    for (peer, heard) in &stage.peers {
        let asked = || heard.first(|one| is_vote(one) && term_of(one) == term);
        let Some(asked) = in_time(stage.lab, PATIENCE, asked) else {
            stage.fault(&format!(
                "stands in term {term}, and never asks server {peer}"
            ));
        };
        let last = [names::LAST_LOG_INDEX, names::LAST_LOG_TERM].map(|name| asked.number(name));
        let own = [Some(stage.first.index), Some(stage.first.term)];
        if last != own || asked.number(names::CANDIDATE) != Some(stage.server as u64) {
            stage.fault(&format!(
                "asks server {peer} for its vote as {:?}, for a log that ends with {last:?}; its \
                 own ends with {own:?}",
                asked.number(names::CANDIDATE)
            ));
        }
    }
    Ok(())
}

/// "If votes received from majority of servers: become leader", of all servers, each counted once.
pub(super) fn majority_of_votes(stage: &Stage<'_>) -> Scene {
    let others = stage.peers.len();
    // All but one of those whose votes it takes, beside its own.
    let few = others / 2 - 1;
    let votes = |count: usize| {
        for (place, (peer, heard)) in stage.peers.iter().enumerate() {
            let (props, grants) = (stage.props(), place < count);
            stage.lab.plays(*peer);
            heard.answers(move |one| match is_vote(one) {
                true if grants => props.grant(one),
                true => props.in_term(one, term_of(one)),
                false => props.accept(one),
            });
        }
    };
    votes(few);
    let leads = || stage.leads().then_some(());
    if in_time(stage.lab, PATIENCE, leads).is_some() {
        stage.fault(&format!(
            "leads with the votes of {} of {} servers, itself included",
            few + 1,
            others + 1
        ));
    }
    votes(few + 1);
    stage.elected();
    Ok(())
}

/// The same: a vote counts in its own term only. The oracles look at who leads.
pub(super) fn late_votes(stage: &Stage<'_>) -> Scene {
    stage.answers(|props, one| match is_vote(one) {
        // By then the next election is under way.
        true => props
            .grant(one)
            .map(|(_, vote)| (Duration::from_millis(1500), vote)),
        false => props.accept(one),
    });
    stage.lab.sleep(2 * PATIENCE);
    Ok(())
}

/// So many elections, one after another.
const ELECTIONS: usize = 10;

/// "If election timeout elapses: start new election", each time after another while (§5.2: "Raft
/// uses randomized election timeouts").
pub(super) fn timeout_elapses(stage: &Stage<'_>) -> Scene {
    let (_, heard) = &stage.peers[0];
    let begins = || {
        let mut begins: Vec<(u64, Duration)> = Vec::new();
        for one in heard.all(is_vote) {
            if begins.last().is_none_or(|(term, _)| *term < term_of(&one)) {
                begins.push((term_of(&one), one.at));
            }
        }
        Some(begins).filter(|begins| begins.len() > ELECTIONS)
    };
    let Some(begins) = in_time(stage.lab, 4 * PATIENCE, begins) else {
        stage.fault(&format!(
            "did not begin {ELECTIONS} elections within {:?}, though nobody ever answered",
            4 * PATIENCE
        ));
    };
    let times = begins.windows(2).map(|pair| pair[1].1 - pair[0].1);
    let (least, most) = (times.clone().min(), times.max());
    let spread = most.unwrap_or_default() - least.unwrap_or_default();
    if spread < Duration::from_millis(5) {
        stage.fault(&format!(
            "lets {least:?} go by between each two of its elections, and never {spread:?} more: \
             timeouts must be drawn at random, or candidates meet again and again"
        ));
    }
    Ok(())
}
