//! What the harness sees and plays: events, observers, values, stand-ins; and how misuse is told.

use crate::common::{Ask, Tell, add_echo, ask, both_worlds, connected};
use labcodec::value::{Value, to_value};
use labrpc::harness::{CallError, Loss, Message, Network, Step, call_value, methods, stand_in};
use labrpc::{ClientEnd, Service};
use labrt::harness::Mutex;
use labrt::{Node, Simulation, thread};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vote {
    term: u64,
    candidate_id: usize,
    #[serde(rename = "lastLogIndex")]
    last_log_index: u64,
    last_log_term: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Voted {
    term: u64,
    vote_granted: bool,
}

fn raft() -> Service {
    Service::new("Raft").method("RequestVote", |vote: Vote| Voted {
        term: vote.term,
        vote_granted: vote.last_log_index > 3,
    })
}

fn vote(term: u64) -> Vote {
    Vote {
        term,
        candidate_id: 1,
        last_log_index: 9,
        last_log_term: 4,
    }
}

fn is_granted(end: &ClientEnd, term: u64) -> Option<bool> {
    let voted: Option<Voted> = end.call("Raft.RequestVote", &vote(term));
    voted.map(|voted| voted.vote_granted)
}

#[test]
fn the_trace_has_a_line_for_each_step() {
    let report = Simulation::new(1).trace(true).run(|| {
        let net = Network::new();
        net.add_server(3, &Node::new("n3"), vec![raft()]);
        let end = connected(&net, 1, 3);
        assert_eq!(is_granted(&end, 5), Some(true));
        net.block(3, 1, true);
        assert_eq!(is_granted(&end, 6), None);
        net.enable(end.id(), false);
        assert_eq!(is_granted(&end, 7), None);
    });
    assert_eq!(report.outcome, Ok(()));
    let lines = report
        .events
        .filter(|event| ["send", "arrive", "reply", "return", "lose"].contains(&event.body.kind()));
    let lines: Vec<String> = lines.map(|event| event.body.to_string()).collect();
    let asked = |term, fate| {
        format!(
            "n1 → n3 Raft.RequestVote term={term} candidate_id=1 lastLogIndex=9 \
             last_log_term=4{fate}"
        )
    };
    let told = |term, fate| format!("n3 → n1 Raft.RequestVote term={term} vote_granted=true{fate}");
    assert_eq!(
        lines,
        [
            asked(5, ""),
            asked(5, " ✓ arrived"),
            told(5, ""),
            told(5, " ✓ arrived"),
            asked(6, ""),
            asked(6, " ✓ arrived"),
            told(6, ""),
            told(6, " ✗ lost reply"),
            asked(7, ""),
            asked(7, " ✗ not connected"),
        ]
    );
}

#[test]
fn an_observer_sees_each_step_and_its_fields() {
    both_worlds(|| {
        let net = Network::new();
        net.add_server(3, &Node::new("n3"), vec![raft()]);
        let end = connected(&net, 1, 3);
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let log = Arc::clone(&seen);
        net.observe(Some(Arc::new(move |message: &Message<'_>| {
            let term = message
                .value()
                .and_then(|value| value.field("term")?.as_u64());
            assert_eq!(message.method, "Raft.RequestVote");
            log.lock()
                .push((message.call, message.step, message.from, message.to, term));
        })));
        assert_eq!(is_granted(&end, 5), Some(true));
        net.delete_server(3);
        assert_eq!(is_granted(&end, 6), None);
        net.observe(None);
        assert_eq!(is_granted(&end, 7), None);
        assert_eq!(
            *seen.lock(),
            [
                (1, Step::Sent, 1, Some(3), Some(5)),
                (1, Step::Arrived, 1, Some(3), Some(5)),
                (1, Step::Replied, 3, Some(1), Some(5)),
                (1, Step::Returned, 3, Some(1), Some(5)),
                (2, Step::Sent, 1, Some(3), Some(6)),
                (2, Step::Lost(Loss::NotConnected), 1, Some(3), Some(6)),
            ]
        );
    });
}

