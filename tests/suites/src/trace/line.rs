//! What a trace consists of.

use super::content::Content;
use super::form::{level, nanoseconds};
use super::lane::{Lane, Sides};
use super::text::{Name, Text};
use labapi::State;
use labrpc::harness::{Loss, Step};
use log::Level;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Something that happened at a moment of a run.
///
/// An event becomes a line once, when the run is over. Nothing in a line keeps an event from being
/// kept without an allocation while the run lasts: all in it is a number, a [`Name`] that many
/// lines share (and whose number in a table would do), or a [`Text`]. The only texts of a message
/// are the fields that nobody recognised, and those are read from its bytes, which its steps can
/// share. A message and a save stand in boxes of their own, so that a line without one is short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Virtual (or real) time since the run began; written in nanoseconds.
    #[serde(with = "nanoseconds")]
    pub at: Duration,
    /// Whose it is; `None` for what concerns everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// Which incarnation of the server it is about, from 1 on, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<u64>,
    /// The thread on which it happened.
    pub thread: Name,
    /// What happened.
    pub what: What,
    /// How many such events of the run the line stands for: one, but in a report.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// A message takes a step of its way.
    Message(Box<Message>),
    /// A server saves its state.
    Save(Box<Save>),
    /// A server starts. The first incarnation's number is 1.
    Start,
    /// A server crashes.
    Crash,
    /// A server is told to end (`kill`).
    Stop,
    /// A server is connected to the network.
    Connect,
    /// A server is cut off from the network.
    Disconnect,
    /// The network is divided so, or whole again.
    Partition(Sides),
    /// A service applied a command.
    Apply {
        /// The command's index in the log.
        index: u64,
        /// The command, shown.
        command: Text,
    },
    /// A service made a snapshot of all up to an index.
    Snapshot {
        /// The last index that it includes.
        index: u64,
    },
    /// A service took over a snapshot that its Raft was sent.
    Install {
        /// The last index that it includes.
        index: u64,
    },
    /// What a server says of itself; told when it is news.
    Says(Claim),
    /// The code under test logs something.
    Log(Log),
    /// The harness noticed what looks wrong, and is not yet a failure.
    Warning(Text),
    /// A client asks for this.
    Ask(Text),
    /// A client was answered so.
    Answer(Text),
    /// A scene says what to look at.
    Caption(Caption),
    /// A step of the case begins, such as `check_one_leader`.
    Step(Text),
    /// What is wrong came about then, in nanoseconds; it only shows now.
    Look(#[serde(with = "nanoseconds")] Duration),
    /// So many earlier events were not kept.
    Dropped(u64),
    /// Anything else.
    Note(Text),
}

/// A message at one step of its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The number of the call, the same for its request, its copies and its replies.
    pub call: u64,
    /// Who sent it: the caller of a request, the server of a reply.
    pub from: Lane,
    /// Whom it is for; nobody, when the caller is not connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Lane>,
    /// Service and method, `Raft.RequestVote`.
    pub method: Name,
    /// What happens to it.
    pub step: Step,
    /// What became of it at once, where one line tells both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fate: Option<Step>,
    /// Encoded size, in bytes.
    pub size: u64,
    /// What it says.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub content: Content,
}

/// A save.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// Its number on this disk; the first ever is 1.
    pub number: u64,
    /// The server's term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// Whom it voted for in that term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<Vote>,
    /// Its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<SavedLog>,
    /// The whole state, where nothing of it was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Encoded size of the state, in bytes.
    pub state_size: u64,
    /// Size of the snapshot, in bytes.
    pub snapshot_size: u64,
}

/// Whom a server voted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// Nobody yet.
    Nobody,
    /// The server of this number.
    Server(u64),
    /// What the code under test calls it otherwise.
    Other(Text),
}

/// A log as it was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedLog {
    /// How many entries it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// The last index that the snapshot before them includes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// The last entry's index, if the entry itself tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_index: Option<u64>,
    /// The last entry's term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_term: Option<u64>,
    /// The log, shown, if its entries were not recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

