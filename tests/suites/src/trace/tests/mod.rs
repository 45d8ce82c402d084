//! Traces as data, as bytes and as text.

mod bounds;
mod format;
mod notation;
mod saves;

use super::{Lane, Line, Name, What};
use std::time::Duration;

fn line(lane: Option<Lane>, what: What) -> Line {
    Line {
        at: Duration::from_micros(811_093),
        lane,
        incarnation: None,
        thread: Name::new("ticker"),
        what,
        times: 1,
    }
}
