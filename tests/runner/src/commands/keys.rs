//! Keys, as they are pressed: on a terminal without Enter, from a pipe a line for each. Whatever
//! ends this program leaves the terminal as it was.

use crate::interrupt;
use labrt::channel::{self, Receiver};
use labrt::thread;
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use std::io::{self, BufRead};
use std::os::fd::AsFd;

/// What is typed.
pub(super) struct Keys {
    pub(super) typed: Receiver<char>,
    /// Nobody has to press Enter.
    pub(super) at_once: bool,
    _unbuffered: Option<Unbuffered<io::Stdin>>,
}

impl Keys {
    /// Listens to standard input from now on.
    pub(super) fn listen() -> Keys {
        let unbuffered = Unbuffered::new(io::stdin());
        if let Some(Unbuffered { before, .. }) = &unbuffered {
            let before = before.clone();
            interrupt::on_interrupt(move || {
                let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, &before);
            });
        }
        let at_once = unbuffered.is_some();
        let (sender, typed) = channel::unbounded();
        thread::spawn(move || {
            let send = |key: char| sender.send(key.to_ascii_lowercase()).is_ok();
            let _ = match at_once {
                true => keys(io::stdin().lock()).all(send),
                false => lines(io::stdin().lock()).all(send),
            };
            // Whoever hangs up wants no more.
            let _ = send('q');
        });
        Keys {
            typed,
            at_once,
            _unbuffered: unbuffered,
        }
    }
}

/// Each letter; Enter is a key, too: `r`.
fn keys(input: impl BufRead) -> impl Iterator<Item = char> {
    let bytes = input.bytes().map_while(Result::ok);
    let keys = bytes.map(|byte| match byte {
        b'\r' | b'\n' => 'r',
        byte => char::from(byte),
    });
    // The arrows and their like begin with an escape; none of them is a letter.
    keys.filter(|key| key.is_ascii_alphabetic())
}

/// The first letter of each line; a line without letters is a key, too.
fn lines(input: impl BufRead) -> impl Iterator<Item = char> {
    let lines = input.lines().map_while(Result::ok);
    lines.map(|line| line.trim().chars().next().unwrap_or('r'))
}

/// A terminal that hands on each key as it is pressed, and does not show it, as long as this lives.
/// Ctrl-C remains what it is.
struct Unbuffered<T: AsFd> {
    terminal: T,
    before: Termios,
}

impl<T: AsFd> Unbuffered<T> {
    /// `None` if it is no terminal.
    fn new(terminal: T) -> Option<Unbuffered<T>> {
        let before = termios::tcgetattr(&terminal).ok()?;
        let mut wanted = before.clone();
        wanted
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        wanted.special_codes[SpecialCodeIndex::VMIN] = 1;
        wanted.special_codes[SpecialCodeIndex::VTIME] = 0;
        termios::tcsetattr(&terminal, OptionalActions::Now, &wanted).ok()?;
        Some(Unbuffered { terminal, before })
    }
}

impl<T: AsFd> Drop for Unbuffered<T> {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{Mode, OFlags, open};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::fs::File;
    use std::io::{BufReader, Write};

    #[test]
    fn a_key_needs_no_enter_and_the_terminal_is_left_as_it_was() {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
        grantpt(&ours).expect("it is ours");
        unlockpt(&ours).expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let theirs = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
        let theirs = File::from(theirs.expect("it can be opened"));
        let is_whole = || {
            let modes = termios::tcgetattr(&theirs).expect("a terminal").local_modes;
            modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
        };
        assert!(is_whole());
        let unbuffered = Unbuffered::new(theirs.try_clone().expect("one more"));
        assert!(unbuffered.is_some() && !is_whole());
        let mut ours = File::from(ours);
        ours.write_all(b"\x1b1h").expect("it can be typed");
        let first = keys(BufReader::new(&theirs)).next();
        assert_eq!(first, Some('h'));
        drop(unbuffered);
        assert!(is_whole());
        let file = File::open("/dev/null").expect("it is always there");
        assert!(Unbuffered::new(file).is_none());
    }

    #[test]
    fn a_pipe_has_lines() {
        let typed: String = lines(&b"hint\n\n  n \nq"[..]).collect();
        assert_eq!(typed, "hrnq");
    }
}
