//! From the events of a run to the lines of its trace.

use super::content::{self, Content, FieldOf};
use super::lane::Lane;
use super::line::{Line, Log, Message, Save, SavedLog, Vote, What};
use super::names;
use super::text::{Name, Text};
use labcodec::value::Value;
use labrpc::harness::MessageEvent;
use labrt::NodeId;
use labrt::trace::{Body, Dropped, Event, Warning};
use persister::harness::SaveEvent;
use std::any::Any;
use std::collections::HashMap;
use std::fmt;

/// What the harness's own crates tell of: a line of the trace from the moment on at which it
/// happens.
#[derive(Clone, Debug)]
pub struct Happening {
    /// Whose it is; `None` for what concerns everybody.
    pub lane: Option<Lane>,
    /// For the start of a server: its node, and which incarnation that is.
    pub begins: Option<(NodeId, u64)>,
    /// What happened.
    pub what: What,
}

/// Tells of a server; `what` is only asked when events are kept.
pub fn of_server(server: usize, what: impl FnOnce() -> What) {
    tell(Some(Lane::Server(server)), what);
}

/// Tells of a client.
pub fn of_client(client: usize, what: impl FnOnce() -> What) {
    tell(Some(Lane::Client(client)), what);
}

/// Tells what concerns everybody.
pub fn of_case(what: impl FnOnce() -> What) {
    tell(None, what);
}

/// Tells that an incarnation of a server starts.
pub fn start(server: usize, node: NodeId, incarnation: u64) {
    labrt::trace::record(|| Happening {
        lane: Some(Lane::Server(server)),
        begins: Some((node, incarnation)),
        what: What::Start,
    });
}

fn tell(lane: Option<Lane>, what: impl FnOnce() -> What) {
    labrt::trace::record(|| Happening {
        lane,
        begins: None,
        what: what(),
    });
}

/// Tells what the code under test logs, on the thread that does.
pub fn log(record: &log::Record<'_>) {
    labrt::trace::record(|| Happening {
        lane: labrt::node::current_name().and_then(|name| name.parse().ok()),
        begins: None,
        what: What::Log(Log {
            level: record.level(),
            term: None,
            role: None,
            text: Text::new(record.args()),
        }),
    });
}

impl Body for Happening {
    fn kind(&self) -> &'static str {
        match self.what {
            What::Message(_) => "message",
            What::Save(_) => "save",
            What::Start => "start",
            What::Crash => "crash",
            What::Stop => "stop",
            What::Connect => "connect",
            What::Disconnect => "disconnect",
            What::Partition(_) => "partition",
            What::Apply { .. } => "apply",
            What::Snapshot { .. } => "snapshot",
            What::Install { .. } => "install",
            What::Says(_) => "state",
            What::Log(_) => "log",
            What::Warning(_) => "warning",
            What::Ask(_) => "called",
            What::Answer(_) => "returned",
            What::Caption(_) => "caption",
            What::Step(_) => "test",
            What::Look(_) => "look",
            What::Dropped(_) => "dropped",
            What::Note(_) => "note",
        }
    }

    fn size(&self) -> usize {
        match &self.what {
            What::Log(Log { text, .. })
            | What::Apply { command: text, .. }
            | What::Ask(text)
            | What::Answer(text)
            | What::Step(text)
            | What::Warning(text)
            | What::Note(text) => text.as_str().len(),
            _ => 0,
        }
    }

    fn is_landmark(&self) -> bool {
        self.what.is_landmark()
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = Line {
            at: std::time::Duration::ZERO,
            lane: self.lane,
            incarnation: self.begins.map(|(_, number)| number),
            thread: Name::new(""),
            what: self.what.clone(),
            times: 1,
        };
        if let Some(lane) = self.lane {
            write!(f, "{lane} ")?;
        }
        write!(f, "{}", line.said())
    }
}

/// The events of a run as lines, each as it was when it happened.
pub fn lines(events: impl ExactSizeIterator<Item = Event>) -> Vec<Line> {
    let mut writer = Writer::default();
    // An event goes as its line comes.
    let mut lines = Vec::with_capacity(events.len());
    lines.extend(events.map(|event| writer.line(&event)));
    lines
}

/// What must be known of earlier events to tell of the next one.
#[derive(Default)]
struct Writer {
    names: HashMap<String, Name>,
    incarnations: HashMap<NodeId, (Lane, u64)>,
}

