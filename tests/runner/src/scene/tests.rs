//! What the scene learns from events, and what it must not.

use super::*;
use std::time::Duration;
use suites::trace::{Content, Log, LogId};

fn line(lane: Option<usize>, what: What) -> Line {
    Line {
        at: Duration::from_millis(1500),
        lane: lane.map(Lane::Server),
        incarnation: None,
        thread: Name::new("main"),
        what,
        times: 1,
    }
}

fn of(server: usize, what: What) -> Line {
    line(Some(server), what)
}

fn says(server: usize, term: u64, leads: bool) -> Line {
    of(server, What::Says(Claim { term, leads }))
}

fn saves(server: usize, term: u64, voted_for: u64) -> Line {
    let save = Save {
        number: 1,
        term: Some(term),
        voted_for: Some(Vote::Server(voted_for)),
        log: None,
        text: None,
        state_size: 9,
        snapshot_size: 0,
    };
    of(server, What::Save(Box::new(save)))
}

fn sends(server: usize, content: Content) -> Line {
    let message = Message {
        call: 1,
        from: Lane::Server(server),
        to: Some(Lane::Server(9)),
        method: Name::new("Raft.Step"),
        step: Step::Sent,
        fate: None,
        size: 9,
        content,
    };
    of(server, What::Message(Box::new(message)))
}

fn names_term(term: u64) -> Content {
    Content {
        term: Some(term),
        ..Content::default()
    }
}

fn asks_for_votes(term: u64) -> Content {
    Content {
        last: Some(LogId { index: 0, term: 0 }),
        ..names_term(term)
    }
}

fn told(lines: &[Line]) -> Standings {
    follow(&mut Trace {
        lines: lines.to_vec(),
        ..Trace::default()
    })
}

/// Each line's first words; what was saved is another test's.
fn standings(lines: &[Line]) -> Vec<String> {
    let Standings { servers, remarks } = told(lines);
    let servers = servers.iter().map(|standing| {
        let standing = Standing {
            saved: None,
            ..standing.clone()
        };
        let words = standing.to_string();
        let words = words.strip_suffix("never saved anything").unwrap_or(&words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    servers.chain(remarks.iter().map(Text::to_string)).collect()
}

#[test]
fn what_the_cluster_does_to_servers() {
    let mut lines = vec![of(0, What::Start), of(0, What::Connect), of(1, What::Start)];
    assert_eq!(
        standings(&lines),
        [
            "n0 connected term ? applied 0",
            "n1 starting term ? applied 0"
        ]
    );
    lines.push(of(0, What::Install { index: 9 }));
    lines.push(of(1, What::Disconnect));
    assert_eq!(
        standings(&lines),
        [
            "n0 connected term ? applied 9",
            "n1 cut off term ? applied 0"
        ]
    );
    lines.push(of(1, What::Crash));
    lines.push(of(1, What::Connect));
    assert_eq!(
        standings(&lines),
        ["n0 connected term ? applied 9", "n1 down term ?"]
    );
}

#[test]
fn what_servers_say_and_save() {
    let mut lines = vec![of(0, What::Start), of(0, What::Connect), saves(0, 3, 0)];
    let first = |lines: &[Line]| standings(lines).remove(0);
    assert_eq!(first(&lines), "n0 connected term 3 candidate applied 0");
    lines.push(says(0, 3, true));
    assert_eq!(first(&lines), "n0 connected term 3 leader applied 0");
    lines.push(saves(0, 4, 1));
    assert_eq!(first(&lines), "n0 connected term 4 follower applied 0");
    lines.push(of(0, What::Crash));
    lines.push(of(0, What::Start));
    assert_eq!(first(&lines), "n0 starting term 4 applied 0");
}

/// An engine's messages are not Figure 2's: their terms are terms all the same, but only what
/// proves a role tells it.
#[test]
fn a_term_is_read_from_any_request() {
    let mut lines = vec![
        of(0, What::Start),
        of(0, What::Connect),
        sends(0, asks_for_votes(2)),
    ];
    let first = |lines: &[Line]| standings(lines).remove(0);
    assert_eq!(first(&lines), "n0 connected term 2 candidate applied 0");
    lines.push(sends(0, names_term(2)));
    assert_eq!(first(&lines), "n0 connected term 2 candidate applied 0");
    lines.push(sends(0, names_term(7)));
    assert_eq!(first(&lines), "n0 connected term 7 applied 0");
    lines.push(sends(0, names_term(5)));
    assert_eq!(first(&lines), "n0 connected term 7 applied 0");
    // Whoever only asks what an election would come to has not begun its term.
    let pre_vote = Content {
        pre_vote: true,
        ..asks_for_votes(8)
    };
    lines.push(sends(0, pre_vote));
    assert_eq!(first(&lines), "n0 connected term 7 applied 0");
}

#[test]
fn two_leaders_of_a_term() {
    let lines = [says(0, 3, true), says(1, 3, true), says(2, 3, false)];
    let alarm = "n0 and n1 have acted as the leader of term 3: only one may (§5.2)";
    assert_eq!(standings(&lines).last().map(String::as_str), Some(alarm));
    assert_eq!(standings(&[says(0, 3, true), says(1, 4, true)]).len(), 2);
    // What a server says that has crashed are the case's words.
    let played = [says(0, 3, true), of(1, What::Crash), says(1, 3, true)];
    assert_eq!(standings(&played).len(), 2);
}

/// A failure that shows later than it happened says when: the servers are told of as they were.
#[test]
fn as_they_were_at_the_moment_to_look_at() {
    let later = |line: Line| Line {
        at: Duration::from_secs(9),
        ..line
    };
    let lines = [
        of(0, What::Start),
        later(of(0, What::Crash)),
        later(line(None, What::Look(Duration::from_secs(2)))),
    ];
    assert_eq!(standings(&lines), ["n0 starting term ? applied 0"]);
}

#[test]
fn a_log_says_how_its_server_stood() {
    let log = || {
        let log = Log {
            level: log::Level::Info,
            term: None,
            role: None,
            text: Text::new("hello"),
        };
        of(0, What::Log(log))
    };
    let mut trace = Trace {
        lines: vec![log(), says(0, 3, true), log()],
        ..Trace::default()
    };
    follow(&mut trace);
    let told: Vec<String> = trace.lines.iter().map(Line::across).collect();
    assert_eq!(told[0], "n0 INFO (main) hello");
    assert_eq!(told[2], "n0@3 leader INFO (main) hello");
}
