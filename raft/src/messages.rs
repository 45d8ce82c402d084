//! The RPCs of Figures 2 and 13, field by field.

use crate::log::{Entry, Index, Term};
use bytes::Bytes;
use labapi::Excerpt;
use serde::{Deserialize, Serialize};

/// Invoked by candidates to gather votes (§5.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RequestVoteArgs {
    pub(crate) term: Term,
    pub(crate) candidate_id: usize,
    pub(crate) last_log_index: Index,
    pub(crate) last_log_term: Term,
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
    pub(crate) prev_log_index: Index,
    pub(crate) prev_log_term: Term,
    pub(crate) entries: Excerpt<Entry>,
    pub(crate) leader_commit: Index,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppendEntriesReply {
    pub(crate) term: Term,
    pub(crate) success: bool,
    /// Where the logs part, when they do. Lets the leader back up by a term at a time, not by an
    /// entry (end of §5.3).
    pub(crate) conflict: Option<Conflict>,
}

/// Why a follower's log does not match at `prev_log_index`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conflict {
    /// The term of the follower's entry there; `None` if its log ends before.
    pub(crate) term: Option<Term>,
    /// The first index of that term in the follower's log; if its log ends before, the index after
    /// its last entry.
    pub(crate) first_index: Index,
}

/// Invoked by the leader when a follower needs entries that the leader has discarded (§7). The
/// snapshot travels in one piece.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshotArgs {
    pub(crate) term: Term,
    pub(crate) leader_id: usize,
    pub(crate) last_included_index: Index,
    pub(crate) last_included_term: Term,
    pub(crate) data: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshotReply {
    pub(crate) term: Term,
}
