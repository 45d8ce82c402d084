//! The names of the paper's Figures 2 and 13, and how else people spell them.
//!
//! For [`Value::find`](labcodec::value::Value::find) and its sisters, which already see through
//! case and underscores. Each list begins with the paper's own word.

/// A message's term, and a server's own.
pub(crate) const TERM: &[&str] = &["term", "current_term", "curr_term", "cur_term"];
/// Whom a server voted for in its term.
pub(crate) const VOTED_FOR: &[&str] = &["voted_for", "vote_for", "voted", "vote"];
/// The entries of a log.
pub(crate) const LOG: &[&str] = &["log", "logs", "entries", "log_entries"];
/// Who asks for a vote.
pub(crate) const CANDIDATE: &[&str] =
    &["candidate_id", "candidate", "cand_id", "server_id", "from"];
/// The index of a candidate's last entry.
pub(crate) const LAST_LOG_INDEX: &[&str] = &["last_log_index", "last_index", "last_log_id_index"];
/// The term of a candidate's last entry.
pub(crate) const LAST_LOG_TERM: &[&str] = &["last_log_term", "last_term", "last_log_id_term"];
/// Whether a vote was given.
pub(crate) const VOTE_GRANTED: &[&str] = &["vote_granted", "granted", "voted", "vote", "ok"];
/// Who leads.
pub(crate) const LEADER: &[&str] = &["leader_id", "leader", "server_id", "from"];
/// The index of the entry before the new ones.
pub(crate) const PREV_LOG_INDEX: &[&str] = &["prev_log_index", "prev_index", "prev_log_id_index"];
/// The term of the entry before the new ones.
pub(crate) const PREV_LOG_TERM: &[&str] = &["prev_log_term", "prev_term", "prev_log_id_term"];
/// The new entries.
pub(crate) const ENTRIES: &[&str] = &["entries", "entry", "log_entries", "logs", "log"];
/// How far the leader has committed.
pub(crate) const LEADER_COMMIT: &[&str] = &["leader_commit", "leader_commit_index", "commit_index"];
/// Whether entries were taken.
pub(crate) const SUCCESS: &[&str] = &["success", "succeeded", "succ", "ok", "accepted"];
/// The last index that a snapshot includes.
pub(crate) const LAST_INCLUDED_INDEX: &[&str] = &[
    "last_included_index",
    "snapshot_index",
    "last_snapshot_index",
    "last_included_id_index",
];
/// The term of the last index that a snapshot includes.
pub(crate) const LAST_INCLUDED_TERM: &[&str] = &[
    "last_included_term",
    "snapshot_term",
    "last_snapshot_term",
    "last_included_id_term",
];
/// What a snapshot holds.
pub(crate) const SNAPSHOT: &[&str] = &["data", "snapshot", "snapshot_data"];
/// Within an entry, its index, when it carries one.
pub(crate) const INDEX: &[&str] = &["index", "log_index"];
/// Whether a request only asks whether it would be elected (§9.6 of the thesis).
pub(crate) const PRE_VOTE: &[&str] = &["pre_vote", "is_pre_vote"];
/// Up to where a follower's log is the leader's, when its answer says so.
pub(crate) const MATCH_INDEX: &[&str] = &["match_index", "matched_index", "matched"];
/// The index before the first entry of a saved log.
pub(crate) const BASE_INDEX: &[&str] = &[
    "last_included_index",
    "snapshot_index",
    "last_snapshot_index",
    "last_included_id_index",
    "base_index",
];
/// The term of the entry before the first of a saved log.
pub(crate) const BASE_TERM: &[&str] = &[
    "last_included_term",
    "snapshot_term",
    "last_snapshot_term",
    "last_included_id_term",
    "base_term",
];
/// How many of the entries up to there held no command.
pub(crate) const BASE_BLANKS: &[&str] = &["base_blanks", "blanks"];
/// How far a server knows entries to be committed, when it saves that.
pub(crate) const COMMIT_INDEX: &[&str] = &["commit_index", "committed", "commit"];
/// Where the chunk of a snapshot begins that travels in several messages.
pub(crate) const OFFSET: &[&str] = &["offset", "done"];

/// Whether a name contains `prevote`, `PreVote` or `pre_vote`.
pub(crate) fn says_pre_vote(name: &str) -> bool {
    let mut starts = name.char_indices().filter(|(_, c)| matches!(c, 'p' | 'P'));
    starts.any(|(start, _)| {
        let letters = name[start..].chars().filter(|c| *c != '_');
        let letters = letters.map(|c| c.to_ascii_lowercase());
        letters.take("prevote".len()).eq("prevote".chars())
    })
}