/// What a server says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its term.
    pub term: u64,
    /// Whether it believes that it leads.
    pub leads: bool,
}

impl From<State> for Claim {
    fn from(State { term, is_leader }: State) -> Claim {
        Claim {
            term,
            leads: is_leader,
        }
    }
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How much it matters.
    #[serde(with = "level")]
    pub level: Level,
    /// The term and role in which its server had shown itself by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// See `term`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What it says.
    pub text: Text,
}

/// What a scene says of what comes next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// What to look at.
    pub text: Text,
    /// What would go wrong otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Text>,
}

/// What a server is in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It takes entries from a leader.
    Follower,
    /// It asks for votes.
    Candidate,
    /// It sends entries.
    Leader,
}

impl Role {
    /// The paper's word.
    pub fn name(self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::Candidate => "candidate",
            Role::Leader => "leader",
        }
    }
}

impl Message {
    /// Whether this is a reply, not a request.
    pub fn is_reply(&self) -> bool {
        self.step.is_of_reply()
    }

    /// Whether it arrives here: then its lane is its receiver's.
    pub fn is_arriving(&self) -> bool {
        matches!(self.step, Step::Arrived | Step::Returned)
    }

    /// Why it was lost, if it was.
    pub fn loss(&self) -> Option<Loss> {
        match self.fate.unwrap_or(self.step) {
            Step::Lost(loss) => Some(loss),
            _ => None,
        }
    }
}

impl What {
    /// Whether it is kept when older events have to go: it is needed to know which servers there
    /// are, and who can talk to whom.
    pub fn is_landmark(&self) -> bool {
        match self {
            What::Start | What::Crash | What::Stop | What::Connect | What::Disconnect => true,
            What::Partition(_) | What::Look(_) => true,
            What::Message(_) | What::Save(_) | What::Apply { .. } | What::Snapshot { .. } => false,
            What::Install { .. } | What::Says(_) | What::Log(_) | What::Ask(_) => false,
            What::Warning(_) | What::Caption(_) => false,
            What::Answer(_) | What::Step(_) | What::Dropped(_) | What::Note(_) => false,
        }
    }
}

impl Line {
    /// Whether it is about this server or client: its own, a message to or from it, or the side of
    /// a partition that it is on.
    pub fn concerns(&self, whom: Lane) -> bool {
        let in_it = match &self.what {
            What::Message(message) => message.from == whom || message.to == Some(whom),
            What::Partition(sides) => sides.sides().flatten().any(|lane| *lane == whom),
            _ => false,
        };
        in_it || self.lane == Some(whom)
    }

    /// All its texts, to be shortened.
    pub(super) fn texts(&mut self) -> Vec<&mut Text> {
        match &mut self.what {
            What::Message(message) => message.content.texts(),
            What::Save(save) => {
                let log = save.log.as_mut().and_then(|log| log.text.as_mut());
                let vote = match &mut save.voted_for {
                    Some(Vote::Other(text)) => Some(text),
                    _ => None,
                };
                let texts = [log, vote, save.text.as_mut()];
                texts.into_iter().flatten().collect()
            }
            What::Log(Log { text, .. })
            | What::Apply { command: text, .. }
            | What::Ask(text)
            | What::Answer(text)
            | What::Step(text)
            | What::Warning(text)
            | What::Note(text) => vec![text],
            What::Caption(Caption { text, otherwise }) => {
                let texts = [Some(text), otherwise.as_mut()];
                texts.into_iter().flatten().collect()
            }
            What::Start | What::Crash | What::Stop | What::Connect | What::Disconnect => vec![],
            What::Partition(_) | What::Snapshot { .. } | What::Install { .. } => vec![],
            What::Says(_) | What::Look(_) | What::Dropped(_) => vec![],
        }
    }
}

fn once() -> u64 {
    1
}

fn is_once(times: &u64) -> bool {
    *times == 1
}
