//! A trace is read from files and from other processes: any bytes are a trace or an error, and a
//! trace can be shown, and written and read again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use suites::trace::{LINE_MAX, Line, TRACE_MAX, Trace};

/// With a first line before them, more bytes come as far as the lines behind it.
const FIRST: &str = concat!(
    r#"{"format":"raftlab-trace","version":1,"run":{"case":"3B::backup","seed":17,"#,
    r#""mode":"sim","strategy":"random","submission":"raft","servers":5,"failure":null}}"#,
    "\n"
);

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    read(&[FIRST.as_bytes(), bytes].concat());
});

fn read(bytes: &[u8]) {
    let Ok(trace) = Trace::parse(bytes) else {
        return;
    };
    let shown: String = trace.lines.iter().map(Line::to_string).collect();
    assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
    let written = trace.to_bytes();
    assert!(written.len() <= TRACE_MAX);
    assert!(
        written
            .split(|byte| *byte == b'\n')
            .all(|line| line.len() < LINE_MAX)
    );
    assert_eq!(
        Trace::parse(&written).map(|again| again.lines),
        Ok(trace.lines)
    );
}
