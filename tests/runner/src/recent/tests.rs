//! Which events are of one kind, and which are one.

use super::*;
use std::time::Duration;
use suites::trace::Loss;
use suites::trace::{Message, Save};

fn line(what: What) -> Line {
    Line {
        at: Duration::ZERO,
        lane: None,
        incarnation: None,
        thread: Name::new("main"),
        what,
        times: 1,
    }
}

fn note(text: &str) -> Line {
    line(What::Note(Text::new(text)))
}

/// A step of call `call`, from n`from` to n`to`.
fn beat(call: u64, [from, to]: [usize; 2], step: Step, term: u64) -> Line {
    let (from, to) = (Lane::Server(from), Lane::Server(to));
    let message = Message {
        call,
        from,
        to: Some(to),
        method: Name::new("Raft.Beat"),
        step,
        fate: None,
        size: 9,
        content: Content {
            term: Some(term),
            ..Content::default()
        },
    };
    let arrives = message.is_arriving();
    Line {
        lane: Some(if arrives { to } else { from }),
        ..line(What::Message(Box::new(message)))
    }
}

/// The events of the last `count` kinds, a second between any two.
fn shown(mut events: Vec<Line>, count: usize) -> Vec<String> {
    for (event, at) in events.iter_mut().zip(1..) {
        event.at = Duration::from_secs(at);
    }
    let recent = recent(&events, count).into_iter();
    let shown = recent.map(|line| format!("{line} ×{}", line.times));
    shown.map(|line| line.trim_start().to_string()).collect()
}

#[test]
fn the_last_of_each_kind() {
    let events = ["n0 beats", "n1 falls", "n0 beats", "n0 beats"].map(note);
    assert_eq!(
        shown(events.to_vec(), 5),
        ["2.000000  n1 falls ×1", "4.000000  n0 beats ×3"]
    );
    assert_eq!(shown(events.to_vec(), 1), ["4.000000  n0 beats ×3"]);
}

/// The number of the call says which message it is: not what it says, and not its neighbours.
#[test]
fn a_message_that_arrives_at_once_is_one_event() {
    let lost = Step::Lost(Loss::Reply);
    let events = vec![
        beat(1, [0, 1], Step::Sent, 1),
        note("n2 sleeps"),
        beat(2, [0, 1], Step::Sent, 2),
        beat(2, [0, 1], Step::Arrived, 2),
        beat(2, [1, 0], Step::Replied, 1),
        beat(2, [1, 0], lost, 1),
        beat(3, [0, 1], Step::Sent, 1),
    ];
    assert_eq!(
        shown(events, 9),
        [
            "2.000000  n2 sleeps ×1",
            "3.000000  n0@2 → n1 Beat ✓ ×1",
            "5.000000  n1 → n0 Beat @1 ✗ lost reply ×1",
            "7.000000  n0@1 → n1 Beat ×2",
        ]
    );
}

/// A save's number tells it from the others, and says nothing.
#[test]
fn saves_that_say_the_same_are_of_one_kind() {
    let save = |number, term| Save {
        number,
        term: Some(term),
        voted_for: Some(Vote::Nobody),
        log: None,
        text: None,
        state_size: 9,
        snapshot_size: 0,
    };
    let saves = [save(1, 3), save(2, 3), save(3, 4)].map(|save| line(What::Save(Box::new(save))));
    assert_eq!(
        shown(saves.to_vec(), 9),
        [
            "2.000000  save term=3 voted_for=- state=9B snapshot=0B ×2",
            "3.000000  save term=4 voted_for=- state=9B snapshot=0B ×1"
        ]
    );
}

#[test]
fn calls_that_say_the_same_are_of_one_kind() {
    let events = (1..=3).map(|call| beat(call, [0, 1], Step::Sent, 1));
    assert_eq!(shown(events.collect(), 9), ["3.000000  n0@1 → n1 Beat ×3"]);
}