/// A message is recorded, changed where its fields are recognised, and sent.
#[test]
fn a_template_makes_a_message() {
    both_worlds(|| {
        let net = Network::new();
        net.add_server(3, &Node::new("n3"), vec![raft()]);
        let end = connected(&net, 1, 3);
        let recorded: Arc<Mutex<Option<Value>>> = Arc::default();
        let record = Arc::clone(&recorded);
        net.observe(Some(Arc::new(move |message: &Message<'_>| {
            if message.step == Step::Sent {
                record
                    .lock()
                    .get_or_insert_with(|| message.value().expect("a known method"));
            }
        })));
        assert_eq!(is_granted(&end, 5), Some(true));

        let mut template = recorded.lock().clone().expect("a request was sent");
        assert!(template.replace(&["last_log_index"], 2));
        assert!(template.replace(&["Term"], 8));
        let reply = call_value(&end, "Raft.RequestVote", template)
            .unwrap()
            .expect("a reply");
        assert_eq!(
            reply,
            to_value(&Voted {
                term: 8,
                vote_granted: false
            })
            .unwrap()
        );

        let error = call_value(&end, "Raft.RequestVote", Value::Bool(true)).unwrap_err();
        assert!(matches!(error, CallError::Arguments { .. }), "{error:?}");
        assert!(error.to_string().contains("struct Vote"), "{error}");
        let source = error.source().expect("the codec's error").to_string();
        assert!(source.contains("struct Vote"), "{source}");
        let error = call_value(&end, "Raft.Unheard", Value::Unit).unwrap_err();
        let offered = vec!["Raft.RequestVote".to_string()];
        assert_eq!(error, CallError::NoSuchMethod { offered });
    });
}

/// A stand-in answers with values for a server whose types it does not know, or not at all.
#[test]
fn a_stand_in_plays_a_server() {
    both_worlds(|| {
        let net = Network::new();
        let answer = to_value(&Voted {
            term: 7,
            vote_granted: true,
        })
        .unwrap();
        let plays = stand_in(&methods(&raft()), move |kind, args| {
            assert_eq!(kind.name, "Raft.RequestVote");
            let asked = args.find(&["term"]).and_then(Value::as_u64);
            (asked == Some(7)).then(|| answer.clone())
        });
        net.add_server(3, &Node::new("n3"), vec![plays]);
        let end = connected(&net, 1, 3);
        assert_eq!(is_granted(&end, 7), Some(true));
        assert_eq!(is_granted(&end, 8), None);
        assert_eq!(net.count(3), 2);
    });
}

/// The reason why a simulation of a single misuse fails.
fn reason(misuse: impl FnOnce(ClientEnd) + Send + 'static) -> String {
    let report = Simulation::new(1).run(|| {
        let net = Network::new();
        add_echo(&net, 1);
        misuse(connected(&net, 0, 1));
    });
    report.outcome.expect_err("a misuse was not noticed").reason
}

#[test]
fn an_unknown_method_fails_the_run() {
    let reason = reason(|end| {
        end.call::<_, Tell>("Echo.shout", &Ask { x: 1 });
    });
    for part in [
        "Echo.shout",
        "Ask",
        "Tell",
        "no such method",
        "Echo.tell, Echo.length",
    ] {
        assert!(reason.contains(part), "{part} in: {reason}");
    }
}

#[test]
fn arguments_of_another_type_fail_the_run() {
    let reason = reason(|end| {
        end.call::<_, usize>("Echo.length", &(3u64, true));
    });
    for part in [
        "Echo.length",
        "(u64, bool)",
        "usize",
        "takes a alloc::string::String",
    ] {
        assert!(reason.contains(part), "{part} in: {reason}");
    }
}

#[test]
fn a_reply_of_another_type_fails_the_run() {
    let reason = reason(|end| {
        end.call::<_, (u64, u64)>("Echo.tell", &Ask { x: 1 });
    });
    for part in ["Echo.tell", "Ask", "(u64, u64)", "Tell"] {
        assert!(reason.contains(part), "{part} in: {reason}");
    }
}

/// On real threads a misuse panics in the caller, and a handler's panic is its caller's no reply.
#[test]
fn misuse_on_real_threads() {
    let net = Network::new();
    let _node = add_echo(&net, 1);
    let panics = Service::new("Bad").method("panic", |yes: bool| assert!(!yes));
    net.add_server(2, &Node::new("n2"), vec![panics]);
    let (end, bad) = (connected(&net, 0, 1), connected(&net, 0, 2));
    let misused = thread::spawn(move || end.call::<_, usize>("Echo.length", &(3u64, true)));
    assert!(misused.join().is_err());
    assert_eq!(bad.call::<_, ()>("Bad.panic", &true), None);
    assert_eq!(bad.call("Bad.panic", &false), Some(()));
}

/// A lock held across a call is worth a warning that tells both places.
#[test]
fn a_lock_held_across_a_call_is_warned_of() {
    let report = Simulation::new(1).run(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        let state = labrt::sync::Mutex::new(());
        let held = state.lock();
        assert!(ask(&end, 1));
        drop(held);
    });
    let here = |warning: &String| warning.contains("RPC") && warning.contains("watching.rs");
    assert!(report.warnings.iter().any(here), "{:?}", report.warnings);
}
