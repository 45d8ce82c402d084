//! Events side by side: a column for each server, the time at the left, and what concerns
//! everybody across all columns. Reports and `raftlab replay` both show events so.
//!
//! It works on lines of the trace, `0.811093  n1@7 → n3 RequestVote last=0@0`, so that whoever has
//! a trace, from wherever, can have it in columns. A cell begins in its server's column and may run
//! on over the columns behind it, which are empty on that line: where it begins says whose it is.

use std::io::IsTerminal;

/// How wide columns are laid out for files and pipes.
pub const WIDTH: usize = 110;

/// More servers than this have no column each.
const MOST: usize = 5;

/// What the time takes in a line of the trace.
const STAMP: usize = 11;

/// What the time takes, with the blanks behind it.
const TIME: usize = 12;

/// The least that the last server's cells need: an AppendEntries with an entry or two.
const LAST: usize = 40;

/// The least and the most by which a column stands behind the one before it.
const STEPS: (usize, usize) = (9, 32);

/// The terminal's width, if standard output is one.
pub fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    std::io::stdout()
        .is_terminal()
        .then_some(usize::from(width.0))
}

/// How many servers these events speak of: each begins with its start.
pub fn servers_in<T: AsRef<str>>(events: &[T]) -> usize {
    let started = events.iter().filter_map(|event| {
        let (_, what) = split(event.as_ref())?;
        server_in(what.strip_suffix(" starts")?)
    });
    started.map(|server| server + 1).max().unwrap_or(0)
}

/// The time of a trace's line; `None` if the line is no event.
pub fn time_of(line: &str) -> Option<f64> {
    split(line)?.0.parse().ok()
}

/// A layout for so many servers on so many columns.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    servers: usize,
    width: usize,
    step: usize,
}

impl Lanes {
    /// `None` if the servers are too many, or the width is too small: then a plain list is better.
    pub fn new(servers: usize, width: usize) -> Option<Lanes> {
        if !(1..=MOST).contains(&servers) {
            return None;
        }
        let room = width.checked_sub(TIME + LAST)?;
        let step = match servers {
            1 => 0,
            _ => (room / (servers - 1)).min(STEPS.1),
        };
        (servers == 1 || step >= STEPS.0).then_some(Lanes {
            servers,
            width,
            step,
        })
    }

    /// The line above the columns.
    pub fn head(&self) -> String {
        let mut head = format!("{:>10}  ", "seconds");
        for server in 0..self.servers {
            head.push_str(&format!("{:<1$}", format!("n{server}"), self.step));
        }
        head.trim_end().to_string()
    }

    /// An event of the trace in its column. What is no event is left as it is.
    pub fn line(&self, event: &str) -> String {
        self.line_with(event, "")
    }

    /// The same with `suffix` behind it, which is shown even if not all of the event is.
    pub(super) fn line_with(&self, event: &str, suffix: &str) -> String {
        let Some((time, what)) = split(event) else {
            return format!("{event}{suffix}");
        };
        let mut line = format!("{time:>10}  ");
        match place(what) {
            Some((server, cell)) if server < self.servers => {
                for _ in 0..server {
                    line.push_str(&format!("{:<1$}", "│", self.step));
                }
                line.push_str(&self.fit(TIME + server * self.step, &cell, suffix));
                self.guide(&mut line);
            }
            _ => {
                let across = self.fit(TIME + 3, what, suffix);
                line.push_str(&format!("── {across} "));
                let rest = self.width.saturating_sub(line.chars().count());
                line.push_str(&"─".repeat(rest));
            }
        }
        line.trim_end().to_string()
    }

    /// As much of `text` as fits behind `start`, what became of it, and `suffix`.
    fn fit(&self, start: usize, text: &str, suffix: &str) -> String {
        let fate = text.find(" ✗ ").or_else(|| text.find(" ✓"));
        let (text, fate) = text.split_at(fate.unwrap_or(text.len()));
        let suffix = &format!("{fate}{suffix}");
        let room = self.width.saturating_sub(start + suffix.chars().count());
        let clean = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect::<String>();
        if clean.chars().count() <= room {
            return clean + suffix;
        }
        let short: String = clean.chars().take(room.saturating_sub(1)).collect();
        format!("{short}…{suffix}")
    }

