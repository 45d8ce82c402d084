//! Text that the code under test had a hand in. It becomes part of a trace or report here and
//! nowhere else: fit for a terminal, and bounded.

use super::form::read_word;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::{self, Display, Write};
use std::sync::Arc;

/// What a text ends with of which the rest was cut.
const CUT: &str = "…";

/// The longest name, such as a thread's or a method's: bytes, written as JSON.
pub(super) const NAME_MAX: usize = 128;

/// The longest text within a line of a trace: bytes, written as JSON.
pub(super) const TEXT_MAX: usize = 3 << 10;

/// The longest reason of a failure with all that belongs to it: bytes, written as JSON.
const REASON_MAX: usize = 64 << 10;

/// Text without control characters, which would reach the terminal of whoever reads a report:
/// `ESC` is shown as `\u{1b}`. Line breaks and tabs are kept. Whoever has a `Text` need not ask
/// where it came from, since it is cleaned when it is made, also when it is read from a file or
/// from another process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(String);

impl Text {
    /// What a line of a trace may hold of `text`, the end cut with a mark.
    pub fn new(text: impl Display) -> Text {
        Text::of_at_most(TEXT_MAX, text)
    }

    /// What a report may hold of `text`: more than a line.
    pub fn of_report(text: impl Display) -> Text {
        Text::of_at_most(REASON_MAX, text)
    }

    /// As much of `text` as takes at most `room` bytes when written as JSON. No more is asked of it
    /// than that: a value of a gigabyte is not formatted to its end.
    pub(super) fn of_at_most(room: usize, text: impl Display) -> Text {
        let mut clean = Cleaner {
            text: String::new(),
            room: room.saturating_sub(CUT.len()),
            is_full: false,
        };
        // An error is how the cleaner says that it has enough.
        let _ = write!(clean, "{text}");
        if clean.is_full {
            clean.text.push_str(CUT);
        }
        Text(clean.text)
    }

    /// The whole of a text that consists of clean ones.
    pub(super) fn of_clean(text: String) -> Text {
        debug_assert!(!text.chars().any(is_unfit), "not made of clean texts");
        Text(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first line.
    pub fn first_line(&self) -> &str {
        self.0.lines().next().unwrap_or_default()
    }

    /// Cuts at least `excess` bytes off its end, if it has so many. The mark stays.
    pub(super) fn shorten(&mut self, excess: usize) {
        let mut keep = self.0.len().saturating_sub(excess + CUT.len());
        while !self.0.is_char_boundary(keep) {
            keep -= 1;
        }
        self.0.truncate(keep);
        self.0.push_str(CUT);
    }

    /// Whether there is nothing left of it to be cut.
    pub(super) fn is_short(&self) -> bool {
        self.0.len() <= CUT.len()
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::of_report(text)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        // Text of our own is clean already.
        read_word(deserializer, |raw| {
            Ok(match raw.chars().any(is_unfit) {
                true => Text::of_report(raw),
                false => Text(raw.into()),
            })
        })
    }
}

/// A name that many lines share: a method's, a thread's, a field's. A clone is no allocation; when
/// events are kept in an arena, the number of the name in a table can stand here instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// A clean copy of `name`.
    pub fn new(name: &str) -> Name {
        let is_fit = |name: &str| {
            name.len() < NAME_MAX && name.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\')
        };
        Name(match is_fit(name) && !name.contains('"') {
            true => name.into(),
            false => Text::of_at_most(NAME_MAX, Flat(name)).0.into(),
        })
    }

    /// The same as [`Name::new`], from this thread's table of names. Millions of lines have a
    /// handful of names.
    fn known(name: &str) -> Name {
        KNOWN.with_borrow_mut(|known| {
            if let Some(name) = known.get(name) {
                return name.clone();
            }
            let name = Name::new(name);
            if known.len() < KNOWN_MAX {
                known.insert(name.clone());
            }
            name
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A hostile trace may have as many names as lines.
const KNOWN_MAX: usize = 1000;

thread_local! {
    static KNOWN: RefCell<HashSet<Name>> = RefCell::default();
}

/// A name hashes as its text does.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        read_word(deserializer, |raw| Ok(Name::known(raw)))
    }
}

/// A text in one line, fit for columns: line breaks are shown as `⏎`, tabs as blanks.
pub(super) struct Flat<'a>(pub(super) &'a str);

impl Display for Flat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, line) in self.0.split('\n').enumerate() {
            if place > 0 {
                f.write_str(" ⏎ ")?;
            }
            for (place, part) in line.split('\t').enumerate() {
                f.write_str(if place == 0 { "" } else { " " })?;
                f.write_str(part)?;
            }
        }
        Ok(())
    }
}

