//! The course's own tests of its network, in both worlds.

use crate::common::{Tell, add_echo, ask, both_worlds, connected, echo};
use labrpc::Service;
use labrpc::harness::Network;
use labrt::harness::is_simulated;
use labrt::time::{Duration, Instant};
use labrt::{Node, channel, thread};
use serde::{Deserialize, Serialize};

#[test]
fn basic() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        assert!(ask(&end, 111));
        assert_eq!(end.call("Echo.length", "four"), Some(4usize));
    });
}

/// Arguments and replies may be of any type, and each side may have its own.
#[test]
fn types() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Answer {
        Nothing,
        Some {
            number: i32,
            more: Vec<Option<String>>,
        },
    }
    #[derive(Serialize)]
    struct AskByReference<'a> {
        x: &'a u64,
    }
    both_worlds(|| {
        let net = Network::new();
        let types = Service::new("Types")
            .method("unit", |(): ()| ())
            .method("pair", |(a, b): (i64, String)| (b, a))
            .method("answer", |yes: bool| match yes {
                false => Answer::Nothing,
                true => Answer::Some {
                    number: -1,
                    more: vec![None, Some("x".to_string())],
                },
            });
        net.add_server(1, &Node::new("n1"), vec![echo(), types]);
        let end = connected(&net, 0, 1);

        assert_eq!(end.call("Types.unit", &()), Some(()));
        assert_eq!(
            end.call("Types.pair", &(-5, "b")),
            Some(("b".to_string(), -5))
        );
        assert_eq!(end.call("Types.answer", &false), Some(Answer::Nothing));
        let more = vec![None, Some("x".to_string())];
        assert_eq!(
            end.call("Types.answer", &true),
            Some(Answer::Some { number: -1, more })
        );
        let tell: Option<Tell> = end.call("Echo.tell", &AskByReference { x: &3 });
        assert_eq!(tell.unwrap().text, "handled 3");
    });
}

#[test]
fn disconnect() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = net.make_end(0);
        assert!(!ask(&end, 1), "neither connected nor enabled");
        net.connect(end.id(), 1);
        assert!(!ask(&end, 2), "connected, but not enabled");
        net.enable(end.id(), true);
        assert!(ask(&end, 3));
        net.enable(end.id(), false);
        assert!(!ask(&end, 4), "disabled");
        net.enable(end.id(), true);
        assert!(ask(&end, 5));
        net.connect(end.id(), 2);
        assert!(!ask(&end, 6), "connected to nobody");
    });
}

/// The total counts every request, a server only those that it handled.
#[test]
fn counts() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        for x in 0..17 {
            assert!(ask(&end, x));
        }
        assert_eq!((net.count(1), net.total_count()), (17, 17));
        assert_eq!(net.count(2), 0);

        net.enable(end.id(), false);
        assert!(!ask(&end, 0));
        assert_eq!((net.count(1), net.total_count()), (17, 18));
    });
}

/// Arguments count even when they are lost, replies when they are delivered.
#[test]
fn bytes() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        let size = |value: &str| labcodec::encode(value).unwrap().len() as u64;
        let mut expected = 0;
        for length in [0, 1, 128, 1000, 100_000] {
            let text = "x".repeat(length);
            assert_eq!(end.call("Echo.length", &text), Some(length));
            expected += size(&text) + labcodec::encode(&length).unwrap().len() as u64;
            assert_eq!(net.total_bytes(), expected);

            assert_eq!(
                end.call::<_, String>("Echo.repeat", &length),
                Some(text.clone())
            );
            expected += labcodec::encode(&length).unwrap().len() as u64 + size(&text);
            assert_eq!(net.total_bytes(), expected);
        }
        net.enable(end.id(), false);
        assert_eq!(end.call::<_, usize>("Echo.length", "lost"), None);
        assert_eq!(net.total_bytes(), expected + size("lost"));
    });
}

#[test]
fn concurrent_many() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1000);
        let clients: Vec<_> = (0..20)
            .map(|client| {
                let end = connected(&net, client, 1000);
                thread::spawn(move || (0..10).all(|i| ask(&end, client as u64 * 100 + i)))
            })
            .collect();
        for client in clients {
            assert!(client.join().unwrap());
        }
        assert_eq!(net.count(1000), 200);
    });
}

/// Many calls over one end, all at once.
#[test]
fn concurrent_one() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        let calls: Vec<_> = (0..20)
            .map(|x| {
                let end = end.clone();
                thread::spawn(move || ask(&end, x))
            })
            .collect();
        for call in calls {
            assert!(call.join().unwrap());
        }
        assert_eq!(net.count(1), 20);
    });
}

#[test]
fn unreliable() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_reliable(false);
        let calls: Vec<_> = (0..300)
            .map(|client| {
                let end = connected(&net, client, 1);
                thread::spawn(move || ask(&end, client as u64))
            })
            .collect();
        let answers: Vec<bool> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        // 81 % on average; these bounds are ten standard deviations away.
        let answered = answers.iter().filter(|yes| **yes).count();
        assert!(
            (175..=299).contains(&answered),
            "{answered} of 300 were answered"
        );
    });
}

