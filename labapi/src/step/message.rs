//! What nodes send each other, what logs consist of, and what is saved of a node.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a message is about. Who sends it to whom stands behind it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum MessageType {
    /// Own clock → itself: time for an election. Local, as all that have no term.
    #[default]
    Hup,
    /// Own clock → itself: time for heartbeats. Local.
    Beat,
    /// Application → node: entries to be appended, of which only data and type are set. Local.
    Propose,
    /// Leader → follower: entries behind `index`, which has term `log_term` (§5.3).
    Append,
    /// Follower → leader: up to which index its log is the leader's; or where it may be, if it
    /// rejects.
    AppendResponse,
    /// Candidate → all others: stands in `term`, its log ends with `index` and `log_term` (§5.2).
    RequestVote,
    /// → candidate: a vote, or its refusal.
    RequestVoteResponse,
    /// Leader → follower: the state in place of a log that is gone (§7).
    Snapshot,
    /// Leader → follower: it still leads, and up to `commit` the follower may commit.
    Heartbeat,
    /// Follower → leader: heard.
    HeartbeatResponse,
    /// Application → leader, or to a follower, which passes it on: `from` shall lead. Local.
    TransferLeader,
    /// Leader → whom it hands leadership to: stand for election at once.
    TimeoutNow,
}

impl MessageType {
    /// Whether it comes from the node itself or its application, and has no term.
    pub fn is_local(self) -> bool {
        use MessageType::{Beat, Hup, Propose, TransferLeader};
        matches!(self, Hup | Beat | Propose | TransferLeader)
    }

    /// Whether it answers another one.
    pub fn is_response(self) -> bool {
        use MessageType::{AppendResponse, HeartbeatResponse, RequestVoteResponse};
        matches!(
            self,
            AppendResponse | HeartbeatResponse | RequestVoteResponse
        )
    }
}

/// A message, of whatever type. A field that means nothing to its type is left as it is by
/// [`Message::default`]: cases compare whole messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is about.
    pub msg_type: MessageType,
    /// Whom it is for.
    pub to: u64,
    /// Whose it is; [`NONE`](super::NONE) where nobody needs to know.
    pub from: u64,
    /// The sender's term; 0 in local ones.
    pub term: u64,
    /// The term of `index`.
    pub log_term: u64,
    /// The entry before `entries`; the last entry of a candidate; the last that matches.
    pub index: u64,
    /// What is to be appended.
    pub entries: Vec<Entry>,
    /// The sender's commit index, or as much of it as the receiver may know.
    pub commit: u64,
    /// In a [`MessageType::Snapshot`].
    pub snapshot: Option<Snapshot>,
    /// Whether an answer says no.
    pub reject: bool,
}

/// `n1@2 → n3 Append prev=4@1 [5@2] commit=3`.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Message {
            from,
            term,
            to,
            msg_type,
            ..
        } = self;
        write!(f, "n{from}@{term} → n{to} {msg_type:?}")?;
        let (index, log_term) = (self.index, self.log_term);
        match msg_type {
            MessageType::Append => write!(f, " prev={index}@{log_term}")?,
            MessageType::RequestVote => write!(f, " last={index}@{log_term}")?,
            MessageType::AppendResponse => write!(f, " index={index}")?,
            _ if (index, log_term) != (0, 0) => write!(f, " index={index}@{log_term}")?,
            _ => {}
        }
        if !self.entries.is_empty() {
            let entries: Vec<String> = self.entries.iter().map(Entry::to_string).collect();
            write!(f, " [{}]", entries.join(" "))?;
        }
        if self.commit > 0 {
            write!(f, " commit={}", self.commit)?;
        }
        if let Some(snapshot) = &self.snapshot {
            let last = &snapshot.metadata;
            write!(f, " upto={}@{}", last.index, last.term)?;
        }
        match self.reject {
            true => f.write_str(" reject"),
            false => Ok(()),
        }
    }
}

/// What an entry holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryType {
    /// A command of the application; or nothing, in the entry with which a leader begins its term.
    #[default]
    Normal,
    /// A [`ConfChange`], encoded.
    ConfChange,
}

/// An entry of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it holds.
    pub entry_type: EntryType,
    /// The term in which a leader took it.
    pub term: u64,
    /// Its place in the log, from 1.
    pub index: u64,
    /// The command. Empty in a leader's first entry of its term.
    pub data: Bytes,
}

impl Entry {
    /// An entry with data.
    pub fn new(index: u64, term: u64, data: impl Into<Bytes>) -> Entry {
        Entry {
            index,
            term,
            data: data.into(),
            ..Entry::default()
        }
    }
}

/// `5@2`, `5@2"x"`: index, term, and a short command.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.index, self.term)?;
        match (self.entry_type, std::str::from_utf8(&self.data)) {
            (EntryType::ConfChange, _) => f.write_str("(conf change)"),
            (EntryType::Normal, Ok("")) => Ok(()),
            (EntryType::Normal, Ok(text)) if text.len() <= 20 => write!(f, "{text:?}"),
            (EntryType::Normal, _) => write!(f, "({} bytes)", self.data.len()),
        }
    }
}

/// What must survive a crash besides the log (Figure 2: `currentTerm`, `votedFor`); the commit
/// index, for convenience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardState {
    /// `currentTerm`.
    pub term: u64,
    /// `votedFor`, or [`NONE`](super::NONE).
    pub vote: u64,
    /// `commitIndex`.
    pub commit: u64,
}

impl HardState {
    /// Whether it says nothing: in a [`Ready`](super::Ready), that nothing of it changed.
    pub fn is_empty(&self) -> bool {
        *self == HardState::default()
    }
}

/// The members of the group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfState {
    /// Their numbers.
    pub nodes: Vec<u64>,
}

/// What a snapshot includes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotMetadata {
    /// The members of the group, as of `index`.
    pub conf_state: ConfState,
    /// `lastIncludedIndex` (Figure 13).
    pub index: u64,
    /// `lastIncludedTerm`.
    pub term: u64,
}

/// The application's state, in place of the log up to an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The state, in the application's own form.
    pub data: Bytes,
    /// What it includes.
    pub metadata: SnapshotMetadata,
}

/// What a membership change does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeType {
    /// One more member.
    #[default]
    AddNode,
    /// One less.
    RemoveNode,
}

/// One member more or less (§6, in the simpler form of the thesis' §4.1). It holds once it is
/// *applied*.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfChange {
    /// What it does.
    pub change_type: ChangeType,
    /// Whom it is about.
    pub node_id: u64,
    /// Whatever the application wants to travel with it.
    pub context: Bytes,
}

impl ConfChange {
    /// Its bytes, the data of an entry of type [`EntryType::ConfChange`].
    pub fn encode(&self) -> Bytes {
        let bytes = labcodec::encode(self);
        bytes.expect("numbers and bytes can be encoded").into()
    }

    /// The change that these bytes are.
    ///
    /// # Errors
    /// That they are none.
    pub fn decode(bytes: &Bytes) -> Result<ConfChange, labcodec::Error> {
        labcodec::decode(bytes)
    }
}