    /// Goes on with the columns that a cell has left free.
    fn guide(&self, line: &mut String) {
        for server in 1..self.servers {
            let start = TIME + server * self.step;
            let length = line.chars().count();
            if length < start {
                line.push_str(&" ".repeat(start - length));
                line.push('│');
            }
        }
    }
}

/// The time of an event, and what it says.
fn split(line: &str) -> Option<(&str, &str)> {
    // A report that quotes events has moved them in, and laid them out already.
    let (time, what) = line.split_at_checked(STAMP)?;
    let (time, what) = (time.trim_start(), what.strip_prefix("  ")?);
    let (whole, fraction) = time.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_event = digits(whole) && fraction.len() == 6 && digits(fraction);
    (is_event && !what.starts_with(' ')).then_some((time, what))
}

/// The server of `n3` and of `n3@7`.
fn server_in(word: &str) -> Option<usize> {
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    name.strip_prefix('n')?.parse().ok()
}

/// In whose column an event belongs, and what it says there: a message that arrived in its
/// receiver's, anything else in that of the server that it begins with.
fn place(what: &str) -> Option<(usize, String)> {
    let (subject, rest) = what.split_once(' ')?;
    let server = server_in(subject)?;
    if let Some(message) = rest.strip_prefix("→ ")
        && let Some(message) = message.strip_suffix(" ✓ arrived")
        && let Some((to, message)) = message.split_once(' ')
    {
        return Some((server_in(to)?, format!("← {subject} {message}")));
    }
    let term = subject.split_once('@').map(|(_, term)| term);
    let term = term.map(|term| format!("@{term} ")).unwrap_or_default();
    Some((server, format!("{term}{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes() -> Lanes {
        Lanes::new(3, 72).expect("wide enough")
    }

    #[test]
    fn each_server_has_a_column() {
        assert_eq!(lanes().head(), "   seconds  n0        n1        n2");
        for (event, line) in [
            (
                "   0.542374  n2@1 → n0 RequestVote last=0@0",
                "  0.542374  │         │         @1 → n0 RequestVote last=0@0",
            ),
            (
                "   0.542374  n0 → n1 RequestVote ok @1",
                "  0.542374  → n1 RequestVote ok @1",
            ),
            (
                "  12.542374  n0 starts",
                " 12.542374  starts    │         │",
            ),
            (
                "   0.542374  n1@2 leader INFO (ticker) n2 starts",
                "  0.542374  │         @2 leader INFO (ticker) n2 starts",
            ),
        ] {
            assert_eq!(lanes().line(event), line);
        }
    }

    #[test]
    fn what_arrives_stands_with_its_receiver() {
        let request = "   0.542375  n2@1 → n0 RequestVote last=0@0 ✓ arrived";
        let shown = "  0.542375  ← n2@1 RequestVote last=0@0";
        assert_eq!(lanes().line(request), shown);
        let lost = "   0.542375  n2@1 → n0 RequestVote last=0@0 ✗ lost request";
        let shown = "  0.542375  │         │         @1 → n0 RequestVote last… ✗ lost request";
        assert_eq!(lanes().line(lost), shown);
    }

    #[test]
    fn the_rest_goes_across() {
        let shown = format!("  5.000000  ── test: check_one_leader {}", "─".repeat(34));
        let line = lanes().line("   5.000000  test: check_one_leader");
        assert_eq!((line.as_str(), line.chars().count()), (&*shown, 72));
        assert_eq!(lanes().line("3A  passed  5.5 s"), "3A  passed  5.5 s");
    }

    #[test]
    fn there_must_be_room() {
        assert!(Lanes::new(6, 500).is_none(), "too many");
        assert!(Lanes::new(5, 80).is_none(), "too narrow");
        assert!(Lanes::new(0, 80).is_none(), "nobody");
        for servers in 1..=MOST {
            assert!(Lanes::new(servers, WIDTH).is_some(), "{servers}");
        }
    }

    #[test]
    fn servers_are_counted_by_their_starts() {
        let events = [
            "   0.000000  n0 starts",
            "   0.000000  n2 starts",
            "n7 starts",
        ];
        assert_eq!(servers_in(&events), 3);
        assert_eq!(
            time_of("   0.811093  n1@7 → n3 AppendEntries"),
            Some(0.811093)
        );
        assert_eq!(time_of("3A    initial_election  passed  5.5 s"), None);
    }
}
