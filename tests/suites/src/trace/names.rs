//! The names of the paper's Figures 2 and 13, and how else people spell them.
//!
//! For [`Value::find`](labcodec::value::Value::find) and its sisters, which already see through
//! case and underscores. Each list begins with the paper's own word.

/// A message's term, and a server's own.
pub(super) const TERM: &[&str] = &["term", "current_term", "curr_term", "cur_term"];
/// Whom a server voted for in its term.
pub(super) const VOTED_FOR: &[&str] = &["voted_for", "vote_for", "voted", "vote"];
/// The entries of a log.
pub(super) const LOG: &[&str] = &["log", "logs", "entries", "log_entries"];
/// Who asks for a vote.
pub(super) const CANDIDATE: &[&str] =
    &["candidate_id", "candidate", "cand_id", "server_id", "from"];
/// The index of a candidate's last entry.
pub(super) const LAST_LOG_INDEX: &[&str] = &["last_log_index", "last_index", "last_log_id_index"];
/// The term of a candidate's last entry.
pub(super) const LAST_LOG_TERM: &[&str] = &["last_log_term", "last_term", "last_log_id_term"];
/// Whether a vote was given.
pub(super) const VOTE_GRANTED: &[&str] = &["vote_granted", "granted", "voted", "vote", "ok"];
/// Who leads.
pub(super) const LEADER: &[&str] = &["leader_id", "leader", "server_id", "from"];
/// The index of the entry before the new ones.
pub(super) const PREV_LOG_INDEX: &[&str] = &["prev_log_index", "prev_index", "prev_log_id_index"];
/// The term of the entry before the new ones.
pub(super) const PREV_LOG_TERM: &[&str] = &["prev_log_term", "prev_term", "prev_log_id_term"];
/// The new entries.
pub(super) const ENTRIES: &[&str] = &["entries", "entry", "log_entries", "logs", "log"];
/// How far the leader has committed.
pub(super) const LEADER_COMMIT: &[&str] = &["leader_commit", "leader_commit_index", "commit_index"];
/// Whether entries were taken.
pub(super) const SUCCESS: &[&str] = &["success", "succeeded", "succ", "ok", "accepted"];
/// The last index that a snapshot includes.
pub(super) const LAST_INCLUDED_INDEX: &[&str] = &[
    "last_included_index",
    "snapshot_index",
    "last_snapshot_index",
    "last_included_id_index",
];
/// The term of the last index that a snapshot includes.
pub(super) const LAST_INCLUDED_TERM: &[&str] = &[
    "last_included_term",
    "snapshot_term",
    "last_snapshot_term",
    "last_included_id_term",
];
/// What a snapshot holds.
pub(super) const SNAPSHOT: &[&str] = &["data", "snapshot", "snapshot_data"];
/// Within an entry, its index, when it carries one.
pub(super) const INDEX: &[&str] = &["index", "log_index"];
/// Whether a request only asks whether it would be elected (§9.6 of the thesis).
pub(super) const PRE_VOTE: &[&str] = &["pre_vote", "is_pre_vote"];
