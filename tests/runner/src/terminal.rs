//! What is shown on a terminal, and what is typed there.

use super::interrupt;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is to be looked at, or not done yet.
pub const OPEN: Style = AnsiColor::Yellow.on_default();
/// What only leads the eye.
pub const FAINT: Style = Style::new().dimmed();

/// Writes to standard output. When nobody reads it any more, as behind `| head`, this process ends
/// as a signal would end it.
pub fn put(text: Arguments<'_>) {
    if let Err(error) = io::stdout().write_fmt(text)
        && error.kind() == ErrorKind::BrokenPipe
    {
        interrupt::unheard();
    }
}

/// Writes a line to standard error, if anybody reads that.
pub fn complain(text: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// `print!`, for a reader who may have gone.
#[macro_export]
macro_rules! say {
    ($($what:tt)*) => {
        $crate::terminal::put(format_args!($($what)*))
    };
}

/// `println!`, for a reader who may have gone.
#[macro_export]
macro_rules! sayln {
    ($($what:tt)*) => {
        $crate::terminal::put(format_args!("{}\n", format_args!($($what)*)))
    };
}

/// `eprintln!`, for a reader who may have gone.
#[macro_export]
macro_rules! warnln {
    ($($what:tt)*) => {
        $crate::terminal::complain(format_args!($($what)*))
    };
}

/// `text` in a style, if whoever reads our standard output wants that: a terminal without
/// `NO_COLOR`, or anybody with `CLICOLOR_FORCE`.
pub fn paint(style: Style, text: &str) -> String {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => text.to_string(),
        _ => format!("{style}{text}{style:#}"),
    }
}

/// `text` as one word of a shell, to be copied from the screen.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// How many columns `text` takes: a letter of Chinese takes two, an accent of its own none.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// As much of `text` as fits into `room` columns; what is cut ends in `…`.
pub fn fit(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_string();
    }
    let mut short = String::new();
    let mut left = room.saturating_sub(1); // for the sign
    for letter in text.chars() {
        let wide = UnicodeWidthChar::width(letter).unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        short.push(letter);
    }
    short + if room == 0 { "" } else { "…" }
}

/// `text`, and blanks up to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{:blanks$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_not_letters() {
        for (text, columns) in [("n1", 2), ("日本", 4), ("e\u{301}", 1), ("", 0)] {
            assert_eq!(width(text), columns, "{text}");
            assert_eq!(width(&pad(text, 5)), 5, "{text}");
        }
        assert_eq!(pad("日本", 3), "日本");
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("日本語", 0), "");
    }

    proptest! {
        #[test]
        fn what_is_cut_fits(text in any::<String>(), room in 0usize..40) {
            let shown = fit(&text, room);
            prop_assert!(width(&shown) <= room);
            prop_assert_eq!(shown == text, width(&text) <= room);
        }
    }

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(shell_word("../my-raft/src.d"), "../my-raft/src.d");
        assert_eq!(shell_word("my raft"), "'my raft'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        // A shell would take it for somebody's home, or for nothing.
        assert_eq!(shell_word("~mine"), "'~mine'");
        assert_eq!(shell_word(""), "''");
    }
}