/// What a terminal obeys instead of showing it, and what makes text read in another order than it
/// is written.
fn is_unfit(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Takes text in as long as there is room for it.
struct Cleaner {
    text: String,
    /// Bytes that the text may still grow by, when written as JSON.
    room: usize,
    is_full: bool,
}

impl Cleaner {
    fn push(&mut self, c: char) -> fmt::Result {
        let cost = match c {
            '"' | '\\' | '\n' | '\t' => 2,
            c => c.len_utf8(),
        };
        let Some(room) = self.room.checked_sub(cost) else {
            self.is_full = true;
            return Err(fmt::Error);
        };
        self.room = room;
        self.text.push(c);
        Ok(())
    }
}

impl Write for Cleaner {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
        if text.len() <= self.room && text.bytes().all(is_plain) {
            self.room -= text.len();
            self.text.push_str(text);
            return Ok(());
        }
        for c in text.chars() {
            if is_unfit(c) {
                c.escape_default().try_for_each(|c| self.push(c))?;
            } else {
                self.push(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let owned = Text::new("\x1b]0;owned\x07\x1b[2J\x1b[H15 of 15\r\u{9b}1mpoints\u{202e}");
        assert_eq!(
            owned.as_str(),
            "\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{1b}[H15 of 15\\r\\u{9b}1mpoints\\u{202e}"
        );
        assert_eq!(Text::new("a\tb\nç é").as_str(), "a\tb\nç é");
        assert_eq!(Name::new("tick\x1b[2J\ner").as_str(), "tick\\u{1b}[2J ⏎ er");
    }

    /// Whoever sends or writes it may not have made it with [`Text::new`].
    #[test]
    fn what_is_read_is_cleaned_too() {
        let text: Text = serde_json::from_str(r#""\u001b[2Jx""#).expect("it is text");
        assert_eq!(text.as_str(), "\\u{1b}[2Jx");
        let name: Name = serde_json::from_str(r#""\u001b[2Jx""#).expect("it is text");
        assert_eq!(name.as_str(), "\\u{1b}[2Jx");
    }

    #[test]
    fn a_text_has_an_end_however_it_is_written() {
        for unit in ["x", "\"", "\\", "\x1b", "é", "\n", "⏎", "\u{202e}"] {
            for length in [0, 1, 700, 3000, 50_000] {
                let whole = unit.repeat(length);
                let text = Text::new(&whole);
                let json = serde_json::to_string(&text).expect("it can be written");
                assert!(
                    json.len() <= TEXT_MAX + 2,
                    "{unit:?} × {length}: {}",
                    json.len()
                );
                let is_whole = serde_json::to_string(&whole).is_ok_and(|json| {
                    json.len() + CUT.len() <= TEXT_MAX && !whole.contains(is_unfit)
                });
                let is_cut = text.as_str().ends_with(CUT) && whole != text.as_str();
                assert!(!(is_whole && is_cut), "{unit:?} × {length}");
                assert!(is_cut || length < 50_000, "{unit:?} × {length}");
            }
        }
    }

    /// A value of any size costs what is shown of it.
    #[test]
    fn no_more_is_written_than_there_is_room_for() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("again ")?;
                }
            }
        }
        assert!(Text::new(Endless).as_str().ends_with(CUT));
    }

    #[test]
    fn a_text_can_be_shortened() {
        let mut text = Text::new("éééééé");
        text.shorten(2);
        assert_eq!(text.as_str(), "ééé…");
        text.shorten(99);
        assert_eq!(text.as_str(), CUT);
    }
}
