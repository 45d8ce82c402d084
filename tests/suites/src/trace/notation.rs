//! A line as text, `   0.811093  n1@2 → n3 AppendEntries prev=4@1 [5@2] commit=3`, and the reply to
//! it, `   0.811094  n3 → n1 AppendEntries ok @2`.
//!
//! `@` precedes a term; `5@2` is the entry, or the end of a log, with index 5 and term 2. What is
//! not recognised follows as `field=value`; a message of which nothing is recognised is shown as it
//! is.

use super::content::{Content, LogId, Run};
use super::lane::{Lane, Sides};
use super::line::{Claim, Line, Log, Message, Save, SavedLog, Vote, What};
use super::text::Flat;
use labrpc::harness::Step;
use std::fmt::{self, Display, Formatter};

/// Up to how many entries are shown one by one.
const ENTRIES_SHOWN: u64 = 4;

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:>11.6}  ", self.at.as_secs_f64())?;
        write!(f, "{}{}", self.across(), self.fate())
    }
}

impl Line {
    /// What it says, without who says it: `→ n3 AppendEntries prev=4@1`.
    pub fn said(&self) -> impl Display {
        Said(self)
    }

    /// Who says it, and what: `n1@2 → n3 AppendEntries prev=4@1`.
    pub fn across(&self) -> String {
        let said = self.said();
        match self.lane {
            Some(_) => format!("{}{said}", Subject(self)),
            // A log needs somebody who says it.
            None if matches!(self.what, What::Log(_)) => format!("- {said}"),
            None => said.to_string(),
        }
    }

    /// What it says in its lane's own column, where a message that arrives tells whose it is:
    /// `← n1@2 AppendEntries prev=4@1`.
    pub fn in_its_lane(&self) -> impl Display {
        InLane(self)
    }

    /// What became of a message: ` ✗ lost request`; nothing, of anything else.
    pub fn fate(&self) -> impl Display {
        Fate(self)
    }
}

/// Who says it: `n1 `, and `n1@2 ` when a term is known.
struct Subject<'a>(&'a Line);

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Line { lane, what, .. } = self.0;
        match what {
            What::Message(message) => sender(message, f)?,
            what => {
                let Some(lane) = lane else { return Ok(()) };
                write!(f, "{lane}")?;
                if let Some(term) = term_of(what) {
                    write!(f, "@{term}")?;
                }
            }
        }
        f.write_str(" ")
    }
}

/// The term that stands with the name of whoever says it.
fn term_of(what: &What) -> Option<u64> {
    match what {
        What::Message(message) if !message.is_reply() => message.content.term,
        What::Log(Log { term, .. }) => *term,
        _ => None,
    }
}

/// `n1@2`.
fn sender(message: &Message, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{}", message.from)?;
    match message.content.term {
        Some(term) if !message.is_reply() => write!(f, "@{term}"),
        _ => Ok(()),
    }
}

struct InLane<'a>(&'a Line);

impl Display for InLane<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let InLane(line) = self;
        if let What::Message(message) = &line.what
            && message.is_arriving()
        {
            f.write_str("← ")?;
            sender(message, f)?;
            return body(message, f);
        }
        if let Some(term) = term_of(&line.what) {
            write!(f, "@{term} ")?;
        }
        write!(f, "{}", line.said())
    }
}

struct Said<'a>(&'a Line);

impl Display for Said<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Said(line) = self;
        match &line.what {
            What::Message(message) => {
                f.write_str("→ ")?;
                match message.to {
                    Some(to) => write!(f, "{to}")?,
                    None => f.write_str("nobody")?,
                }
                body(message, f)
            }
            What::Save(save) => write!(f, "save{save}"),
            What::Start => match line.incarnation {
                None | Some(1) => f.write_str("starts"),
                Some(number) => write!(f, "starts again (incarnation {number})"),
            },
            What::Crash => f.write_str("crashes"),
            What::Stop => f.write_str("is shut down"),
            What::Connect => f.write_str("is connected"),
            What::Disconnect => f.write_str("is cut off"),
            What::Partition(sides) => write!(f, "network: {sides}"),
            What::Apply { index, command } => {
                write!(f, "applies {index}: {}", Flat(command.as_str()))
            }
            What::Snapshot { index } => write!(f, "takes a snapshot up to {index}"),
            What::Install { index } => write!(f, "installs a snapshot up to {index}"),
            What::Says(Claim { term, leads: true }) => write!(f, "says: it leads, term {term}"),
            What::Says(Claim { term, leads: false }) => {
                write!(f, "says: it does not lead, term {term}")
            }
            What::Log(log) => {
                if let Some(role) = log.role {
                    write!(f, "{} ", role.name())?;
                }
                let text = Flat(log.text.as_str());
                write!(f, "{} ({}) {text}", log.level, line.thread)
            }
            What::Warning(text) => write!(f, "warning: {}", Flat(text.as_str())),
            What::Caption(caption) => write!(f, "scene: {}", Flat(caption.text.as_str())),
            What::Step(text) => write!(f, "test: {}", Flat(text.as_str())),
            What::Look(at) => write!(f, "test: look at {:.6}", at.as_secs_f64()),
            What::Dropped(count) => write!(f, "({count} earlier events are not kept)"),
            What::Ask(text) | What::Answer(text) | What::Note(text) => {
                write!(f, "{}", Flat(text.as_str()))
            }
        }
    }
}

