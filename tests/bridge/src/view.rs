//! A message's method, and what traces show of it. Its description uses the paper's names, so that
//! the harness reads terms, roles, entries and votes from it as from any Raft's.

use crate::disk::server_of;
use labapi::Bytes;
use labapi::step::{Entry, Message, MessageType, NONE};
use serde::Serialize;

/// The methods by which messages travel, as the paper and the thesis call them.
pub(crate) const METHODS: [&str; 5] = [
    "RequestVote",
    "AppendEntries",
    "Heartbeat",
    "InstallSnapshot",
    "Other",
];

/// The method by which a message of this type travels, if it is no answer.
pub(crate) fn method(kind: MessageType) -> &'static str {
    match kind {
        MessageType::RequestVote => "Raft.RequestVote",
        MessageType::Append => "Raft.AppendEntries",
        MessageType::Heartbeat => "Raft.Heartbeat",
        MessageType::Snapshot => "Raft.InstallSnapshot",
        _ => "Raft.Other",
    }
}

/// What a trace shows of a request.
pub(crate) fn describe(request: &Message) -> impl Serialize + use<> {
    View::of(request)
}

/// What a trace shows of a reply: nothing, where the node had no answer.
pub(crate) fn describe_reply(reply: &Option<Message>) -> impl Serialize + use<> {
    reply.as_ref().map(View::of)
}

/// A message by the paper's names.
#[derive(Serialize)]
#[serde(untagged)]
enum View {
    RequestVote {
        term: u64,
        candidate_id: usize,
        last_log_index: u64,
        last_log_term: u64,
    },
    Vote {
        term: u64,
        vote_granted: bool,
    },
    AppendEntries {
        term: u64,
        leader_id: usize,
        prev_log_index: u64,
        prev_log_term: u64,
        entries: Vec<LogId>,
        leader_commit: u64,
    },
    Appended {
        term: u64,
        success: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        match_index: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_log: Option<LogId>,
    },
    InstallSnapshot {
        term: u64,
        leader_id: usize,
        last_included_index: u64,
        last_included_term: u64,
        data: Bytes,
    },
    Heartbeat {
        term: u64,
        leader_id: usize,
        leader_commit: u64,
    },
    Heard {
        term: u64,
    },
    Other {
        term: u64,
        kind: String,
    },
}

#[derive(Serialize)]
struct LogId {
    index: u64,
    term: u64,
}

impl View {
    fn of(message: &Message) -> View {
        let term = message.term;
        let sender = || server_of(message.from);
        match message.msg_type {
            _ if message.from == NONE => View::other(message),
            MessageType::RequestVote => View::RequestVote {
                term,
                candidate_id: sender(),
                last_log_index: message.index,
                last_log_term: message.log_term,
            },
            MessageType::RequestVoteResponse => View::Vote {
                term,
                vote_granted: !message.reject,
            },
            MessageType::Append => View::AppendEntries {
                term,
                leader_id: sender(),
                prev_log_index: message.index,
                prev_log_term: message.log_term,
                entries: message.entries.iter().map(LogId::of).collect(),
                leader_commit: message.commit,
            },
            MessageType::AppendResponse => View::Appended {
                term,
                success: !message.reject,
                match_index: (!message.reject).then_some(message.index),
                last_log: message.reject.then_some(LogId {
                    index: message.index,
                    term: message.log_term,
                }),
            },
            MessageType::Snapshot => match &message.snapshot {
                Some(snapshot) => View::InstallSnapshot {
                    term,
                    leader_id: sender(),
                    last_included_index: snapshot.metadata.index,
                    last_included_term: snapshot.metadata.term,
                    data: snapshot.data.clone(),
                },
                None => View::other(message),
            },
            MessageType::Heartbeat => View::Heartbeat {
                term,
                leader_id: sender(),
                leader_commit: message.commit,
            },
            MessageType::HeartbeatResponse => View::Heard { term },
            MessageType::Hup
            | MessageType::Beat
            | MessageType::Propose
            | MessageType::TransferLeader
            | MessageType::TimeoutNow => View::other(message),
        }
    }

    fn other(message: &Message) -> View {
        View::Other {
            term: message.term,
            kind: format!("{:?}", message.msg_type),
        }
    }
}

impl LogId {
    fn of(entry: &Entry) -> LogId {
        LogId {
            index: entry.index,
            term: entry.term,
        }
    }
}
