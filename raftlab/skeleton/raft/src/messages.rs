//! The RPCs of Figures 2 and 13. Use the paper's names: reports and traces know them.

use crate::raft_log::Term;
use serde::{Deserialize, Serialize};

/// Invoked by candidates to gather votes (§5.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RequestVoteArgs {
    pub(crate) term: Term,
    pub(crate) candidate_id: usize,
    // 3B: what makes a candidate's log "at least as up-to-date" (§5.4.1).
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RequestVoteReply {
    pub(crate) term: Term,
    pub(crate) vote_granted: bool,
}

/// Invoked by the leader to replicate log entries (§5.3); without entries, its heartbeat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppendEntriesArgs {
    pub(crate) term: Term,
    pub(crate) leader_id: usize,
    // 3B: the entries, where they go, and how far the leader has committed.
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppendEntriesReply {
    pub(crate) term: Term,
    pub(crate) success: bool,
    // 3B: where the logs part, so that the leader backs up by a term at a time (end of §5.3).
}

/// Invoked by the leader when a follower needs entries that the leader has discarded (§7). It may
/// travel in one piece: `offset` and `done` of Figure 13 are not needed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshotArgs {
    pub(crate) term: Term,
    pub(crate) leader_id: usize,
    // 3D: the rest of Figure 13. A snapshot is a `labapi::Bytes`.
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshotReply {
    pub(crate) term: Term,
}
