//! A trace and each of its lines have an end.

use super::line;
use crate::trace::content::Content;
use crate::trace::{
    Header, LINE_MAX, Lane, Line, Log, LogId, Message, Name, Run, Save, SavedLog, TRACE_MAX, Text,
    Trace, Vote, What,
};
use labrpc::harness::Step;
use std::time::Duration;

/// Text that becomes longer when it is written as JSON.
fn nasty() -> String {
    "\\\"\x1b⏎é\n\t".repeat(50_000)
}

fn log(text: &str) -> Line {
    let log = Log {
        level: log::Level::Debug,
        term: Some(u64::MAX),
        role: None,
        text: Text::new(text),
    };
    line(Some(Lane::Server(0)), What::Log(log))
}

/// The longest message: everything that it may have, at its longest.
fn message(text: &str) -> Line {
    let most = u64::MAX;
    let id = Some(LogId {
        index: most,
        term: most,
    });
    let run = Run {
        first: most,
        last: most,
        term: Some(most),
    };
    let content = Content {
        term: Some(most),
        candidate: Some(most),
        leader: Some(most),
        last: id,
        prev: id,
        entries: vec![run; 16],
        commit: Some(most),
        upto: id,
        snapshot: Some(most),
        granted: Some(false),
        success: Some(false),
        pre_vote: true,
        rest: vec![(Name::new(text), Text::new(text)); 24],
        text: Some(Text::new(text)),
    };
    let message = Message {
        call: most,
        from: Lane::Client(u32::MAX as usize),
        to: Some(Lane::Client(u32::MAX as usize)),
        method: Name::new(text),
        step: Step::Sent,
        fate: None,
        size: most,
        content,
    };
    line(None, What::Message(Box::new(message)))
}

fn save(text: &str) -> Line {
    let save = Save {
        number: u64::MAX,
        term: Some(u64::MAX),
        voted_for: Some(Vote::Other(Text::new(text))),
        log: Some(SavedLog {
            last_index: Some(u64::MAX),
            last_term: Some(u64::MAX),
            entries: Some(u64::MAX),
            after: Some(u64::MAX),
            text: Some(Text::new(text)),
        }),
        text: Some(Text::new(text)),
        state_size: u64::MAX,
        snapshot_size: u64::MAX,
    };
    line(None, What::Save(Box::new(save)))
}

fn trace(lines: Vec<Line>) -> Trace {
    let header = Header::default();
    Trace { header, lines }
}

#[test]
fn a_line_takes_at_most_4_kib() {
    for text in [nasty(), "x".repeat(50_000), "\u{202e}".repeat(50_000)] {
        let lines = vec![
            log(&text),
            save(&text),
            line(None, What::Step(Text::new(&text))),
        ];
        let written = trace(lines.clone()).to_bytes();
        let longest = written
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::len);
        assert!(longest.max() <= Some(LINE_MAX), "{:?}", text.get(..8));
        let read = Trace::parse(&written).expect("it is a trace");
        for line in &read.lines {
            assert!(line.to_string().contains('…'), "cut without a mark: {line}");
        }
    }
}

/// More than the harness ever writes: 24 fields of 3 KiB, names at their longest.
#[test]
fn what_cannot_be_written_whole_is_shortened() {
    let text = nasty();
    let written = trace(vec![message(&text)]).to_bytes();
    let longest = written
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::len);
    assert!(longest.max() <= Some(LINE_MAX), "{}", written.len());
    assert!(Trace::parse(&written).is_ok());
}

#[test]
fn a_long_trace_loses_its_oldest_lines_but_no_landmark() {
    let start = || Line {
        incarnation: Some(1),
        ..line(Some(Lane::Server(0)), What::Start)
    };
    let text = "x".repeat(3_000);
    let count = TRACE_MAX / 3_000 + 100;
    let mut lines = vec![start(), line(Some(Lane::Server(0)), What::Connect)];
    lines.extend((0..count).map(|at| Line {
        at: Duration::from_secs(at as u64),
        ..log(&text)
    }));
    lines.push(line(None, What::Look(Duration::from_secs(3))));
    let whole = trace(lines);
    let written = whole.to_bytes();
    assert!(written.len() <= TRACE_MAX, "{}", written.len());
    assert!(
        written.len() > TRACE_MAX - 3 * LINE_MAX,
        "{}",
        written.len()
    );
    let read = Trace::parse(&written).expect("it is a trace").lines;
    assert_eq!(read[..2], whole.lines[..2]);
    let What::Dropped(dropped) = read[2].what else {
        panic!("nothing says that lines are missing: {}", read[2]);
    };
    assert_eq!(read.len() - 1 + dropped as usize, whole.lines.len());
    assert_eq!(read.last(), whole.lines.last());
    // Written again, it is what it is.
    let again = trace(read).to_bytes();
    assert_eq!(again, written);
}
