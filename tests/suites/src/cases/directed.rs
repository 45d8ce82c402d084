//! 3E: the rules of Figures 2 and 13, one by one. In each case the harness plays all peers of one
//! server, with messages made of those that the server's own kind has sent, and looks at what it
//! answers, at what it sends next and at what it applies.
//!
//! | file | room |
//! | --- | --- |
//! | `stage` | one server alone, and how the case speaks in its peers' names |
//! | `props` | what messages are made of, and how they are read |
//! | `votes` | elections: RequestVote's receiver, candidates |
//! | `entries` | AppendEntries' receiver |
//! | `leaders` | leaders, and who meets a higher term |
//! | `snapshots` | InstallSnapshot's receiver and sender |

mod entries;
mod leaders;
mod props;
mod snapshots;
mod stage;
mod votes;

use super::case::Draft;
use super::{Case, Part};
use crate::cluster::Cluster;
use props::Unplayable;
use snapshots::Away;
use stage::{Scene, Stage};

/// A case of this name, which shows this.
const fn about(name: &'static str, about: &'static str) -> Draft {
    Draft::extra(Part::E3, name).about(about)
}

/// Plays a scene, or says why that cannot be.
fn play(lab: &Cluster, scene: fn(&Stage<'_>) -> Scene) {
    told(lab, Stage::open(lab).and_then(|stage| scene(&stage)));
}

fn play_away(lab: &Cluster, scene: fn(&Away<'_>) -> Scene) {
    told(lab, Away::open(lab).and_then(|away| scene(&away)));
}

fn told(lab: &Cluster, ended: Scene) {
    if let Err(Unplayable(why)) = ended {
        lab.cannot_judge(why);
    }
}

pub(super) const CASES: &[Case] = &[
    about(
        "refused_candidate",
        "who is asked for votes in vain, over and over, stands for election itself",
    )
    .raft(|lab| play(lab, votes::refused_candidate)),
    about(
        "granted_votes",
        "who has just granted a vote does not stand for election",
    )
    .raft(|lab| play(lab, votes::granted_votes)),
    about(
        "leader_of_the_term",
        "a candidate gives up for a leader of its own term",
    )
    .raft(|lab| play(lab, votes::leader_of_the_term)),
    about(
        "vote_in_an_older_term",
        "RequestVote: reply false if term < currentTerm",
    )
    .raft(|lab| play(lab, votes::older_term)),
    about(
        "vote_for_one_candidate",
        "votedFor is null or candidateId: one vote a term, crash or not",
    )
    .raft(|lab| play(lab, votes::one_candidate)),
    about(
        "vote_for_itself",
        "a candidacy is a vote, also when it was given up",
    )
    .raft(|lab| play(lab, votes::own_candidacy)),
    about(
        "vote_for_a_log_up_to_date",
        "a vote needs a log at least as up-to-date as the voter's",
    )
    .raft(|lab| play(lab, votes::up_to_date)),
    about(
        "election_started",
        "increment currentTerm, send RequestVote RPCs to all other servers",
    )
    .raft(|lab| play(lab, votes::election_started)),
    about(
        "votes_of_a_majority",
        "votes received from majority of servers: become leader",
    )
    .servers(5)
    .raft(|lab| play(lab, votes::majority_of_votes)),
    about("votes_that_come_late", "a vote counts in its own term only")
        .raft(|lab| play(lab, votes::late_votes)),
    about(
        "election_timeout_elapses",
        "start new election, each time after another while",
    )
    .raft(|lab| play(lab, votes::timeout_elapses)),
    about(
        "entries_in_an_older_term",
        "AppendEntries: reply false if term < currentTerm",
    )
    .raft(|lab| play(lab, entries::older_term)),
    about(
        "older_leader_resets_no_timer",
        "only the current leader keeps others from standing for election",
    )
    .raft(|lab| play(lab, entries::older_leader_resets_no_timer)),
    about(
        "entries_without_predecessor",
        "reply false if no entry at prevLogIndex has prevLogTerm",
    )
    .raft(|lab| play(lab, entries::predecessor_missing)),
    about(
        "conflicting_entries",
        "delete the existing entry and all that follow it",
    )
    .raft(|lab| play(lab, entries::conflict)),
    about(
        "entries_already_there",
        "append any new entries not already in the log, and drop none",
    )
    .raft(|lab| play(lab, entries::already_there)),
    about(
        "commit_of_last_new_entry",
        "commitIndex = min(leaderCommit, index of last new entry)",
    )
    .raft(|lab| play(lab, entries::last_new_entry)),
    about(
        "applied_once",
        "commitIndex > lastApplied: apply, each entry once and in order",
    )
    .raft(|lab| play(lab, entries::applied_once)),
    about(
        "heartbeats_upon_election",
        "send heartbeats to each server, repeat during idle periods",
    )
    .raft(|lab| play(lab, leaders::heartbeats)),
    about(
        "command_received",
        "append entry to local log, respond after entry applied",
    )
    .raft(|lab| play(lab, leaders::command_received)),
    about(
        "log_inconsistency",
        "AppendEntries fails: decrement nextIndex and retry",
    )
    .raft(|lab| play(lab, leaders::inconsistency)),
    about(
        "commit_in_own_term",
        "log[N].term == currentTerm: set commitIndex = N (Figure 8)",
    )
    .raft(|lab| play(lab, leaders::earlier_terms)),
    about(
        "match_index_of_a_message",
        "matchIndex is what the answered message brought",
    )
    .raft(|lab| play(lab, leaders::match_index)),
    about(
        "higher_term_in_request",
        "set currentTerm = T, convert to follower",
    )
    .raft(|lab| play(lab, leaders::higher_term_in_request)),
    about(
        "higher_term_in_response",
        "the same by a reply, as a candidate and as a leader",
    )
    .raft(|lab| play(lab, leaders::higher_term_in_response)),
    about(
        "snapshot_in_an_older_term",
        "InstallSnapshot: reply immediately if term < currentTerm",
    )
    .snapshots()
    .raft(|lab| play_away(lab, snapshots::older_term)),
    about(
        "snapshot_beyond_the_log",
        "discard the entire log, reset state machine",
    )
    .snapshots()
    .raft(|lab| play_away(lab, snapshots::beyond_the_log)),
    about(
        "snapshot_against_the_log",
        "the same where the log has another entry at that index",
    )
    .snapshots()
    .raft(|lab| play_away(lab, snapshots::contradicted_log)),
    about(
        "snapshot_inside_the_log",
        "same index and term: retain log entries following it",
    )
    .snapshots()
    .raft(|lab| play_away(lab, snapshots::inside_the_log)),
    about(
        "snapshot_for_who_lags",
        "the leader sends its snapshot, and goes on behind it",
    )
    .snapshots()
    .raft(|lab| play_away(lab, snapshots::sent_to_who_lags)),
];