/// A message's method and what it says.
fn body(message: &Message, f: &mut Formatter<'_>) -> fmt::Result {
    let method = message.method.as_str();
    // A method of Raft needs no surname.
    write!(f, " {}", method.strip_prefix("Raft.").unwrap_or(method))?;
    match message.is_reply() {
        true => reply(&message.content, f),
        false => request(&message.content, f),
    }
}

struct Fate<'a>(&'a Line);

impl Display for Fate<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let What::Message(message) = &self.0.what else {
            return Ok(());
        };
        let Message { step, fate, .. } = &**message;
        match fate.unwrap_or(*step) {
            Step::Sent | Step::Replied => Ok(()),
            Step::Arrived | Step::Returned if fate.is_some() => f.write_str(" ✓"),
            Step::Arrived | Step::Returned => f.write_str(" ✓ arrived"),
            Step::Lost(loss) => write!(f, " ✗ {loss}"),
        }
    }
}

fn request(content: &Content, f: &mut Formatter<'_>) -> fmt::Result {
    if let Some(last) = content.last {
        write!(f, " last={last}")?;
    }
    if let Some(prev) = content.prev {
        write!(f, " prev={prev}")?;
        entries(&content.entries, f)?;
    }
    if let Some(upto) = content.upto {
        write!(f, " upto={upto}")?;
        if let Some(size) = content.snapshot {
            write!(f, " {size}B")?;
        }
    }
    if let Some(commit) = content.commit {
        write!(f, " commit={commit}")?;
    }
    rest(content, f)
}

fn reply(content: &Content, f: &mut Formatter<'_>) -> fmt::Result {
    match content.success.or(content.granted) {
        Some(true) => f.write_str(" ok")?,
        Some(false) => f.write_str(" no")?,
        None => {}
    }
    if let Some(term) = content.term {
        write!(f, " @{term}")?;
    }
    rest(content, f)
}

/// `[5@2 6@2]`, and nothing for a heartbeat.
fn entries(runs: &[Run], f: &mut Formatter<'_>) -> fmt::Result {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return Ok(());
    };
    let count = runs.iter().fold(0, |count: u64, run| {
        count.saturating_add(run.last.saturating_sub(run.first).saturating_add(1))
    });
    let show = |index, term: Option<u64>, f: &mut Formatter<'_>| {
        write!(f, "{index}")?;
        term.map_or(Ok(()), |term| write!(f, "@{term}"))
    };
    f.write_str(" [")?;
    if count > ENTRIES_SHOWN {
        show(first.first, first.term, f)?;
        f.write_str(" … ")?;
        show(last.last, last.term, f)?;
    } else {
        let all = runs
            .iter()
            .flat_map(|run| (run.first..=run.last).map(move |index| (index, run.term)));
        for (place, (index, term)) in all.enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            show(index, term, f)?;
        }
    }
    f.write_str("]")
}

fn rest(content: &Content, f: &mut Formatter<'_>) -> fmt::Result {
    for (field, value) in &content.rest {
        write!(f, " {field}={}", Flat(value.as_str()))?;
    }
    match &content.text {
        Some(text) => write!(f, " {}", Flat(text.as_str())),
        None => Ok(()),
    }
}

/// ` term=3 voted_for=1 log=4 last=@2 state=120B snapshot=0B`.
impl Display for Save {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            write!(f, " {}", Flat(text.as_str()))?;
        }
        if let Some(term) = self.term {
            write!(f, " term={term}")?;
        }
        match &self.voted_for {
            Some(Vote::Nobody) => write!(f, " voted_for=-")?,
            Some(Vote::Server(number)) => write!(f, " voted_for={number}")?,
            Some(Vote::Other(text)) => write!(f, " voted_for={}", Flat(text.as_str()))?,
            None => {}
        }
        if let Some(SavedLog {
            entries,
            after,
            last_index,
            last_term,
            text,
        }) = &self.log
        {
            match (entries, text) {
                (Some(entries), _) => write!(f, " log={entries}")?,
                (None, Some(text)) => write!(f, " log={}", Flat(text.as_str()))?,
                (None, None) => {}
            }
            if let Some(after) = after {
                write!(f, " after {after}")?;
            }
            match (last_index, last_term) {
                (Some(index), Some(term)) => write!(f, " last={index}@{term}")?,
                (Some(index), None) => write!(f, " last={index}")?,
                (None, Some(term)) => write!(f, " last=@{term}")?,
                (None, None) => {}
            }
        }
        let (state, snapshot) = (self.state_size, self.snapshot_size);
        write!(f, " state={state}B snapshot={snapshot}B")
    }
}

impl Display for Sides {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let side = |lanes: &[Lane]| {
            let names: Vec<String> = lanes.iter().map(Lane::to_string).collect();
            names.join(" ")
        };
        let sides: Vec<String> = self.sides().map(side).collect();
        f.write_str(&sides.join(" | "))
    }
}

impl Display for LogId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.index, self.term)
    }
}
