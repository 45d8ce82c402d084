//! What the key/value service costs: one client's puts, one after another, as the cases called
//! `speed` make them. `throughput` has the rest.

use crate::goal;
use crate::load::Load;
use crate::table::{Figure, Row, Unit};

const PUT: &str = "put, 3 servers, one client";

/// All rows of this file.
pub(crate) fn rows(wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    if !wanted(PUT) {
        return Vec::new();
    }
    eprintln!("measuring: {PUT}");
    let load = Load {
        servers: 3,
        clients: 1,
        max_raft_state: None,
    };
    let figure = |value, goal| Figure {
        value: Some(value),
        goal,
    };
    vec![Row {
        what: PUT,
        unit: Unit::Nanoseconds,
        simulated: figure(load.simulated().each(), None),
        real: figure(1e9 / load.real().rate(), goal(300e3, 50e3)),
        std: None,
    }]
}
