//! The rules for leaders, and for all servers that meet a higher term.

use super::props::{
    PATIENCE, entries_of, id, in_time, is_append, is_vote, last_of, prev_of, term_of,
};
use super::stage::{SOON, Scene, Stage};
use crate::cluster::Request;
use crate::trace::names;
use labrt::time::Duration;
use std::sync::atomic::AtomicU64;

/// A leader must not be silent for longer than this: less than the labs' followers wait.
const SILENCE: Duration = Duration::from_millis(500);

/// "Upon election: send initial empty AppendEntries RPCs (heartbeat) to each server; repeat during
/// idle periods to prevent election timeouts."
pub(super) fn heartbeats(stage: &Stage<'_>) -> Scene {
    stage.answers(|props, one| props.agree(one));
    let term = stage.elected();
    stage.lab.sleep(Duration::from_secs(3));
    if stage.term() != term || !stage.leads() {
        stage.fault(&format!(
            "does not lead term {term} any more, though all answer it"
        ));
    }
    for (peer, heard) in &stage.peers {
        let said = heard.all(|one| is_append(one) && term_of(one) == term);
        let Some(first) = said.first() else {
            stage.fault(&format!(
                "leads term {term}, and says nothing to server {peer}"
            ));
        };
        if first.number(names::LEADER) != Some(stage.server as u64) {
            stage.fault(&format!(
                "calls {:?} the leader of term {term}, which it leads itself",
                first.number(names::LEADER)
            ));
        }
        let silent = said.windows(2).find(|two| two[1].at - two[0].at > SILENCE);
        if let Some(two) = silent {
            stage.fault(&format!(
                "leads term {term}, and says nothing to server {peer} for {:?}",
                two[1].at - two[0].at
            ));
        }
    }
    Ok(())
}

/// "If command received from client: append entry to local log, respond after entry applied to
/// state machine", and "If last log index ≥ nextIndex for a follower: send AppendEntries RPC with
/// log entries starting at nextIndex".
pub(super) fn command_received(stage: &Stage<'_>) -> Scene {
    stage.answers(|props, one| match entries_of(one) {
        0 => props.agree(one),
        _ => None,
    });
    let term = stage.elected();
    let index = stage.starts(50);
    for (peer, heard) in &stage.peers {
        let brings = |one: &Request| {
            is_append(one) && term_of(one) == term && entries_of(one) > 0 && last_of(one) >= index
        };
        let Some(first) = in_time(stage.lab, PATIENCE, || heard.first(brings)) else {
            stage.fault(&format!("does not send entry {index} to server {peer}"));
        };
        if prev_of(&first).index > stage.first.index {
            stage.fault(&format!("sends entry {index} behind {}", prev_of(&first)));
        }
    }
    stage.expect_not_applied(stage.first.index, "no other server holds the entry yet");
    stage.answers(|props, one| props.agree(one));
    stage.expect_applied(index, "all servers have acknowledged its entries");
    Ok(())
}

/// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry."
pub(super) fn inconsistency(stage: &Stage<'_>) -> Scene {
    let first = stage.first;
    let term = stage.term() + 1;
    let entries: Vec<(u64, u64)> = (0..5).map(|number| (term, 50 + number)).collect();
    stage.appends(stage.peer(0), term, first, &entries, 0)?;
    // The others' logs end with the first entry.
    for (peer, heard) in &stage.peers {
        let (props, held) = (stage.props(), AtomicU64::new(first.index));
        stage.lab.plays(*peer);
        heard.answers(move |one| props.follow(&held, one));
    }
    stage.elected();
    let index = stage.starts(60);
    let brings = |one: &Request| {
        is_append(one) && prev_of(one).index <= first.index && last_of(one) > first.index
    };
    for (peer, heard) in &stage.peers {
        if in_time(stage.lab, PATIENCE, || heard.first(brings)).is_none() {
            stage.fault(&format!(
                "never sends server {peer} what follows entry {}, where that server's log ends: \
                 it refuses whatever comes behind",
                first.index
            ));
        }
    }
    stage.expect_applied(index, "all servers have taken what follows their logs");
    Ok(())
}

/// "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, *and
/// log[N].term == currentTerm*: set commitIndex = N" (§5.4.2, Figure 8).
pub(super) fn earlier_terms(stage: &Stage<'_>) -> Scene {
    let first = stage.first;
    let term = stage.term() + 1;
    stage.appends(stage.peer(0), term, first, &[(term, 50), (term, 51)], 0)?;
    stage.answers(|props, one| props.agree(one));
    let own = stage.elected();
    stage.lab.sleep(SOON);
    stage.expect_not_applied(
        first.index,
        &format!("entries of term {term} are on all servers, but it leads term {own}"),
    );
    let index = stage.starts(60);
    stage.expect_applied(
        index,
        "an entry of its own term is on all servers, and all before it",
    );
    Ok(())
}

/// "If successful: update nextIndex and matchIndex for follower": by what that message brought. The
/// same rule for N.
pub(super) fn match_index(stage: &Stage<'_>) -> Scene {
    // Heartbeats are acknowledged late, entries never.
    let first = stage.first.index;
    stage.answers(move |props, one| match (is_vote(one), entries_of(one)) {
        (true, _) => props.grant(one),
        (false, 0) if prev_of(one).index > first => None,
        (false, 0) => props
            .accept(one)
            .map(|(_, reply)| (Duration::from_millis(50), reply)),
        (false, _) => None,
    });
    stage.elected();
    for number in 0..10 {
        stage.starts(50 + number);
        stage.lab.sleep(Duration::from_millis(100));
    }
    stage.expect_not_applied(
        stage.first.index,
        "the others acknowledged heartbeats, and no entry",
    );
    Ok(())
}

/// "If RPC request … contains term T > currentTerm: set currentTerm = T, convert to follower."
pub(super) fn higher_term_in_request(stage: &Stage<'_>) -> Scene {
    let one = stage.peer(0);
    for kind in ["RequestVote", "AppendEntries"] {
        stage.answers(|props, one| props.agree(one));
        let term = stage.elected() + 3;
        match kind {
            // For a log that is too old: the term counts all the same.
            "RequestVote" => stage.asks(one, term, id(0, 0)).map(drop)?,
            _ => stage.heartbeat(one, term).map(drop)?,
        }
        if stage.leads() || stage.term() < term {
            stage.fault(&format!(
                "led, heard of term {term} by a {kind}, and is in term {} now{}",
                stage.term(),
                match stage.leads() {
                    true => ", as its leader",
                    false => "",
                }
            ));
        }
    }
    Ok(())
}

/// "If RPC … response contains term T > currentTerm: set currentTerm = T, convert to follower", as
/// a candidate and as a leader.
pub(super) fn higher_term_in_response(stage: &Stage<'_>) -> Scene {
    for is_leader in [false, true] {
        let term = stage.term() + 1000;
        stage.answers(move |props, one| match term_of(one) >= term {
            true => None,
            false if is_leader && is_vote(one) => props.grant(one),
            false => props.in_term(one, term),
        });
        let adopts = || (stage.term() >= term).then_some(());
        if in_time(stage.lab, PATIENCE, adopts).is_none() {
            stage.fault(&format!(
                "is in term {} after {PATIENCE:?}, though each reply to its {} told it of {term}",
                stage.term(),
                match is_leader {
                    true => "heartbeats",
                    false => "requests for votes",
                }
            ));
        }
        if stage.leads() {
            stage.fault(&format!("leads term {}, without a vote", stage.term()));
        }
    }
    Ok(())
}
