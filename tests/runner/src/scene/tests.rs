//! What the scene learns from events, and what it must not.

use super::*;
use labapi::State;
use labcodec::value::to_value;
use labrt::trace::Body;
use std::sync::Arc;
use std::time::Duration;

fn event(body: impl Body) -> Event {
    Event {
        at: Duration::from_millis(1500),
        node: None,
        thread: "main".into(),
        body: Arc::new(body),
    }
}

fn says(server: usize, term: u64, is_leader: bool) -> Event {
    let state = State { term, is_leader };
    event(ClusterEvent::Says { server, state })
}

#[derive(serde::Serialize)]
struct Saved {
    term: u64,
    voted_for: u64,
}

fn saves(owner: &str, term: u64, voted_for: u64) -> Event {
    let state = Saved { term, voted_for };
    event(SaveEvent {
        owner: owner.into(),
        number: 1,
        state: to_value(&state).expect("it is a value"),
        state_size: 9,
        snapshot_size: 0,
    })
}

/// Each line's first words; what was saved is another test's.
fn standings(events: &[Event]) -> Vec<String> {
    let lines = chronicle(events).servers;
    let words = lines.iter().map(|line| {
        let before = line.find("  never").or(line.find("  saved"));
        let line = &line[..before.unwrap_or(line.len())];
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    words.collect()
}

#[test]
fn what_the_cluster_does_to_servers() {
    let mut events = vec![
        event(ClusterEvent::Start(0)),
        event(ClusterEvent::Connect(0)),
        event(ClusterEvent::Start(1)),
    ];
    assert_eq!(
        standings(&events),
        [
            "n0 connected term ? applied 0",
            "n1 cut off term ? applied 0"
        ]
    );
    events.push(event(ClusterEvent::Install {
        server: 0,
        index: 9,
    }));
    events.push(event(ClusterEvent::Disconnect(1)));
    events.push(event(ClusterEvent::Crash(1)));
    assert_eq!(
        standings(&events),
        ["n0 connected term ? applied 9", "n1 down term ?"]
    );
}

#[test]
fn what_servers_say_and_save() {
    let mut events = vec![event(ClusterEvent::Start(0)), saves("n0", 3, 0)];
    assert_eq!(
        standings(&events),
        ["n0 cut off term 3 candidate applied 0"]
    );
    events.push(says(0, 3, true));
    assert_eq!(standings(&events), ["n0 cut off term 3 leader applied 0"]);
    events.push(saves("n0", 4, 1));
    assert_eq!(standings(&events), ["n0 cut off term 4 follower applied 0"]);
    events.push(event(ClusterEvent::Crash(0)));
    events.push(event(ClusterEvent::Start(0)));
    assert_eq!(standings(&events), ["n0 cut off term 4 applied 0"]);
}

#[test]
fn two_leaders_of_a_term() {
    let events = [says(0, 3, true), says(1, 3, true), says(2, 3, false)];
    let alarm = "n0 and n1 have acted as the leader of term 3: only one may (§5.2)";
    assert_eq!(standings(&events).last().map(String::as_str), Some(alarm));
    assert_eq!(standings(&[says(0, 3, true), says(1, 4, true)]).len(), 2);
}

/// A failure that shows later than it happened says when: the servers are told of as they were.
#[test]
fn as_they_were_at_the_moment_to_look_at() {
    let later = |body| Event {
        at: Duration::from_secs(9),
        ..event(body)
    };
    let events = [
        event(ClusterEvent::Start(0)),
        later(ClusterEvent::Crash(0)),
        later(ClusterEvent::Look(Duration::from_secs(2))),
    ];
    let told = chronicle(&events);
    assert_eq!((told.lines.len(), told.before), (3, 1));
    assert_eq!(standings(&events), ["n0 cut off term ? applied 0"]);
}
