//! One line for a message: `n1@2 → n3 AppendEntries prev=4@1 [5@2] commit=3`, and its reply
//! `n3 → n1 AppendEntries ok @2`.
//!
//! `@` precedes a term; `5@2` is the entry, or the end of a log, with index 5 and term 2. What is
//! not recognised follows as `field=value`; a message of which nothing is recognised is shown as it
//! is.

use crate::id::ServerId;
use crate::step::{Loss, Step};
use labcodec::names;
use labcodec::value::{Value, same_name};
use std::fmt::{self, Display, Formatter};

/// Up to how many entries are shown one by one.
const ENTRIES_SHOWN: usize = 4;

/// What is to be told of a message.
pub(crate) struct Line<'a> {
    pub(crate) from: ServerId,
    pub(crate) to: Option<ServerId>,
    pub(crate) method: &'a str,
    pub(crate) step: Step,
    pub(crate) is_reply: bool,
    pub(crate) value: Option<Value>,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let term = self
            .value
            .as_ref()
            .and_then(|value| value.field_of(names::TERM));
        let to = self.to.map_or("nobody".to_string(), crate::id::name);
        f.write_str(&crate::id::name(self.from))?;
        match term {
            Some(term) if !self.is_reply => write!(f, "@{term}")?,
            _ => {}
        }
        // A method of Raft needs no surname.
        let method = self.method.strip_prefix("Raft.").unwrap_or(self.method);
        write!(f, " → {to} {method}")?;
        if let Some(value) = &self.value {
            match self.is_reply {
                true => reply(value, f)?,
                false => request(value, f)?,
            }
        }
        f.write_str(match self.step {
            Step::Sent | Step::Replied => "",
            Step::Arrived | Step::Returned => " ✓ arrived",
            Step::Lost(Loss::NotConnected) => " ✗ not connected",
            Step::Lost(Loss::Blocked) => " ✗ blocked",
            Step::Lost(Loss::Request) => " ✗ lost request",
            Step::Lost(Loss::Reply) => " ✗ lost reply",
            Step::Lost(Loss::ServerGone) => " ✗ server gone",
            Step::Lost(Loss::NoReply) => " ✗ no reply",
            Step::Lost(Loss::Panicked) => " ✗ panicked",
            Step::Lost(Loss::Closed) => " ✗ network closed",
        })
    }
}

/// The lists of names that a line shows in a way of its own, for requests.
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

fn request(value: &Value, f: &mut Formatter<'_>) -> fmt::Result {
    let log_id = |index: &[&str], term: &[&str]| {
        let (index, term) = (
            value.field_of(index)?.as_u64()?,
            value.field_of(term)?.as_u64()?,
        );
        Some(format!("{index}@{term}"))
    };
    let last = log_id(names::LAST_LOG_INDEX, names::LAST_LOG_TERM);
    let prev = log_id(names::PREV_LOG_INDEX, names::PREV_LOG_TERM);
    let upto = log_id(names::LAST_INCLUDED_INDEX, names::LAST_INCLUDED_TERM);
    if last.is_none() && prev.is_none() && upto.is_none() {
        return rest(value, &[names::TERM], f);
    }
    if let Some(last) = last {
        write!(f, " last={last}")?;
    }
    if let Some(prev) = prev {
        write!(f, " prev={prev}")?;
        if let Some(list) = value.field_of(names::ENTRIES).and_then(Value::as_seq) {
            let before = value
                .field_of(names::PREV_LOG_INDEX)
                .and_then(Value::as_u64);
            entries(list, before.unwrap_or(0), f)?;
        }
    }
    if let Some(upto) = upto {
        write!(f, " upto={upto}")?;
        if let Some(snapshot) = value.field_of(names::SNAPSHOT).and_then(Value::as_bytes) {
            write!(f, " {}B", snapshot.len())?;
        }
    }
    if let Some(commit) = value.field_of(names::LEADER_COMMIT) {
        write!(f, " commit={commit}")?;
    }
    rest(value, IN_REQUESTS, f)
}

