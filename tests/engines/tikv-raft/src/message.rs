//! A message of the engine: its bytes, the method by which it travels, and what traces show of it.
//!
//! To the network it is bytes. Its description uses the paper's names, so that the harness reads
//! terms, roles, entries and votes from it as from a message of its own.

use crate::disk::server_of;
use labapi::Bytes;
use protobuf::Message as _;
use raft::eraftpb::{Entry, Message, MessageType};
use serde::Serialize;

/// The methods by which messages travel, as the paper and the thesis call them.
pub(crate) const METHODS: [&str; 6] = [
    "RequestVote",
    "PreVote",
    "AppendEntries",
    "Heartbeat",
    "InstallSnapshot",
    "Other",
];

/// The method by which messages of this kind travel, if they are no answers.
pub(crate) fn method(kind: MessageType) -> &'static str {
    match kind {
        MessageType::MsgRequestVote => "RequestVote",
        MessageType::MsgRequestPreVote => "PreVote",
        MessageType::MsgAppend => "AppendEntries",
        MessageType::MsgHeartbeat => "Heartbeat",
        MessageType::MsgSnapshot => "InstallSnapshot",
        _ => "Other",
    }
}

/// A message as it travels: protobuf, as its authors made it.
pub(crate) fn pack(message: &Message) -> Bytes {
    let bytes = message.write_to_bytes();
    bytes.expect("no field is required").into()
}

/// The message that these bytes are. Commands and snapshots remain parts of them, without a copy.
pub(crate) fn unpack(bytes: &Bytes) -> Message {
    Message::parse_from_carllerche_bytes(bytes).expect("a peer sends what `pack` made")
}

/// What a trace shows of a request.
pub(crate) fn describe(request: &Bytes) -> impl Serialize + use<> {
    View::of(&unpack(request))
}

/// What a trace shows of a reply: nothing, where the engine had no answer.
pub(crate) fn describe_reply(reply: &Option<Bytes>) -> impl Serialize + use<> {
    reply.as_ref().map(|reply| View::of(&unpack(reply)))
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
    /// Its sender would stand in the next term; it is not a candidate yet.
    PreVote {
        next_term: u64,
        last: LogId,
    },
    Vote {
        term: u64,
        vote_granted: bool,
    },
    /// A yes names the term that its sender is not in either; a no its own.
    PreVoted {
        vote_granted: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        term: Option<u64>,
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
        let (term, leader_id) = (message.term, server_of(message.from));
        match message.msg_type {
            MessageType::MsgRequestVote => View::RequestVote {
                term,
                candidate_id: server_of(message.from),
                last_log_index: message.index,
                last_log_term: message.log_term,
            },
            MessageType::MsgRequestPreVote => View::PreVote {
                next_term: term,
                last: LogId {
                    index: message.index,
                    term: message.log_term,
                },
            },
            MessageType::MsgRequestVoteResponse => View::Vote {
                term,
                vote_granted: !message.reject,
            },
            MessageType::MsgRequestPreVoteResponse => View::PreVoted {
                vote_granted: !message.reject,
                term: message.reject.then_some(term),
            },
            MessageType::MsgAppend => View::AppendEntries {
                term,
                leader_id,
                prev_log_index: message.index,
                prev_log_term: message.log_term,
                entries: message.entries.iter().map(LogId::of).collect(),
                leader_commit: message.commit,
            },
            MessageType::MsgAppendResponse => View::Appended {
                term,
                success: !message.reject,
                match_index: (!message.reject).then_some(message.index),
                last_log: message.reject.then_some(LogId {
                    index: message.reject_hint,
                    term: message.log_term,
                }),
            },
            MessageType::MsgSnapshot => {
                let last = message.get_snapshot().get_metadata();
                View::InstallSnapshot {
                    term,
                    leader_id,
                    last_included_index: last.index,
                    last_included_term: last.term,
                    data: message.get_snapshot().data.clone(),
                }
            }
            MessageType::MsgHeartbeat => View::Heartbeat {
                term,
                leader_id,
                leader_commit: message.commit,
            },
            MessageType::MsgHeartbeatResponse => View::Heard { term },
            kind => View::Other {
                term,
                kind: format!("{kind:?}"),
            },
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