impl Writer {
    fn line(&mut self, event: &Event) -> Line {
        let (lane, what) = self.what(event);
        let thread = self.name(&event.thread);
        let begun = event.node.and_then(|node| self.incarnations.get(&node));
        let mut incarnation = begun.filter(|(whose, _)| Some(*whose) == lane);
        let body: &dyn Any = &*event.body;
        if let Some(Happening {
            begins: Some((node, number)),
            lane: Some(lane),
            ..
        }) = body.downcast_ref()
        {
            self.incarnations.insert(*node, (*lane, *number));
            incarnation = self.incarnations.get(node);
        }
        Line {
            at: event.at,
            lane,
            incarnation: incarnation.map(|(_, number)| *number),
            thread,
            what,
            times: 1,
        }
    }

    fn what(&mut self, event: &Event) -> (Option<Lane>, What) {
        let body: &dyn Any = &*event.body;
        if let Some(happening) = body.downcast_ref::<Happening>() {
            (happening.lane, happening.what.clone())
        } else if let Some(message) = body.downcast_ref::<MessageEvent>() {
            let message = self.message(message);
            let lane = match message.is_arriving() {
                true => message.to,
                false => Some(message.from),
            };
            (lane, What::Message(Box::new(message)))
        } else if let Some(save) = body.downcast_ref::<SaveEvent>() {
            (
                save.owner.parse().ok(),
                What::Save(Box::new(self::save(save))),
            )
        } else if let Some(Warning(text)) = body.downcast_ref() {
            let whose = event.node.and_then(|node| self.incarnations.get(&node));
            let lane = whose.map(|(lane, _)| *lane);
            (lane, What::Warning(Text::new(text)))
        } else if let Some(Dropped(count)) = body.downcast_ref() {
            (None, What::Dropped(*count))
        } else {
            (None, What::Note(Text::new(&event.body)))
        }
    }

    fn message(&mut self, message: &MessageEvent) -> Message {
        let content = message.value().map(|value| match message.is_reply() {
            true => Content::of_reply(&value),
            false => Content::of_request(message.method(), &value),
        });
        Message {
            call: message.call,
            from: message.from.into(),
            to: message.to.map(Lane::from),
            method: self.name(message.method()),
            step: message.step,
            fate: None,
            size: message.size() as u64,
            content: content.unwrap_or_default(),
        }
    }

    /// The one copy of a name in this trace.
    fn name(&mut self, name: &str) -> Name {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let new = Name::new(name);
        self.names.insert(name.to_string(), new.clone());
        new
    }
}

/// What was saved, as far as the paper's names are recognised in it.
pub(super) fn save(event: &SaveEvent) -> Save {
    let state = &event.state;
    let term = state.find(names::TERM).and_then(Value::as_u64);
    let vote = state
        .find(names::VOTED_FOR)
        .map(|vote| match (vote.as_u64(), vote.is_none()) {
            (Some(server), _) => Vote::Server(server),
            (None, true) => Vote::Nobody,
            (None, false) => Vote::Other(Text::of_at_most(256, vote)),
        });
    let log = state.find(names::LOG).map(|log| {
        // The log may be a type of its own, around its entries and what the snapshot holds.
        let entries = match log.as_seq() {
            Some(_) => Some(log),
            None => log.find(names::ENTRIES),
        };
        let count = entries.and_then(Value::seq_len);
        let last = entries.and_then(|entries| entries.as_seq()?.last());
        let index = last.and_then(|entry| entry.field_of(names::INDEX)?.as_u64());
        // What the snapshot holds may stand beside the log as well as in it.
        let before = log.find(names::LAST_INCLUDED_INDEX);
        let before = before.or_else(|| state.field_of(names::LAST_INCLUDED_INDEX));
        SavedLog {
            entries: count.map(|count| count as u64),
            after: before.and_then(Value::as_u64).filter(|index| *index > 0),
            last_index: index,
            last_term: last.and_then(content::term_of_entry),
            text: count.is_none().then(|| Text::of_at_most(1024, log)),
        }
    });
    let is_opaque = term.is_none() && vote.is_none() && log.is_none();
    Save {
        number: event.number,
        term,
        voted_for: vote,
        log,
        text: is_opaque.then(|| Text::of_at_most(1024, state)),
        state_size: event.state_size as u64,
        snapshot_size: event.snapshot_size as u64,
    }
}
