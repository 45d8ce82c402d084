//! Messages that are bytes to the network are shown as what their engine says that they are.

use crate::common::connected;
use labrpc::Service;
use labrpc::harness::{Message, Network, Step, methods, stand_in};
use labrt::harness::Mutex;
use labrt::{Node, Simulation};
use serde::Serialize;
use std::sync::Arc;

/// What an engine packs into bytes: a kind, a term, and the end of a log.
#[derive(Serialize)]
struct Packed {
    term: u64,
    last_log_index: u64,
    last_log_term: u64,
}

fn unpack(bytes: &[u8]) -> Result<Packed, &'static str> {
    match *bytes {
        [term, index, last] => Ok(Packed {
            term: term.into(),
            last_log_index: index.into(),
            last_log_term: last.into(),
        }),
        _ => Err("not three bytes"),
    }
}

fn engine() -> Service {
    Service::new("Raft")
        .method("Step", |message: Vec<u8>| vec![message[0], 1])
        .describe("Step", |message: &Vec<u8>| unpack(message))
        .describe_reply("Step", |reply: &Vec<u8>| format!("answer in {}", reply[0]))
}

#[test]
fn opaque_messages_are_shown_as_described() {
    let report = Simulation::new(1).trace(true).run(|| {
        let net = Network::new();
        net.add_server(3, &Node::new("n3"), vec![engine()]);
        let end = connected(&net, 1, 3);
        assert_eq!(
            end.call("Raft.Step", &[5u8, 9, 4].to_vec()),
            Some(vec![5u8, 1])
        );
        assert_eq!(end.call("Raft.Step", &vec![6u8]), Some(vec![6u8, 1]));
    });
    assert_eq!(report.outcome, Ok(()));
    let lines = report
        .events
        .filter(|event| ["send", "reply"].contains(&event.body.kind()));
    let lines: Vec<String> = lines.map(|event| event.body.to_string()).collect();
    assert_eq!(
        lines,
        [
            "n1 → n3 Raft.Step term=5 last_log_index=9 last_log_term=4",
            "n3 → n1 Raft.Step \"answer in 5\"",
            "n1 → n3 Raft.Step Err(\"not three bytes\")",
            "n3 → n1 Raft.Step \"answer in 6\"",
        ]
    );
}

/// An observer sees the description; what is sent, and what a stand-in is given, stays the bytes.
#[test]
fn a_description_is_shown_and_not_sent() {
    let net = Network::new();
    let plays = stand_in(&methods(&engine()), |_, args| Some(args));
    net.add_server(3, &Node::new("n3"), vec![plays]);
    let seen: Arc<Mutex<Vec<_>>> = Arc::default();
    let log = Arc::clone(&seen);
    net.observe(Some(Arc::new(move |message: &Message<'_>| {
        if message.step == Step::Sent {
            let term = message
                .value()
                .and_then(|value| value.field("term")?.as_u64());
            log.lock().push((term, message.size()));
        }
    })));
    let end = connected(&net, 1, 3);
    let message = vec![5u8, 9, 4];
    assert_eq!(end.call("Raft.Step", &message), Some(message));
    assert_eq!(*seen.lock(), [(Some(5), 4)]);
}

#[test]
#[should_panic(expected = "there is no method Raft.Stop to describe; the service offers Raft.Step")]
fn a_description_of_no_method_fails() {
    engine().describe("Stop", |message: &Vec<u8>| message.len());
}

#[test]
#[should_panic(expected = "the argument of Raft.Step is described as a (u64, u64), but it is a")]
fn a_description_of_another_type_fails() {
    engine().describe("Step", |message: &(u64, u64)| message.0);
}
