//! What the code under test logs is part of the run's events: kept when those are, with the run's
//! time, the server and the thread. `RUST_LOG` chooses what counts.

use env_logger::{Builder, Logger};
use labrt::{node, thread, trace};
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::fmt;
use std::time::Duration;

/// Installs the logger, for this process.
pub(super) fn install() {
    let mut filter = Builder::new();
    match std::env::var("RUST_LOG") {
        Ok(words) => filter.parse_filters(&words),
        Err(_) => filter.filter_level(LevelFilter::Debug),
    };
    let filter = filter.build();
    let most = filter.filter();
    if log::set_boxed_logger(Box::new(Events { filter })).is_ok() {
        log::set_max_level(most);
    }
}

struct Events {
    filter: Logger,
}

impl Log for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        trace::is_on() && self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if trace::is_on() && self.filter.matches(record) {
            trace::record(|| Line {
                level: record.level(),
                node: node::current_name().map_or("-".into(), |name| name.to_string()),
                thread: thread::current().name().unwrap_or("-").to_string(),
                text: record.args().to_string(),
            });
        }
    }

    fn flush(&self) {}
}

/// One line of a log.
pub(super) struct Line {
    level: Level,
    /// Whose it is: `n1`.
    pub(super) node: String,
    thread: String,
    text: String,
}

/// The line as an event, of a server of which more is known than its name: `n1@2 leader`.
pub(super) fn show(at: Duration, line: &Line, standing: &str) -> String {
    let Line {
        level,
        thread,
        text,
        ..
    } = line;
    let at = at.as_secs_f64();
    // An event is one line, whatever the code under test logs.
    let text = text.replace('\n', " ⏎ ");
    format!("{at:>11.6}  {standing} {level} ({thread}) {text}")
}

impl trace::Body for Line {
    fn kind(&self) -> &'static str {
        "log"
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line {
            level,
            node,
            thread,
            text,
        } = self;
        write!(f, "{node} {level} ({thread}) {text}")
    }
}
