//! A trace as a file, which is also how it travels from process to process.

use super::failure::Failure;
use super::line::{Line, What};
use super::text::Text;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Write as _};

/// What a trace's first line calls it.
pub const FORMAT: &str = "raftlab-trace";

/// The version of the format that this program writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// The most that a trace takes, in bytes.
pub const TRACE_MAX: usize = 64 << 20;

/// The most that one of its lines takes, in bytes, the line break included.
pub const LINE_MAX: usize = 4 << 10;

/// About what a line takes, for the buffers that they are written to and read from.
const LINE: usize = 200;

/// The first line of a trace: of which run it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The case, such as `3B::backup`.
    pub case: Text,
    /// The seed.
    pub seed: u64,
    /// `sim` or `real`.
    pub mode: Text,
    /// How the simulation picked the next thread.
    pub strategy: Text,
    /// What was judged.
    pub submission: Text,
    /// Number of servers.
    pub servers: usize,
    /// Why the run failed, if it did; without a backtrace.
    pub failure: Option<Failure>,
}

/// All that is known of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Of which run it is.
    pub header: Header,
    /// What happened in it, in order.
    pub lines: Vec<Line>,
}

/// What comes before the header's own fields.
#[derive(Serialize, Deserialize)]
struct First<H> {
    format: String,
    version: u32,
    run: H,
}

/// Why bytes are no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Nothing in it says that it is a trace.
    NoTrace,
    /// A version that this program does not know.
    Version(u32),
    /// It is longer than a trace can be, in bytes.
    TooLong(usize),
    /// A line is longer than one can be.
    LongLine {
        /// Its number; the header's is 1.
        line: usize,
    },
    /// A line is not what it should be.
    Line {
        /// Its number; the header's is 1.
        line: usize,
        /// What is wrong with it.
        error: Text,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::NoTrace => {
                write!(
                    f,
                    "it is no trace: its first line does not say \"{FORMAT}\""
                )
            }
            ParseError::Version(version) => write!(
                f,
                "it is a trace of version {version}, and this program reads version {VERSION}: \
                 use the raftlab that wrote it"
            ),
            ParseError::TooLong(length) => {
                write!(
                    f,
                    "it has {length} bytes, and a trace has at most {TRACE_MAX}"
                )
            }
            ParseError::LongLine { line } => {
                write!(f, "line {line} has more than {LINE_MAX} bytes")
            }
            ParseError::Line { line, error } => write!(f, "line {line}: {error}"),
        }
    }
}

impl std::error::Error for ParseError {}

impl Trace {
    /// The trace that these bytes are.
    ///
    /// # Errors
    /// Where and why they are none. Whatever they are, reading them neither panics nor takes more
    /// memory than some ten times their length.
    pub fn parse(bytes: &[u8]) -> Result<Trace, ParseError> {
        if bytes.len() > TRACE_MAX {
            return Err(ParseError::TooLong(bytes.len()));
        }
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').zip(1..);
        let header = match lines.next() {
            Some((first, _)) => parse_header(first)?,
            None => return Err(ParseError::NoTrace),
        };
        let parse = |(bytes, line): (&[u8], usize)| match bytes.len() > LINE_MAX {
            true => Err(ParseError::LongLine { line }),
            false => serde_json::from_slice(bytes).map_err(|error| ParseError::Line {
                line,
                error: Text::new(error),
            }),
        };
        let mut trace = Trace {
            header,
            lines: Vec::with_capacity(bytes.len() / LINE),
        };
        for line in lines {
            trace.lines.push(parse(line)?);
        }
        Ok(trace)
    }

