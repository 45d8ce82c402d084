//! What a case's messages are made of, and how they are read.

use crate::cluster::{Answer, Cluster, Heard, Request, command};
use crate::trace::{LogId, names};
use bytes::Bytes;
use labcodec::value::Value;
use labrt::time::{Duration, Instant};
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a scene cannot be played: the messages are not such as the paper's.
pub(super) struct Unplayable(pub(super) &'static str);

/// As long as the labs grant for an election.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The number of the first command, by which its entry is recognised.
pub(super) const FIRST: u64 = 7_041_776;

/// What messages are made of.
pub(super) struct Props {
    vote: Request,
    append: Request,
    entry: Value,
    pub(super) vote_reply: Value,
    pub(super) success: Value,
    pub(super) refusal: Value,
}

pub(super) fn id(index: u64, term: u64) -> LogId {
    LogId { index, term }
}

/// Looks for so long, and says what is there as soon as it is.
pub(super) fn in_time<T>(
    lab: &Cluster,
    patience: Duration,
    look: impl Fn() -> Option<T>,
) -> Option<T> {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begin.elapsed() > patience {
            return None;
        }
        lab.sleep(Duration::from_millis(5));
    }
}

pub(super) fn is_vote(request: &Request) -> bool {
    request.number(names::LAST_LOG_INDEX).is_some()
}

pub(super) fn is_append(request: &Request) -> bool {
    request.number(names::PREV_LOG_INDEX).is_some()
}

pub(super) fn term_of(request: &Request) -> u64 {
    request.number(names::TERM).unwrap_or(0)
}

pub(super) fn prev_of(request: &Request) -> LogId {
    let number = |names| request.number(names).unwrap_or(0);
    id(number(names::PREV_LOG_INDEX), number(names::PREV_LOG_TERM))
}

/// How many entries a message brings.
pub(super) fn entries_of(request: &Request) -> usize {
    let entries = request.args.find(names::ENTRIES);
    entries.and_then(Value::seq_len).unwrap_or(0)
}

/// The last entry that a message brings or, if it brings none, follows.
pub(super) fn last_of(request: &Request) -> u64 {
    prev_of(request).index + entries_of(request) as u64
}

/// Puts other bytes in the place of these, wherever they stand.
fn put_bytes(value: &mut Value, old: &[u8], new: &Bytes) -> bool {
    if value.as_bytes().is_some_and(|bytes| bytes == old) {
        *value = match value {
            Value::Seq(_) => Value::Seq(new.iter().map(|byte| u64::from(*byte).into()).collect()),
            Value::Str(_) => Value::Str(String::from_utf8_lossy(new).into_owned()),
            _ => Value::Bytes(new.clone()),
        };
        return true;
    }
    match value {
        Value::Option(Some(inner)) => put_bytes(inner, old, new),
        Value::Variant { content, .. } => put_bytes(content, old, new),
        Value::Seq(items) => items.iter_mut().any(|item| put_bytes(item, old, new)),
        Value::Struct { fields, .. } => fields
            .iter_mut()
            .any(|(_, field)| put_bytes(field, old, new)),
        _ => false,
    }
}

impl Props {
    /// From what was heard while others elected a leader and agreed on the first command; where its
    /// entry stands.
    pub(super) fn of(lab: &Cluster, heard: &Heard) -> Result<(Props, LogId), Unplayable> {
        let vote = heard.first(is_vote);
        let vote = vote.ok_or(Unplayable("no request for a vote has the paper's fields"))?;
        let append = in_time(lab, PATIENCE, || {
            heard.first(|one| is_append(one) && entries_of(one) > 0)
        });
        let append = append.ok_or(Unplayable("no AppendEntries has the paper's fields"))?;
        let entries = append.args.find(names::ENTRIES).and_then(Value::as_seq);
        let entry = entries.and_then(<[Value]>::last).cloned();
        let entry = entry.ok_or(Unplayable("entries are not told one by one"))?;
        if !put_bytes(&mut entry.clone(), &command(FIRST), &Bytes::new()) {
            return Err(Unplayable("an entry's command is not recognised"));
        }
        let term = entry.find(names::TERM).and_then(Value::as_u64);
        let term = term.ok_or(Unplayable("an entry has no field for its term"))?;
        let first = id(last_of(&append), term);
        let props = Props {
            vote,
            append,
            entry,
            vote_reply: Value::Unit,
            success: Value::Unit,
            refusal: Value::Unit,
        };
        Ok((props, first))
    }

