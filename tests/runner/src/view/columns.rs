//! The events of a run as columns of numbers, with tables for what comes again and again: what a
//! page holds, as JSON, deflated. `page/data.js` reads it.
//!
//! | column | of each event |
//! | --- | --- |
//! | `at` | nanoseconds since the event before it |
//! | `lane` | a place in `lanes`, or -1 |
//! | `incarnation` | 0 where it is not known |
//! | `thread` | a place in `threads` |
//! | `kind` | of a message, the place of its step in `steps`; -1 a save, -2 anything else |
//! | `ref` | a place in `messages`, `saves` or `others` |
//! | `number` | of a message, by how much its call's number exceeds the last one's; of a save, its number |

use serde::{Serialize, Serializer};
use std::collections::HashMap;
use std::hash::Hash;
use suites::trace::{Content, Header, Lane, Message, Name, Save, Step, Trace, What};

const FORMAT: &str = "raftlab-view";
const VERSION: u32 = 1;

/// The kinds of events that are no messages.
const SAVE: i64 = -1;
const OTHER: i64 = -2;

/// What a page holds.
#[derive(Serialize)]
pub(super) struct Columns<'a> {
    format: &'static str,
    version: u32,
    run: &'a Header,
    again: &'a str,
    lanes: Table<Lane>,
    threads: Table<&'a Name>,
    steps: Table<Step>,
    messages: Table<Said<'a>>,
    saves: Table<Save>,
    others: Table<&'a What>,
    at: Vec<i64>,
    lane: Vec<i64>,
    incarnation: Vec<u64>,
    thread: Vec<i64>,
    kind: Vec<i64>,
    r#ref: Vec<i64>,
    number: Vec<i64>,
}

/// A message without what differs from step to step and from call to call.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct Said<'a> {
    from: Lane,
    to: Option<Lane>,
    method: &'a Name,
    size: u64,
    content: &'a Content,
}

/// Values without doubles, in the order in which they came first.
struct Table<T> {
    values: Vec<T>,
    places: HashMap<T, i64>,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table {
            values: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    /// Where `value` stands.
    fn place(&mut self, value: T) -> i64 {
        if let Some(place) = self.places.get(&value) {
            return *place;
        }
        let place = self.values.len() as i64;
        self.places.insert(value.clone(), place);
        self.values.push(value);
        place
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

impl<'a> Columns<'a> {
    pub(super) fn of(trace: &'a Trace, again: &'a str) -> Columns<'a> {
        let mut columns = Columns {
            format: FORMAT,
            version: VERSION,
            run: &trace.header,
            again,
            lanes: Table::default(),
            threads: Table::default(),
            steps: Table::default(),
            messages: Table::default(),
            saves: Table::default(),
            others: Table::default(),
            at: Vec::new(),
            lane: Vec::new(),
            incarnation: Vec::new(),
            thread: Vec::new(),
            kind: Vec::new(),
            r#ref: Vec::new(),
            number: Vec::new(),
        };
        for server in 0..trace.header.servers {
            columns.lanes.place(Lane::Server(server));
        }
        let (mut now, mut call) = (0, 0);
        for line in &trace.lines {
            let at = i64::try_from(line.at.as_nanos()).unwrap_or(i64::MAX);
            columns.at.push(at - now);
            now = at;
            let lane = line.lane.map(|lane| columns.lanes.place(lane));
            columns.lane.push(lane.unwrap_or(-1));
            columns.incarnation.push(line.incarnation.unwrap_or(0));
            let thread = columns.threads.place(&line.thread);
            columns.thread.push(thread);
            columns.add(&line.what, &mut call);
        }
        columns
    }

    fn add(&mut self, what: &'a What, call: &mut i64) {
        let (kind, place, number) = match what {
            What::Message(message) => {
                let place = self.said(message);
                let number = message.call as i64;
                let further = number - *call;
                *call = number;
                (self.steps.place(message.step), place, further)
            }
            What::Save(save) => {
                let same = Save {
                    number: 0,
                    ..Save::clone(save)
                };
                (SAVE, self.saves.place(same), save.number as i64)
            }
            what => (OTHER, self.others.place(what), 0),
        };
        self.kind.push(kind);
        self.r#ref.push(place);
        self.number.push(number);
    }

    fn said(&mut self, message: &'a Message) -> i64 {
        // Of a message both ends matter: each may be a client's.
        for end in [Some(message.from), message.to].into_iter().flatten() {
            self.lanes.place(end);
        }
        self.messages.place(Said {
            from: message.from,
            to: message.to,
            method: &message.method,
            size: message.size,
            content: &message.content,
        })
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // All of it is numbers, texts and lists: there is nothing that could fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
