//! Events side by side: a column for each server, the time at the left, and what concerns
//! everybody across all columns. Reports and `raftlab replay` both show events so.
//!
//! A cell begins in its server's column and may run on over the columns behind it, which are empty
//! on that line: where it begins says whose it is.

use super::terminal::{fit, width};
use std::io::IsTerminal;
use suites::trace::{Lane, Line, What};

/// How wide columns are laid out for files and pipes.
pub const WIDTH: usize = 110;

/// More servers than this have no column each.
const MOST: usize = 5;

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

    /// An event in its column, with the number of times if those are many, which is shown even if
    /// not all of the event is.
    pub fn line(&self, event: &Line) -> String {
        let mut line = format!("{:>10.6}  ", event.at.as_secs_f64());
        let fate = event.fate();
        let times = suffix(event);
        match event.lane {
            Some(Lane::Server(server)) if server < self.servers => {
                let end = match &event.what {
                    // Where it stands says it.
                    What::Message(message) if message.is_arriving() => times,
                    _ => format!("{fate}{times}"),
                };
                for _ in 0..server {
                    line.push_str(&format!("{:<1$}", "│", self.step));
                }
                let cell = event.in_its_lane().to_string();
                line.push_str(&self.fit(TIME + server * self.step, &cell, &end));
                self.guide(&mut line);
            }
            _ => {
                let across = self.fit(TIME + 3, &event.across(), &format!("{fate}{times}"));
                line.push_str(&format!("── {across} "));
                let rest = self.width.saturating_sub(width(&line));
                line.push_str(&"─".repeat(rest));
            }
        }
        line.trim_end().to_string()
    }

    /// As much of `text` as fits behind `start`, and all of what stands at its end.
    fn fit(&self, start: usize, text: &str, end: &str) -> String {
        let room = self.width.saturating_sub(start + width(end));
        fit(text, room) + end
    }

    /// Goes on with the columns that a cell has left free.
    fn guide(&self, line: &mut String) {
        for server in 1..self.servers {
            let start = TIME + server * self.step;
            let length = width(line);
            if length < start {
                line.push_str(&" ".repeat(start - length));
                line.push('│');
            }
        }
    }
}

/// An event as a line of a list.
pub fn in_a_list(event: &Line) -> String {
    format!("{event}{}", suffix(event))
}

/// How often an event has come to pass.
fn suffix(event: &Line) -> String {
    match event.times {
        1 => String::new(),
        times => format!(" ×{times}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::Level;
    use std::time::Duration;
    use suites::trace::{Content, Log, LogId, Loss, Message, Name, Role, Step, Text};

    fn lanes() -> Lanes {
        Lanes::new(3, 72).expect("wide enough")
    }

    fn event(at: u64, lane: Option<Lane>, what: What) -> Line {
        Line {
            at: Duration::from_micros(at),
            lane,
            incarnation: None,
            thread: Name::new("ticker"),
            what,
            times: 1,
        }
    }

    fn vote(step: Step) -> Line {
        let message = Message {
            call: 1,
            from: Lane::Server(2),
            to: Some(Lane::Server(0)),
            method: Name::new("Raft.RequestVote"),
            step,
            fate: None,
            size: 9,
            content: Content {
                term: Some(1),
                last: Some(LogId { index: 0, term: 0 }),
                ..Content::default()
            },
        };
        let lane = match message.is_arriving() {
            true => message.to,
            false => Some(message.from),
        };
        event(542_374, lane, What::Message(Box::new(message)))
    }

    #[test]
    fn each_server_has_a_column() {
        assert_eq!(lanes().head(), "   seconds  n0        n1        n2");
        let log = What::Log(Log {
            level: Level::Info,
            term: Some(2),
            role: Some(Role::Leader),
            text: Text::new("n2\nstarts"),
        });
        for (event, line) in [
            (
                vote(Step::Sent),
                "  0.542374  │         │         @1 → n0 RequestVote last=0@0",
            ),
            (
                event(12_542_374, Some(Lane::Server(0)), What::Start),
                " 12.542374  starts    │         │",
            ),
            (
                event(542_374, Some(Lane::Server(1)), log),
                "  0.542374  │         @2 leader INFO (ticker) n2 ⏎ starts",
            ),
        ] {
            assert_eq!(lanes().line(&event), line);
        }
    }

    #[test]
    fn what_arrives_stands_with_its_receiver() {
        let shown = "  0.542374  ← n2@1 RequestVote last=0@0";
        assert_eq!(lanes().line(&vote(Step::Arrived)), shown);
        let lost = vote(Step::Lost(Loss::Request));
        let shown = "  0.542374  │         │         @1 → n0 RequestVote last… ✗ lost request";
        assert_eq!(lanes().line(&lost), shown);
        let often = Line { times: 3, ..lost };
        let shown = "  0.542374  │         │         @1 → n0 RequestVote l… ✗ lost request ×3";
        assert_eq!(lanes().line(&often), shown);
    }

    #[test]
    fn wide_letters_keep_the_columns() {
        for text in [
            "読み込みが終わらないときは、読み込みが終わらないときは",
            "x = 読",
        ] {
            let log = What::Log(Log {
                level: Level::Info,
                term: None,
                role: None,
                text: Text::new(text),
            });
            let line = lanes().line(&event(542_374, Some(Lane::Server(1)), log));
            assert!(width(&line) <= 72, "{line}");
            let end = line.find("│").map(|at| width(&line[..at]));
            assert_eq!(end, Some(TIME), "{line}");
        }
    }

    #[test]
    fn the_rest_goes_across() {
        let shown = format!("  5.000000  ── test: check_one_leader {}", "─".repeat(34));
        let step = What::Step(Text::new("check_one_leader"));
        let line = lanes().line(&event(5_000_000, None, step));
        assert_eq!((line.as_str(), width(&line)), (&*shown, 72));
        let asks = What::Ask(Text::new("get(\"k\") -> ?"));
        let line = lanes().line(&event(5_000_000, Some(Lane::Client(1)), asks));
        assert!(
            line.starts_with("  5.000000  ── c1 get(\"k\") -> ? ──"),
            "{line}"
        );
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
}
