//! What happened in a run, as data: one type from the moment at which it happens to the moment at
//! which somebody sees it. Files, the runner's processes, reports, `raftlab replay` all have it so,
//! and none of them reads what another one printed.
//!
//! | file | room |
//! | --- | --- |
//! | `line` | what a trace consists of: messages, saves, starts, logs, … |
//! | `lane` | servers and clients |
//! | `content` | what a message says, by the paper's names |
//! | `names` | how else people spell those |
//! | `failure` | why a run failed |
//! | `violation` | the invariant that was broken, with the events that show it |
//! | `record` | from the events of a run to its lines |
//! | `print` | what the code under test prints, line by line |
//! | `notation` | a line as text, for people |
//! | `file` | a trace as bytes, and back |
//! | `text` | text of the code under test, made harmless |
//! | `form` | how JSON writes what is not ours |
//!
//! # The format of a trace
//!
//! JSON lines in UTF-8. The first one says what it is and of which run:
//!
//! ```json
//! {"format":"raftlab-trace","version":1,"run":{"case":"3B::backup","seed":17,"mode":"sim",
//!  "strategy":"random","submission":"raft","servers":5,"failure":null}}
//! ```
//!
//! Each of the others is something that happened, in the order in which it did:
//!
//! ```json
//! {"at":811093000,"lane":"n1","incarnation":1,"thread":"ticker","what":{"message":{"call":7,
//!  "from":"n1","to":"n3","method":"Raft.AppendEntries","step":"sent","size":25,
//!  "content":{"term":2,"leader":1,"prev":[4,1],"entries":[[5,5,2]],"commit":3}}}}
//! {"at":811094000,"lane":"n3","incarnation":1,"thread":"handler","what":{"save":{"number":9,
//!  "term":2,"voted_for":{"server":1},"log":{"entries":5},"state_size":20,"snapshot_size":0}}}
//! {"at":900000000,"lane":"n3","incarnation":1,"thread":"main","what":"crash"}
//! ```
//!
//! | field | meaning |
//! | --- | --- |
//! | `at` | virtual (or real) time since the run began, in nanoseconds |
//! | `lane` | the server (`n1`) or client (`c0`) whose it is; absent: everybody's. A message that arrives is its receiver's, any other its sender's |
//! | `incarnation` | which start of that server it belongs to, from 1 on |
//! | `thread` | the thread on which it happened |
//! | `what` | what happened: a word, or an object with one field, the kind |
//! | `times` | in a report, how often it has come to pass; absent: once |
//!
//! | `what` | with | meaning |
//! | --- | --- | --- |
//! | `message` | `call`, `from`, `to`, `method`, `step`, `fate`, `size`, `content` | a message takes a step: `sent`, `arrived`, `replied`, `returned` or `{"lost":WHY}`. A call's request and reply have one number |
//! | `save` | `number`, `term`, `voted_for`, `log`, `text`, `state_size`, `snapshot_size` | a server saves its state |
//! | `start`, `crash`, `stop`, `connect`, `disconnect` | | what the case does to a server |
//! | `partition` | a list of sides, each a list of servers | who can talk to whom |
//! | `apply` | `index`, `command` | a service applied a command |
//! | `snapshot`, `install` | `index` | a service made a snapshot, or took one over |
//! | `says` | `term`, `leads` | what a server says of itself, when it is news |
//! | `log` | `level`, `term`, `role`, `text` | a line of a log, and the standing that its server had shown by then; what is printed is one of level `INFO` |
//! | `warning` | a text | the harness noticed what looks wrong, such as a lock held across a call |
//! | `ask`, `answer` | a text | what a client does |
//! | `caption` | `text`, `otherwise` | a scene says what to look at, and what would go wrong otherwise |
//! | `step` | a text | a step of the case begins |
//! | `look` | a time | what is wrong came about then |
//! | `dropped` | a number | so many earlier events were not kept |
//! | `note` | a text | anything else |
//!
//! A message's `content` has the fields of Figures 2 and 13 that were recognised: `term`,
//! `candidate`, `leader`, `last` `[index, term]`, `prev` `[index, term]`, `entries` as runs
//! `[first, last, term]`, `commit`, `upto` `[index, term]`, `snapshot` (a size), `granted`,
//! `success`, `pre_vote`; `rest` has the others as pairs of texts, or `text` a message without
//! fields. Fields that say nothing are absent.
//!
//! A trace takes at most 64 MiB ([`TRACE_MAX`]) and a line at most 4 KiB ([`LINE_MAX`]); texts end
//! in `…` where they were cut, and of a longer trace the oldest lines are missing, except those
//! that say when a server starts, ends, is connected or cut off. No text holds a control
//! character. A program that meets a `version` that it does not know should say so.

mod content;
mod failure;
mod file;
mod form;
mod lane;
mod line;
pub(crate) mod names;
mod notation;
mod print;
mod record;
mod text;
mod violation;

#[cfg(test)]
mod tests;

pub use content::{Content, LogId, Run};
pub use failure::{Failure, FailureKind};
pub use file::{FORMAT, Header, LINE_MAX, ParseError, TRACE_MAX, Trace, VERSION};
pub use form::as_json;
pub use lane::{Lane, NoLane, Sides};
pub use line::{Caption, Claim, Line, Log, Message, Role, Save, SavedLog, Vote, What};
pub use print::{Printed, print, take_printed};
pub use record::{Happening, lines, log, of_case, of_client, of_server, start};
pub use text::{Name, Text};
pub use violation::{Evidence, Violation};

pub use labrpc::harness::{Loss, Step};