fn reply(value: &Value, f: &mut Formatter<'_>) -> fmt::Result {
    let verdict = [names::SUCCESS, names::VOTE_GRANTED]
        .iter()
        .find_map(|names| {
            let verdict = value.field_of(names)?.as_bool()?;
            Some(if verdict { "ok" } else { "no" })
        });
    let term = value.field_of(names::TERM);
    if let Some(verdict) = verdict {
        write!(f, " {verdict}")?;
    }
    if let Some(term) = term {
        write!(f, " @{term}")?;
    }
    rest(
        value,
        &[names::TERM, names::SUCCESS, names::VOTE_GRANTED],
        f,
    )
}

/// `[5@2 6@2]`, and nothing for a heartbeat. The first entry follows index `before` unless the
/// entries carry indices of their own.
fn entries(list: &[Value], before: u64, f: &mut Formatter<'_>) -> fmt::Result {
    let show = |at: usize, f: &mut Formatter<'_>| {
        let entry = &list[at];
        let own = entry.field_of(names::INDEX).and_then(Value::as_u64);
        write!(f, "{}", own.unwrap_or(before + 1 + at as u64))?;
        // An entry may be a struct with a term, or a tuple that begins with one.
        let term = entry
            .field_of(names::TERM)
            .or_else(|| entry.as_seq()?.first());
        term.map_or(Ok(()), |term| write!(f, "@{term}"))
    };
    let Some(last) = list.len().checked_sub(1) else {
        return Ok(());
    };
    write!(f, " [")?;
    if list.len() > ENTRIES_SHOWN {
        show(0, f)?;
        write!(f, " … ")?;
        show(last, f)?;
    } else {
        for at in 0..=last {
            f.write_str(if at == 0 { "" } else { " " })?;
            show(at, f)?;
        }
    }
    write!(f, "]")
}

/// The fields that go by none of the names in `shown`, or all of a value without fields.
fn rest(value: &Value, shown: &[&[&str]], f: &mut Formatter<'_>) -> fmt::Result {
    let Some(fields) = value.fields() else {
        return match value {
            Value::Unit => Ok(()),
            other => write!(f, " {other}"),
        };
    };
    for (field, value) in fields {
        // Also a struct whose fields were shown: `prev_log`, of `prev_log_index`.
        let as_struct = format!("{field}_index");
        let is_it = |name: &&str| same_name(name, field) || same_name(name, &as_struct);
        if !shown.iter().copied().flatten().any(is_it) {
            write!(f, " {field}={value}")?;
        }
    }
    Ok(())
}

/// Looking at one level only: what lies deeper belongs to something else.
trait FieldOf {
    fn field_of(&self, names: &[&str]) -> Option<&Value>;
}

