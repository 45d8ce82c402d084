//! AppendEntries as its receiver sees it: Figure 2, "Receiver implementation", 1 to 5, and what all
//! servers do with what is committed.

use super::props::{PATIENCE, id};
use super::stage::{STEP, Scene, Stage};

/// "1. Reply false if term < currentTerm."
pub(super) fn older_term(stage: &Stage<'_>) -> Scene {
    let (one, other, first) = (stage.peer(0), stage.peer(1), stage.first);
    let term = stage.term() + 2;
    stage.heartbeat(one, term)?;
    if stage.appends(other, term - 1, first, &[(term - 1, 50)], first.index + 1)? {
        stage.fault(&format!(
            "takes entries of a leader of term {}, in term {term}",
            term - 1
        ));
    }
    stage.expect_not_applied(first.index, "by order of a leader whose term is over");
    let next = stage.term() + 1;
    if stage.holds(one, next, id(first.index + 1, term - 1))? {
        stage.fault("holds an entry that it has refused");
    }
    Ok(())
}

/// "If election timeout elapses without receiving AppendEntries RPC from *current* leader".
pub(super) fn older_leader_resets_no_timer(stage: &Stage<'_>) -> Scene {
    let (one, other) = (stage.peer(0), stage.peer(1));
    let term = stage.term() + 2;
    stage.heartbeat(one, term)?;
    for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
        if stage.term() > term {
            return Ok(());
        }
        stage.heartbeat(other, term - 1)?;
        stage.lab.sleep(STEP);
    }
    stage.fault(&format!(
        "did not stand for election within {PATIENCE:?}, though it heard of no leader but that of \
         a term which is over. Does any AppendEntries reset its timer?"
    ))
}

/// "2. Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm."
pub(super) fn predecessor_missing(stage: &Stage<'_>) -> Scene {
    let (one, other, first) = (stage.peer(0), stage.peer(1), stage.first);
    let term = stage.term() + 1;
    let next = first.index + 1;
    stage.appends(one, term, first, &[(term, 50)], 0)?;
    let later = term + 2;
    for (prev, how) in [
        (id(next + 4, term), "beyond its log's end"),
        (id(next, term + 1), "of which it holds one of another term"),
    ] {
        for entries in [&[][..], &[(later, 60)]] {
            if stage.appends(other, later, prev, entries, prev.index + 1)? {
                stage.fault(&format!(
                    "answers with success to {} entries that follow {prev}, {how}",
                    entries.len()
                ));
            }
        }
    }
    stage.expect_not_applied(first.index, "leaderCommit came with what it had refused");
    Ok(())
}

/// "3. If an existing entry conflicts with a new one (same index but different terms), delete the
/// existing entry and all that follow it."
pub(super) fn conflict(stage: &Stage<'_>) -> Scene {
    let (one, other, first) = (stage.peer(0), stage.peer(1), stage.first);
    let at = |ahead: u64| first.index + ahead;
    let term = stage.term() + 1;
    let old = [(term, 50), (term, 51), (term, 52), (term, 53)];
    stage.appends(one, term, first, &old, 0)?;
    // The first of these is there already, the second conflicts.
    let new = [(term, 50), (term + 1, 61)];
    if !stage.appends(other, term + 1, first, &new, 0)? {
        stage.fault("refuses entries that follow one which it holds");
    }
    if stage.holds(other, term + 1, id(at(4), term))?
        || stage.holds(other, term + 1, id(at(3), term))?
    {
        stage.fault("still holds entries behind one that conflicted with a new one");
    }
    if !stage.holds(other, term + 1, id(at(2), term + 1))? {
        stage.fault("has not taken the entry that took a conflicting one's place");
    }
    stage.appends(other, term + 1, id(at(2), term + 1), &[], at(2))?;
    stage.expect_applied(at(2), "two entries were committed");
    Ok(())
}

/// "4. Append any new entries not already in the log": what is there stays, and what follows it.
pub(super) fn already_there(stage: &Stage<'_>) -> Scene {
    let (one, first) = (stage.peer(0), stage.first);
    let term = stage.term() + 1;
    let entries = [(term, 50), (term, 51), (term, 52), (term, 53)];
    stage.appends(one, term, first, &entries, 0)?;
    let last = id(first.index + 4, term);
    for late in 0..=4 {
        stage.appends(one, term, first, &entries[..late], 0)?;
        if !stage.holds(one, term, last)? {
            stage.fault(&format!(
                "has dropped {last} for a late message with {late} of the entries that it holds: \
                 nothing in it conflicts"
            ));
        }
    }
    Ok(())
}

/// "5. If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new
/// entry)."
pub(super) fn last_new_entry(stage: &Stage<'_>) -> Scene {
    let (one, other, first) = (stage.peer(0), stage.peer(1), stage.first);
    let term = stage.term() + 1;
    stage.appends(one, term, first, &[(term, 50), (term, 51)], 0)?;
    // The next leader's log has other entries there, and they are committed.
    stage.appends(other, term + 1, first, &[], first.index + 2)?;
    stage.expect_not_applied(
        first.index,
        "leaderCommit is about the leader's entries, and its own behind the last new one are not \
         known to be those",
    );
    let term = stage.term() + 1;
    let theirs = [(term, 60), (term, 61)];
    stage.appends(other, term, first, &theirs, first.index + 2)?;
    stage.expect_applied(first.index + 2, "two entries were committed");
    Ok(())
}

/// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine":
/// each once, in order, whatever comes twice. The cluster's record is the judge.
pub(super) fn applied_once(stage: &Stage<'_>) -> Scene {
    let (one, first) = (stage.peer(0), stage.first);
    let term = stage.term() + 1;
    let entries: Vec<(u64, u64)> = (0..6).map(|number| (term, 50 + number)).collect();
    for commit in [1, 3, 3, 2, 6, 6, 4] {
        stage.appends(one, term, first, &entries, first.index + commit)?;
        stage.lab.sleep(STEP);
    }
    stage.expect_applied(first.index + 6, "six entries were committed");
    Ok(())
}
