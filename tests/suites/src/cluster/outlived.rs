//! Threads that are there when their servers were told to end.

use labrt::Node;
use labrt::harness::{self, LeftOver};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long threads may take to end.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often real ones are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// What those do that were started at one place.
#[derive(Default)]
struct Group {
    names: BTreeSet<String>,
    waits: BTreeSet<String>,
    is_running: bool,
}

/// Waits as long as threads may take to end, and warns of those that are left: a line for each
/// place where some were started.
pub(super) fn warn(nodes: &[Node]) {
    await_end(nodes);
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for LeftOver {
        started,
        name,
        waits,
    } in nodes.iter().flat_map(harness::left_over)
    {
        let group = groups.entry(started).or_default();
        group.names.insert(name);
        match waits {
            Some(wait) => drop(group.waits.insert(wait)),
            None => group.is_running = true,
        }
    }
    for (started, group) in groups {
        harness::warn(told(&started, &group));
    }
}

/// In virtual time the wait costs nothing, and is the same whatever ends.
fn await_end(nodes: &[Node]) {
    if harness::is_simulated() {
        return labrt::thread::sleep(PATIENCE);
    }
    let end = labrt::time::since_start() + PATIENCE;
    let is_left = || {
        nodes
            .iter()
            .any(|node| !harness::left_over(node).is_empty())
    };
    while is_left() && labrt::time::since_start() < end {
        labrt::thread::sleep(LOOK);
    }
}

fn told(started: &str, group: &Group) -> String {
    let joined = |words: &BTreeSet<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.join(" or ")
    };
    let mut text = format!(
        "outlived kill: threads that were started at {started} ({}) still run two seconds after \
         kill()",
        joined(&group.names)
    );
    if !group.waits.is_empty() {
        text += &format!("; they wait for {}", joined(&group.waits));
    }
    if group.is_running {
        text += "; they do not wait for anything";
    }
    text
}