impl FieldOf for Value {
    fn field_of(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.field(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labcodec::value::to_value;
    use serde::Serialize;

    #[derive(Clone, Serialize)]
    struct Entry {
        term: u64,
        command: &'static str,
    }

    #[derive(Clone, Serialize)]
    struct Append {
        term: u64,
        #[serde(rename = "leaderId")]
        leader: usize,
        prev_log_index: u64,
        prev_log_term: u64,
        entries: Vec<Entry>,
        leader_commit: u64,
    }

    fn line(method: &str, step: Step, value: &impl Serialize) -> String {
        let is_reply = matches!(
            step,
            Step::Replied | Step::Returned | Step::Lost(Loss::Reply)
        );
        let (from, to) = if is_reply { (3, 1) } else { (1, 3) };
        let value = Some(to_value(value).unwrap());
        Line {
            from,
            to: Some(to),
            method,
            step,
            is_reply,
            value,
        }
        .to_string()
    }

    fn append(entries: u64) -> Append {
        Append {
            term: 2,
            leader: 1,
            prev_log_index: 4,
            prev_log_term: 1,
            entries: (0..entries)
                .map(|_| Entry {
                    term: 2,
                    command: "x",
                })
                .collect(),
            leader_commit: 3,
        }
    }

    #[test]
    fn requests() {
        let shown = |entries| line("Raft.AppendEntries", Step::Sent, &append(entries));
        assert_eq!(shown(0), "n1@2 → n3 AppendEntries prev=4@1 commit=3");
        assert_eq!(shown(1), "n1@2 → n3 AppendEntries prev=4@1 [5@2] commit=3");
        assert_eq!(
            shown(100),
            "n1@2 → n3 AppendEntries prev=4@1 [5@2 … 104@2] commit=3"
        );
    }

    #[test]
    fn a_log_id_of_its_own_and_entries_with_indices() {
        #[derive(Serialize)]
        struct LogId {
            index: u64,
            term: u64,
        }
        #[derive(Serialize)]
        struct Append {
            term: u64,
            prev_log: LogId,
            entries: Vec<(LogId, u8)>,
            log: Vec<LogId>,
            fresh: bool,
        }
        let id = |index| LogId { index, term: 1 };
        let append = Append {
            term: 2,
            prev_log: id(4),
            entries: vec![],
            log: vec![id(5)],
            fresh: true,
        };
        let shown = line("Raft.Append", Step::Sent, &append);
        assert_eq!(shown, "n1@2 → n3 Append prev=4@1 fresh=true");
    }

    #[test]
    fn votes_and_snapshots() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Vote {
            term: u64,
            candidate_id: usize,
            last_log_index: u64,
            last_log_term: u64,
        }
        let vote = Vote {
            term: 5,
            candidate_id: 1,
            last_log_index: 9,
            last_log_term: 4,
        };
        let shown = line("Raft.RequestVote", Step::Lost(Loss::Request), &vote);
        assert_eq!(shown, "n1@5 → n3 RequestVote last=9@4 ✗ lost request");

        #[derive(Serialize)]
        struct Install {
            term: u64,
            last_included_index: u64,
            last_included_term: u64,
            data: Vec<u8>,
        }
        let install = Install {
            term: 5,
            last_included_index: 9,
            last_included_term: 4,
            data: vec![0; 700],
        };
        let shown = line("Raft.InstallSnapshot", Step::Arrived, &install);
        assert_eq!(shown, "n1@5 → n3 InstallSnapshot upto=9@4 700B ✓ arrived");
    }

    #[test]
    fn replies() {
        #[derive(Serialize)]
        struct Appended {
            term: u64,
            success: bool,
            conflict_index: Option<u64>,
        }
        let no = Appended {
            term: 2,
            success: false,
            conflict_index: Some(3),
        };
        let shown = line("Raft.AppendEntries", Step::Replied, &no);
        assert_eq!(shown, "n3 → n1 AppendEntries no @2 conflict_index=3");

        #[derive(Serialize)]
        struct Voted {
            term: u64,
            vote_granted: bool,
        }
        let yes = Voted {
            term: 2,
            vote_granted: true,
        };
        let shown = line("Raft.RequestVote", Step::Lost(Loss::Reply), &yes);
        assert_eq!(shown, "n3 → n1 RequestVote ok @2 ✗ lost reply");
    }

    #[test]
    fn what_is_not_raft_is_shown_as_it_is() {
        #[derive(Serialize)]
        struct Get {
            key: &'static str,
        }
        assert_eq!(
            line("KV.Get", Step::Sent, &Get { key: "k" }),
            "n1 → n3 KV.Get key=\"k\""
        );
        assert_eq!(line("KV.Get", Step::Sent, &7), "n1 → n3 KV.Get 7");
        assert_eq!(line("KV.Get", Step::Replied, &()), "n3 → n1 KV.Get");
        let unknown = Line {
            from: 1,
            to: None,
            method: "KV.Get",
            step: Step::Lost(Loss::NotConnected),
            is_reply: false,
            value: None,
        };
        assert_eq!(unknown.to_string(), "n1 → nobody KV.Get ✗ not connected");
    }
}
