//! What the code under test prints is part of the run's events, like what it logs. It is counted,
//! too, and the first lines are kept besides, so that whoever debugs by printing sees them even of
//! a run without a trace.

use super::lane::Lane;
use super::line::{Line, Log, What};
use super::record::Happening;
use super::text::{Name, Text};
use labrt::harness::Mutex;
use log::Level;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// Lines that are kept.
const KEPT: usize = 200;

/// The longest line: what comes without an end is cut.
const LONGEST: usize = 4096;

/// What was printed in a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Printed {
    /// How many lines.
    pub count: u64,
    /// The first of them.
    #[serde(with = "super::as_json")]
    pub first: Vec<Line>,
}

/// Of the run that is under way: a process makes one at a time.
static PRINTED: Mutex<Printed> = Mutex::new(Printed {
    count: 0,
    first: Vec::new(),
});

labrt::thread_local! {
    /// The beginning of a line.
    static BEGUN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Takes in what is printed, on the thread that prints.
pub fn print(bytes: &[u8]) {
    // A thread that ends prints its last words in vain.
    let _ = BEGUN.try_with(|begun| {
        let mut begun = begun.borrow_mut();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            begun.extend_from_slice(piece);
            if begun.ends_with(b"\n") || begun.len() > LONGEST {
                keep(&String::from_utf8_lossy(&begun));
                begun.clear();
            }
        }
    });
}

fn keep(line: &str) {
    let lane: Option<Lane> = labrt::node::current_name().and_then(|name| name.parse().ok());
    let what = || {
        What::Log(Log {
            level: Level::Info,
            term: None,
            role: None,
            text: Text::new(line.trim_end_matches(['\r', '\n'])),
        })
    };
    labrt::trace::record(|| Happening {
        lane,
        begins: None,
        what: what(),
    });
    let mut printed = PRINTED.lock();
    printed.count += 1;
    if printed.first.len() < KEPT {
        let thread = labrt::thread::current();
        printed.first.push(Line {
            at: labrt::time::since_start(),
            lane,
            incarnation: None,
            thread: Name::new(thread.name().unwrap_or("thread")),
            what: what(),
            times: 1,
        });
    }
}

/// What was printed since this was last asked.
pub fn take_printed() -> Printed {
    std::mem::take(&mut *PRINTED.lock())
}