    /// The bytes of it. If they were more than [`TRACE_MAX`], the oldest lines are left out, but
    /// none of those that say when a server starts, ends, is connected or cut off.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.to_line();
        let header = bytes.len();
        bytes.reserve((self.lines.len() * LINE).min(TRACE_MAX));
        let mut ends = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            write_line(line, &mut bytes);
            ends.push(bytes.len());
        }
        if bytes.len() <= TRACE_MAX {
            return bytes;
        }
        self.less(&bytes, header, &ends)
    }

    /// What of `bytes` there is room for. The lines end at `ends`; the first begins at `header`.
    fn less(&self, bytes: &[u8], header: usize, ends: &[usize]) -> Vec<u8> {
        let starts = std::iter::once(header).chain(ends.iter().copied());
        let spans = starts.zip(ends.iter().copied());
        let mut excess = bytes.len() + LINE_MAX - TRACE_MAX;
        let mut less = bytes[..header].to_vec();
        let mut dropped = 0;
        for (line, (start, end)) in self.lines.iter().zip(spans) {
            if excess > 0 && !line.what.is_landmark() {
                excess = excess.saturating_sub(end - start);
                dropped += match line.what {
                    What::Dropped(before) => before,
                    _ => 1,
                };
                continue;
            }
            if excess == 0 && dropped > 0 {
                let note = Line {
                    lane: None,
                    incarnation: None,
                    what: What::Dropped(std::mem::take(&mut dropped)),
                    ..line.clone()
                };
                write_line(&note, &mut less);
            }
            less.extend_from_slice(&bytes[start..end]);
        }
        less
    }

    /// Its lines as people read them.
    pub fn to_text(&self) -> Text {
        let mut text = String::with_capacity(self.lines.len() * 100);
        for line in &self.lines {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{gap}{line}");
        }
        Text::of_clean(text)
    }

    /// How many of the lines came before the moment to look at: mostly all.
    pub fn before(&self) -> usize {
        let looks = self.lines.iter().rev();
        let moment = looks.filter_map(|line| match line.what {
            What::Look(at) => Some(at),
            _ => None,
        });
        match moment.take(1).last() {
            Some(at) => self.lines.partition_point(|line| line.at <= at),
            None => self.lines.len(),
        }
    }
}

impl Header {
    fn to_line(&self) -> Vec<u8> {
        let mut run = self.clone();
        if let Some(failure) = &mut run.failure {
            failure.backtrace = Text::default();
            failure.message = Text::of_at_most(LINE_MAX / 4, &failure.message);
        }
        let first = First {
            format: FORMAT.to_string(),
            version: VERSION,
            run,
        };
        json(&first)
    }
}

fn parse_header(bytes: &[u8]) -> Result<Header, ParseError> {
    #[derive(Deserialize)]
    struct Mark {
        format: String,
        version: u32,
    }
    if bytes.len() > LINE_MAX {
        return Err(ParseError::LongLine { line: 1 });
    }
    match serde_json::from_slice::<Mark>(bytes) {
        Ok(Mark { format, .. }) if format != FORMAT => Err(ParseError::NoTrace),
        Ok(Mark { version, .. }) if version != VERSION => Err(ParseError::Version(version)),
        Err(_) => Err(ParseError::NoTrace),
        Ok(_) => match serde_json::from_slice::<First<Header>>(bytes) {
            Ok(First { run, .. }) => Ok(run),
            Err(error) => Err(ParseError::Line {
                line: 1,
                error: Text::new(error),
            }),
        },
    }
}

/// Adds a line, its texts shortened if it would be too long.
fn write_line(line: &Line, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    write_json(line, bytes);
    let written = bytes.len() - start;
    if written <= LINE_MAX {
        return;
    }
    bytes.truncate(start);
    let mut short = line.clone();
    let mut excess = written - LINE_MAX;
    while let Some(longest) = short
        .texts()
        .into_iter()
        .max_by_key(|text| text.as_str().len())
        && !longest.is_short()
    {
        longest.shorten(excess);
        excess = json(&short).len().saturating_sub(LINE_MAX);
        if excess == 0 {
            break;
        }
    }
    if excess > 0
        && let What::Message(message) = &mut short.what
    {
        // Names alone are too long then.
        message.content.rest.clear();
    }
    write_json(&short, bytes);
}

fn write_json<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    serde_json::to_writer(&mut *bytes, value).expect("numbers and texts can be written");
    bytes.push(b'\n');
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_json(value, &mut bytes);
    bytes
}

/// Between processes a trace is what it is in a file. Whoever is sent one reads it with the same
/// distrust.
impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.to_bytes())
    }
}

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Trace, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Reads a trace without a copy of its bytes.
struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Trace;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of a trace")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Trace, E> {
        Trace::parse(bytes).map_err(E::custom)
    }
}
