//! What a message says, as far as the fields of Figures 2 and 13 are recognised in it.

use super::names;
use super::text::{Name, TEXT_MAX, Text};
use labcodec::value::{Value, same_name};
use serde::{Deserialize, Serialize};

/// The fields that are not recognised take together at most so many bytes of a line.
const REST_MAX: usize = TEXT_MAX / 2;

/// At most so many fields that are not recognised are kept.
const FIELDS_MAX: usize = 24;

/// At most so many runs of entries are kept. Terms only grow along a log, so that there are hardly
/// ever more than two or three.
const RUNS_MAX: usize = 16;

/// A message's fields, by the paper's names whatever the code under test calls them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Content {
    /// `term`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// `candidateId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<u64>,
    /// `leaderId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader: Option<u64>,
    /// `lastLogIndex` and `lastLogTerm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LogId>,
    /// `prevLogIndex` and `prevLogTerm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<LogId>,
    /// `entries`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Run>,
    /// `leaderCommit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<u64>,
    /// `lastIncludedIndex` and `lastIncludedTerm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upto: Option<LogId>,
    /// Size of the snapshot's `data`, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<u64>,
    /// `voteGranted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// `success`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// It asks what would become of an election, and stands in none: its term proves nothing.
    #[serde(skip_serializing_if = "is_false")]
    pub pre_vote: bool,
    /// The other fields, shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<(Name, Text)>,
    /// All of it, shown, if it has no fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

/// A place in a log, `5@2`: an index and its term. Written as `[5, 2]`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct LogId {
    /// The index.
    pub index: u64,
    /// The term.
    pub term: u64,
}

/// Entries of one term that follow each other, `5@2 6@2 7@2`. Written as `[5, 7, 2]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u64, u64, Option<u64>)", into = "(u64, u64, Option<u64>)")]
pub struct Run {
    /// The index of the first.
    pub first: u64,
    /// The index of the last.
    pub last: u64,
    /// Their term, if it was recognised.
    pub term: Option<u64>,
}

impl From<(u64, u64)> for LogId {
    fn from((index, term): (u64, u64)) -> LogId {
        LogId { index, term }
    }
}

impl From<LogId> for (u64, u64) {
    fn from(id: LogId) -> (u64, u64) {
        (id.index, id.term)
    }
}

impl From<(u64, u64, Option<u64>)> for Run {
    fn from((first, last, term): (u64, u64, Option<u64>)) -> Run {
        Run { first, last, term }
    }
}

impl From<Run> for (u64, u64, Option<u64>) {
    fn from(run: Run) -> (u64, u64, Option<u64>) {
        (run.first, run.last, run.term)
    }
}

fn is_false(yes: &bool) -> bool {
    !yes
}

/// The fields of requests that have a place of their own once a request is one of the paper's.
const IN_REQUESTS: &[&[&str]] = &[
    names::TERM,
    names::CANDIDATE,
    names::LEADER,
    names::LAST_LOG_INDEX,
    names::LAST_LOG_TERM,
    names::PREV_LOG_INDEX,
    names::PREV_LOG_TERM,
    names::ENTRIES,
    names::LEADER_COMMIT,
    names::LAST_INCLUDED_INDEX,
    names::LAST_INCLUDED_TERM,
    names::SNAPSHOT,
];

