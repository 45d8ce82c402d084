//! What is shown on a terminal, and what is typed there.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::io;

/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is to be looked at, or not done yet.
pub const OPEN: Style = AnsiColor::Yellow.on_default();
/// What only leads the eye.
pub const FAINT: Style = Style::new().dimmed();

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

#[cfg(test)]
mod tests {
    use super::*;

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
