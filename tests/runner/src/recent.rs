//! Which events a report shows: the last ones, but each kind once. A leader that nobody hears sends
//! the same heartbeat a thousand times; what led to a failure lies before them.

use std::collections::HashMap;
use suites::trace::{Content, Lane, Line, Log, Name, SavedLog, Step, Text, Vote, What};

/// How many events may lie between a message's start and its end for one line to tell both.
const NEAR: usize = 3;

/// The last `count` kinds of events, each where it came last, with the number of times.
pub(super) fn recent(lines: &[Line], count: usize) -> Vec<Line> {
    let lines = in_one_line(lines);
    let mut times: HashMap<Kind<'_>, u64> = HashMap::new();
    for told in &lines {
        *times.entry(Kind::of(told)).or_default() += 1;
    }
    let mut shown = Vec::new();
    for told in lines.iter().rev() {
        if shown.len() == count {
            break;
        }
        // Counted once, it is not there for the earlier ones.
        if let Some(times) = times.remove(&Kind::of(told)) {
            shown.push(told.shown(times));
        }
    }
    shown.reverse();
    shown
}

/// A line, and what became of its message at once.
struct Told<'a> {
    line: &'a Line,
    fate: Option<Step>,
}

impl Told<'_> {
    fn shown(&self, times: u64) -> Line {
        let mut line = self.line.clone();
        if let What::Message(message) = &mut line.what {
            message.fate = self.fate;
        }
        Line { times, ..line }
    }
}

/// The events without those that only tell what became of a message: a message that arrives, or is
/// lost, as soon as it is sent is one event, the sender's.
fn in_one_line(lines: &[Line]) -> Vec<Told<'_>> {
    let mut is_told = vec![false; lines.len()];
    let mut told = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut near = (at + 1..lines.len()).take(NEAR);
        let end = near.find_map(|later| {
            let fate = fate_in(line, &lines[later]).filter(|_| !is_told[later])?;
            Some((later, fate))
        });
        match end {
            Some((later, fate)) => {
                is_told[later] = true;
                told.push(Told {
                    line,
                    fate: Some(fate),
                });
            }
            None if !is_told[at] => told.push(Told { line, fate: None }),
            None => {}
        }
    }
    told
}

/// What `later` says of the message that leaves in `line`, if it does.
fn fate_in(line: &Line, later: &Line) -> Option<Step> {
    let (What::Message(left), What::Message(end)) = (&line.what, &later.what) else {
        return None;
    };
    let is_end = matches!(
        (left.step, end.step),
        (Step::Sent, Step::Arrived | Step::Lost(_))
            | (Step::Replied, Step::Returned | Step::Lost(_))
    );
    let is_same = (left.call, left.from, left.to) == (end.call, end.from, end.to);
    (is_end && is_same).then_some(end.step)
}

/// What a line says, whenever that is. Two messages that say the same are of one kind, whatever the
/// numbers of their calls; so are two saves.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'a> {
    lane: Option<Lane>,
    says: Says<'a>,
}

#[derive(PartialEq, Eq, Hash)]
enum Says<'a> {
    Message {
        to: Option<Lane>,
        method: &'a Name,
        step: Step,
        fate: Option<Step>,
        content: &'a Content,
    },
    Save(Option<u64>, Saved<'a>, [u64; 2]),
    /// A thread is only shown of what it logs.
    Log(&'a Name, &'a Log),
    Start(Option<u64>),
    Other(&'a What),
}

/// The vote, the log, and the text of a save.
type Saved<'a> = (&'a Option<Vote>, &'a Option<SavedLog>, &'a Option<Text>);

impl<'a> Kind<'a> {
    fn of(told: &Told<'a>) -> Kind<'a> {
        let line = told.line;
        let says = match &line.what {
            What::Message(message) => Says::Message {
                to: message.to,
                method: &message.method,
                step: message.step,
                fate: told.fate,
                content: &message.content,
            },
            What::Save(save) => Says::Save(
                save.term,
                (&save.voted_for, &save.log, &save.text),
                [save.state_size, save.snapshot_size],
            ),
            What::Log(log) => Says::Log(&line.thread, log),
            What::Start => Says::Start(line.incarnation),
            other => Says::Other(other),
        };
        let lane = line.lane;
        Kind { lane, says }
    }
}

#[cfg(test)]
mod tests;