impl Content {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Content::default()
    }

    /// What a request of this method says.
    pub(super) fn of_request(method: &str, value: &Value) -> Content {
        let number = |names| value.field_of(names).and_then(Value::as_u64);
        let log_id = |index, term| {
            Some(LogId {
                index: number(index)?,
                term: number(term)?,
            })
        };
        let mut content = Content {
            // Wherever it stands: an engine may wrap its messages once more.
            term: value.find(names::TERM).and_then(Value::as_u64),
            last: log_id(names::LAST_LOG_INDEX, names::LAST_LOG_TERM),
            prev: log_id(names::PREV_LOG_INDEX, names::PREV_LOG_TERM),
            upto: log_id(names::LAST_INCLUDED_INDEX, names::LAST_INCLUDED_TERM),
            pre_vote: is_pre_vote(method, value),
            ..Content::default()
        };
        if content.last.is_none() && content.prev.is_none() && content.upto.is_none() {
            content.take_rest(value, &[names::TERM]);
            return content;
        }
        content.candidate = number(names::CANDIDATE);
        content.leader = number(names::LEADER);
        content.commit = number(names::LEADER_COMMIT);
        if let Some(prev) = content.prev {
            let list = value.field_of(names::ENTRIES).and_then(Value::as_seq);
            content.entries = runs(list.unwrap_or_default(), prev.index);
        }
        if content.upto.is_some() {
            let bytes = value.field_of(names::SNAPSHOT).and_then(Value::as_bytes);
            content.snapshot = bytes.map(|bytes| bytes.len() as u64);
        }
        content.take_rest(value, IN_REQUESTS);
        content
    }

    /// What a reply says.
    pub(super) fn of_reply(value: &Value) -> Content {
        let verdict = |names| value.field_of(names).and_then(Value::as_bool);
        let mut content = Content {
            // Of the reply itself only: a conflict has a term too.
            term: value.field_of(names::TERM).and_then(Value::as_u64),
            success: verdict(names::SUCCESS),
            granted: verdict(names::VOTE_GRANTED),
            ..Content::default()
        };
        let shown = [names::TERM, names::SUCCESS, names::VOTE_GRANTED];
        content.take_rest(value, &shown);
        content
    }

    /// Keeps the fields that go by none of the names in `shown`, or all of a value without fields.
    fn take_rest(&mut self, value: &Value, shown: &[&[&str]]) {
        let Some(fields) = value.fields() else {
            if *value != Value::Unit {
                self.text = Some(Text::of_at_most(REST_MAX, value));
            }
            return;
        };
        let mut room = REST_MAX;
        for (field, value) in fields {
            if shown
                .iter()
                .copied()
                .flatten()
                .any(|name| is_of(name, field, value))
            {
                continue;
            }
            if room == 0 || self.rest.len() == FIELDS_MAX {
                break;
            }
            let text = Text::of_at_most(room, value);
            let name = Name::new(field);
            room = room.saturating_sub(name.as_str().len() + text.as_str().len());
            self.rest.push((name, text));
        }
    }

    pub(super) fn texts(&mut self) -> Vec<&mut Text> {
        let rest = self.rest.iter_mut().map(|(_, text)| text);
        rest.chain(self.text.as_mut()).collect()
    }
}

/// Whether a field is the one of this name, or a struct that holds it: `prev_log`, of
/// `prev_log_index`.
fn is_of(name: &str, field: &str, value: &Value) -> bool {
    let is_plain = matches!(value, Value::U64(_) | Value::Bool(_) | Value::Seq(_));
    same_name(name, field) || !is_plain && same_name(name, &format!("{field}_index"))
}

/// A list of entries in short. The first one follows index `before` unless the entries carry
/// indices of their own.
fn runs(list: &[Value], before: u64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (entry, place) in list.iter().zip(1_u64..) {
        let own = entry.field_of(names::INDEX).and_then(Value::as_u64);
        let index = own.unwrap_or(before.saturating_add(place));
        let term = term_of_entry(entry);
        match runs.last_mut() {
            Some(run) if run.term == term && run.last.checked_add(1) == Some(index) => {
                run.last = index;
            }
            _ => {
                // The last one tells where a list ends.
                runs.truncate(RUNS_MAX - 1);
                runs.push(Run {
                    first: index,
                    last: index,
                    term,
                });
            }
        }
    }
    runs
}

/// The term of an entry, which may be a struct that has one, or a tuple that begins with one.
pub(super) fn term_of_entry(entry: &Value) -> Option<u64> {
    let term = entry.field_of(names::TERM);
    term.or_else(|| entry.as_seq()?.first())?.as_u64()
}

/// Whether a request only asks whether it would be elected (§9.6 of the thesis): its method, its
/// variant or a field says so.
fn is_pre_vote(method: &str, value: &Value) -> bool {
    use names::says_pre_vote as says;
    let flag = value.field_of(names::PRE_VOTE).and_then(Value::as_bool);
    let variant = matches!(value, Value::Variant { variant, .. } if says(variant));
    // Or its kind is a field: `Step { kind: PreVote, … }`.
    let is_kind = |(_, value): &(&str, Value)| match value {
        Value::Variant { variant, .. } => says(variant),
        Value::Str(text) => says(text),
        _ => false,
    };
    let kind = value.fields().is_some_and(|all| all.iter().any(is_kind));
    flag == Some(true) || says(method) || variant || kind
}

/// Looking at one level only: what lies deeper belongs to something else.
pub(super) trait FieldOf {
    fn field_of(&self, names: &[&str]) -> Option<&Value>;
}

impl FieldOf for Value {
    fn field_of(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.field(name))
    }
}