    pub(super) fn vote_request(
        &self,
        from: usize,
        term: u64,
        last: LogId,
    ) -> Result<Request, Unplayable> {
        let vote = self.vote.clone();
        vote.with(names::TERM, term)
            .and_then(|one| one.with(names::CANDIDATE, from as u64))
            .and_then(|one| one.with(names::LAST_LOG_TERM, last.term))
            .and_then(|one| one.with(names::LAST_LOG_INDEX, last.index))
            .ok_or(Unplayable(
                "a request for a vote lacks a field of the paper's",
            ))
    }

    pub(super) fn append_request(
        &self,
        from: usize,
        term: u64,
        prev: LogId,
        entries: &[(u64, u64)],
        commit: u64,
    ) -> Result<Request, Unplayable> {
        let indices = prev.index + 1..;
        let made = indices
            .zip(entries)
            .map(|(index, (term, number))| self.entry(index, *term, &command(*number)));
        let made: Vec<Value> = made.collect();
        let append = self.append.clone();
        append
            .with(names::TERM, term)
            .and_then(|one| one.with(names::LEADER, from as u64))
            .and_then(|one| one.with(names::PREV_LOG_INDEX, prev.index))
            .and_then(|one| one.with(names::PREV_LOG_TERM, prev.term))
            .and_then(|one| one.with(names::ENTRIES, made))
            .and_then(|one| one.with(names::LEADER_COMMIT, commit))
            .ok_or(Unplayable("an AppendEntries lacks a field of the paper's"))
    }

    fn entry(&self, index: u64, term: u64, holds: &Bytes) -> Value {
        let mut entry = self.entry.clone();
        entry.replace(names::TERM, term);
        entry.replace(names::INDEX, index);
        put_bytes(&mut entry, &command(FIRST), holds);
        entry
    }
}

impl Props {
    fn at_once(mut reply: Value, request: &Request, verdict: (&[&str], bool)) -> Answer {
        let is_made = reply.replace(names::TERM, term_of(request))
            & reply.replace(verdict.0, Value::Bool(verdict.1));
        is_made.then_some((Duration::ZERO, reply))
    }

    /// A vote.
    pub(super) fn grant(&self, request: &Request) -> Answer {
        let granted = (names::VOTE_GRANTED, true);
        Props::at_once(self.vote_reply.clone(), request, granted)
    }

    /// Success.
    pub(super) fn accept(&self, request: &Request) -> Answer {
        let mut reply = self.success.clone();
        reply.replace(names::MATCH_INDEX, last_of(request));
        Props::at_once(reply, request, (names::SUCCESS, true))
    }

    /// As a follower answers whose log ends with the first entry.
    pub(super) fn refuse(&self, request: &Request) -> Answer {
        Props::at_once(self.refusal.clone(), request, (names::SUCCESS, false))
    }

    /// A vote, or success, to whatever is asked.
    pub(super) fn agree(&self, request: &Request) -> Answer {
        match is_vote(request) {
            true => self.grant(request),
            false => self.accept(request),
        }
    }

    /// As a follower answers who holds the same as the leader up to `held`, and nothing behind it;
    /// it takes what follows that. It gives its vote.
    pub(super) fn follow(&self, held: &AtomicU64, request: &Request) -> Answer {
        if !is_append(request) {
            return self.agree(request);
        }
        if prev_of(request).index > held.load(Ordering::Relaxed) {
            return self.refuse(request);
        }
        held.fetch_max(last_of(request), Ordering::Relaxed);
        self.accept(request)
    }

    /// A refusal in another term.
    pub(super) fn in_term(&self, request: &Request, term: u64) -> Answer {
        let reply = match is_vote(request) {
            true => (self.vote_reply.clone(), names::VOTE_GRANTED),
            false => (self.refusal.clone(), names::SUCCESS),
        };
        let told = request.clone().with(names::TERM, term)?;
        Props::at_once(reply.0, &told, (reply.1, false))
    }
}
