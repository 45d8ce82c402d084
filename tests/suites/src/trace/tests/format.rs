//! The documented format, held to its word: a file of each kind of line is read, and written again
//! as it was. Whoever changes a line of it changes what other programs read, and has to count
//! [`VERSION`] up unless old files can still be read.

use super::super::*;
use std::collections::BTreeSet;

const EXAMPLE: &str = include_str!("example.jsonl");

fn example() -> Trace {
    Trace::parse(EXAMPLE.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn each_kind_of_line_is_written_as_it_is_read() {
    let trace = example();
    let written = String::from_utf8(trace.to_bytes()).expect("JSON is text");
    for (written, line) in written.lines().zip(EXAMPLE.lines()) {
        assert_eq!(written, line);
    }
    assert_eq!(written.lines().count(), EXAMPLE.lines().count());
    assert_eq!(Trace::parse(written.as_bytes()), Ok(trace));
}

/// The example has them all.
#[test]
fn no_kind_is_missing_in_the_example() {
    let kinds = example().lines.into_iter().map(|line| {
        // No wildcard: a new kind belongs into the example, the format and this list.
        match line.what {
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
            What::Says(_) => "says",
            What::Log(_) => "log",
            What::Warning(_) => "warning",
            What::Ask(_) => "ask",
            What::Answer(_) => "answer",
            What::Caption(_) => "caption",
            What::Step(_) => "step",
            What::Look(_) => "look",
            What::Dropped(_) => "dropped",
            What::Note(_) => "note",
        }
    });
    let kinds: BTreeSet<&str> = kinds.collect();
    assert_eq!(kinds.len(), 21, "{kinds:?}");
    // The chapter that documents them names each.
    let chapter = include_str!("../mod.rs");
    for kind in kinds {
        assert!(
            chapter.contains(&format!("`{kind}`")),
            "{kind} is not documented"
        );
    }
}

#[test]
fn the_example_reads_so() {
    let told: Vec<String> = example().lines.iter().map(Line::to_string).collect();
    let wanted = include_str!("example.txt");
    assert_eq!(told.join("\n"), wanted.trim_end());
}

#[test]
fn what_is_no_trace_is_refused() {
    let refused = |bytes: &[u8]| Trace::parse(bytes).expect_err("it is no trace");
    assert_eq!(refused(b""), ParseError::NoTrace);
    assert_eq!(refused(b"\xff\x00\n"), ParseError::NoTrace);
    assert_eq!(refused(b"{\"a\":1}\n"), ParseError::NoTrace);
    assert_eq!(refused(b"   0.000000  n0 starts\n"), ParseError::NoTrace);
    let header = EXAMPLE.lines().next().expect("it has a header");
    let other = header.replace("raftlab-trace", "other");
    assert_eq!(refused(other.as_bytes()), ParseError::NoTrace);
    let newer = header.replace("\"version\":1", "\"version\":2");
    assert_eq!(refused(newer.as_bytes()), ParseError::Version(2));
    assert!(
        refused(newer.as_bytes())
            .to_string()
            .contains("reads version 1")
    );
    let unknown = format!("{header}\n{{\"at\":0,\"thread\":\"x\",\"what\":\"flies\"}}\n");
    let told = refused(unknown.as_bytes()).to_string();
    assert!(
        told.starts_with("line 2: unknown variant `flies`"),
        "{told}"
    );
    let long = format!("{header}\n{}\n", " ".repeat(LINE_MAX));
    assert_eq!(refused(long.as_bytes()), ParseError::LongLine { line: 2 });
    assert_eq!(
        refused(&vec![b' '; TRACE_MAX + 1]),
        ParseError::TooLong(TRACE_MAX + 1)
    );
}

/// Any bytes are a trace or an error, at any place where a file may have been cut or changed.
#[test]
fn no_bytes_are_too_much() {
    let mut bytes = EXAMPLE.as_bytes().to_vec();
    for end in 0..bytes.len() {
        let _ = Trace::parse(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        for new in [b'\"', b'9', b'-', b'[', b'\n', 0xff] {
            let old = std::mem::replace(&mut bytes[at], new);
            if let Ok(trace) = Trace::parse(&bytes) {
                // Whatever was read can be shown, and written again.
                let told: String = trace.lines.iter().map(Line::to_string).collect();
                assert!(!told.contains(|c: char| c.is_control()));
                let again = Trace::parse(&trace.to_bytes());
                assert_eq!(again.map(|again| again.lines), Ok(trace.lines));
            }
            bytes[at] = old;
        }
    }
}