/// Calls that began on a dead connection hold up none that begin when it has come back.
#[test]
fn regression1() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_long_delays(true);
        let end = connected(&net, 0, 1);
        net.enable(end.id(), false);
        let (done, dead) = channel::unbounded();
        for x in 0..20 {
            let (end, done) = (end.clone(), done.clone());
            thread::spawn(move || done.send(ask(&end, x)));
        }
        while net.total_count() < 20 {
            thread::sleep(Duration::from_millis(1));
        }
        net.enable(end.id(), true);
        let begin = Instant::now();
        assert!(ask(&end, 99));
        if is_simulated() {
            assert!(
                begin.elapsed() < Duration::from_millis(1),
                "{:?}",
                begin.elapsed()
            );
        }
        // Closing the network ends what would last for seconds.
        net.cleanup();
        for _ in 0..20 {
            assert!(!dead.recv().unwrap(), "began while the connection was dead");
        }
        assert_eq!(net.count(1), 1);
    });
}

/// A call that is stuck in a server ends when the server is deleted.
#[test]
fn killed() {
    both_worlds(|| {
        let net = Network::new();
        let (release, blocked) = channel::bounded::<()>(0);
        let stuck = Service::new("Stuck").method("wait", move |(): ()| blocked.recv().is_ok());
        net.add_server(1, &Node::new("n1"), vec![stuck]);
        let end = connected(&net, 0, 1);
        let (done, result) = channel::bounded(1);
        thread::spawn(move || done.send(end.call::<_, bool>("Stuck.wait", &())));
        while net.count(1) == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(20));
        assert!(result.is_empty(), "the handler has not returned");

        net.delete_server(1);
        let begin = Instant::now();
        assert_eq!(result.recv(), Ok(None));
        if is_simulated() {
            assert!(
                begin.elapsed() <= Duration::from_millis(101),
                "{:?}",
                begin.elapsed()
            );
        }
        drop(release);
    });
}

/// The same for a server that is replaced, and for an end that is disabled; and a server that went
/// while the handler ran sends no reply.
#[test]
fn gone_while_the_handler_runs() {
    both_worlds(|| {
        for way in ["replaced", "disabled", "crashed"] {
            let net = Network::new();
            let (release, blocked) = channel::bounded::<()>(0);
            let slow = Service::new("Slow").method("wait", move |(): ()| blocked.recv().is_ok());
            let node = Node::new("n1");
            net.add_server(1, &node, vec![slow]);
            let end = connected(&net, 0, 1);
            let caller = {
                let end = end.clone();
                thread::spawn(move || end.call::<_, bool>("Slow.wait", &()))
            };
            while net.count(1) == 0 {
                thread::sleep(Duration::from_millis(1));
            }
            match way {
                "replaced" => net.add_server(1, &Node::new("n1"), vec![echo()]),
                "disabled" => net.enable(end.id(), false),
                _ => node.crash(),
            }
            // The handler returns before anybody looks whether its server is still there.
            let _ = release.try_send(());
            assert_eq!(caller.join().unwrap(), None, "{way}");
            assert_eq!(ask(&end, 1), way == "replaced");
        }
    });
}

/// Long delays are switched while callers wait on dead connections: a caller keeps the delay that
/// it began with, and the living connection is not touched.
#[test]
fn long_delay_race() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_long_delays(true);
        let dead = net.make_end(0);
        let living = connected(&net, 0, 1);
        let (done, waits) = channel::unbounded();
        for i in 0..40 {
            let (dead, done) = (dead.clone(), done.clone());
            net.set_long_delays(i % 2 == 0);
            let begin = Instant::now();
            thread::spawn(move || {
                assert!(!ask(&dead, i));
                done.send((i, begin.elapsed()))
            });
            while net.total_count() < 2 * i + 1 {
                thread::sleep(Duration::from_millis(1));
            }
            assert!(ask(&living, i));
        }
        drop(done);
        if !is_simulated() {
            net.cleanup();
        }
        let waits: Vec<_> = waits.iter().collect();
        assert_eq!(waits.len(), 40);
        if is_simulated() {
            let short = |(i, wait): &(u64, Duration)| i % 2 == 0 || wait.as_millis() <= 101;
            assert!(waits.iter().all(short), "{waits:?}");
            assert!(
                waits.iter().any(|(_, wait)| wait.as_millis() > 4000),
                "{waits:?}"
            );
        }
    });
}

/// Not how fast calls are, but that nothing is lost or left behind in many of them.
#[test]
fn many_calls() {
    both_worlds(|| {
        let net = Network::new();
        let node = add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        for x in 0..20_000 {
            assert!(ask(&end, x));
        }
        assert_eq!((net.count(1), net.total_count()), (20_000, 20_000));
        if is_simulated() {
            thread::sleep(Duration::from_millis(1));
            assert_eq!(node.live_threads(), 0, "handlers end with their calls");
        }
    });
}
