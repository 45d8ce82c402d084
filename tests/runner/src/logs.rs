//! What the code under test logs is part of the run's events: kept when those are, with the run's
//! time, the server and the thread. `RUST_LOG` chooses what counts.

use env_logger::{Builder, Logger};
use labrt::trace;
use log::{LevelFilter, Log, Metadata, Record};

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
            suites::trace::log(record);
        }
    }

    fn flush(&self) {}
}
