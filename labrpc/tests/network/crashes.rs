//! Crashes at any moment, and runs that repeat: simulations.

use crate::common::{add_echo, ask, connected, simulated};
use labrpc::Service;
use labrpc::harness::{Latency, Network};
use labrt::time::{self, Duration};
use labrt::{Node, Simulation, rand, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const MS: Duration = Duration::from_millis(1);

/// A request that was sent arrives, though its sender has crashed meanwhile.
#[test]
fn a_request_outlives_its_sender() {
    simulated(1, || {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_latency(0, 1, Some(Latency::Fixed(20 * MS)));
        let client = Node::new("n0");
        let end = connected(&net, 0, 1);
        client.spawn("caller", move || ask(&end, 1));
        thread::sleep(10 * MS);
        assert_eq!(net.total_count(), 1);
        client.crash();
        assert_eq!(net.count(1), 0);
        thread::sleep(11 * MS);
        assert_eq!(net.count(1), 1);
    });
}

/// A reply that has left its server arrives, though the server has crashed meanwhile.
#[test]
fn a_reply_outlives_its_server() {
    simulated(1, || {
        let net = Network::new();
        let node = add_echo(&net, 1);
        net.set_latency(1, 0, Some(Latency::Fixed(20 * MS)));
        let end = connected(&net, 0, 1);
        let caller = thread::spawn(move || ask(&end, 1));
        thread::sleep(10 * MS);
        node.crash();
        net.delete_server(1);
        assert!(caller.join().unwrap());
    });
}

/// A handler that its node's crash stops never replies, not even while it is unwound.
#[test]
fn a_crashed_server_never_replies() {
    simulated(1, || {
        let net = Network::new();
        let node = Node::new("n1");
        let slow = Service::new("Slow").method("work", |ms: u64| {
            thread::sleep(Duration::from_millis(ms));
            ms
        });
        net.add_server(1, &node, vec![slow]);
        let end = connected(&net, 0, 1);
        let caller = thread::spawn(move || {
            let begin = time::since_start();
            let reply: Option<u64> = end.call("Slow.work", &5000u64);
            (reply, time::since_start() - begin)
        });
        thread::sleep(1030 * MS);
        node.crash();
        let (reply, waited) = caller.join().unwrap();
        assert_eq!(reply, None);
        assert!(waited <= 1101 * MS, "{waited:?}");
        assert_eq!(node.live_threads(), 0);
    });
}

/// What the destructors of a crashed thread call reaches nobody.
#[test]
fn a_crashed_thread_calls_nobody() {
    struct CallsWhenDropped(labrpc::ClientEnd);
    impl Drop for CallsWhenDropped {
        fn drop(&mut self) {
            assert!(!ask(&self.0, 1));
        }
    }
    simulated(1, || {
        let net = Network::new();
        add_echo(&net, 1);
        let client = Node::new("n0");
        let last_words = CallsWhenDropped(connected(&net, 0, 1));
        client.spawn("caller", move || {
            thread::sleep(Duration::from_secs(1000));
            drop(last_words);
        });
        thread::sleep(MS);
        client.crash();
        thread::sleep(1000 * MS);
        assert_eq!(net.total_count(), 0);
    });
}

/// Servers and clients that crash and come back at random moments, in the middle of whatever the
/// network does for them. A number for how much was done.
fn turmoil() -> u64 {
    let net = Network::new();
    net.set_reliable(false);
    net.set_duplicated(0.1);
    let handled = Arc::new(AtomicU64::new(0));
    let start = |id: usize| {
        let node = Node::new(&format!("n{id}"));
        let handled = Arc::clone(&handled);
        let count = move |x: u64| {
            if x.is_multiple_of(3) {
                thread::sleep(MS);
            }
            handled.fetch_add(1, Ordering::Relaxed);
            x
        };
        net.add_server(id, &node, vec![Service::new("Count").method("one", count)]);
        for to in (0..3).filter(|to| *to != id) {
            for _ in 0..2 {
                let end = connected(&net, id, to);
                node.spawn("caller", move || {
                    for x in 0.. {
                        if let Some(back) = end.call::<u64, u64>("Count.one", &x) {
                            assert_eq!(back, x);
                        }
                    }
                });
            }
        }
        node
    };
    let mut nodes: Vec<Node> = (0..3).map(start).collect();
    for _ in 0..60 {
        let victim = rand::random_range(0..3);
        thread::sleep(rand::random_range(Duration::ZERO..20 * MS));
        nodes[victim].crash();
        thread::sleep(rand::random_range(Duration::ZERO..5 * MS));
        nodes[victim] = start(victim);
    }
    // What is whole after all that still works.
    net.set_reliable(true);
    net.set_duplicated(0.0);
    nodes.iter().for_each(Node::crash);
    let last = add_echo(&net, 9);
    let before = net.total_count();
    assert!(ask(&connected(&net, 8, 9), 1));
    assert_eq!(net.total_count(), before + 1);
    drop(last);
    handled.load(Ordering::Relaxed)
}

#[test]
fn crashes_leave_the_network_whole() {
    for seed in 0..20 {
        let handled = simulated(seed, turmoil);
        assert!(handled > 100, "seed {seed}: {handled}");
    }
}

#[test]
fn a_seed_repeats_exactly() {
    let run = |seed| {
        let report = Simulation::new(seed).trace(true).run(turmoil);
        let lines: Vec<String> = report.events.map(|event| event.to_string()).collect();
        (
            report.trace_hash,
            report.virtual_time,
            report.outcome.unwrap(),
            lines,
        )
    };
    let mut hashes = Vec::new();
    for seed in 0..4 {
        let (first, second) = (run(seed), run(seed));
        let differs = first
            .3
            .iter()
            .zip(&second.3)
            .find(|(one, other)| one != other);
        assert_eq!(differs, None, "seed {seed}");
        assert!(first == second, "seed {seed}");
        assert!(!first.3.is_empty());
        hashes.push(first.0);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "each seed is a run of its own");
}

/// Being watched changes nothing.
#[test]
fn a_trace_changes_nothing() {
    let hash = |trace| Simulation::new(5).trace(trace).run(turmoil).trace_hash;
    assert_eq!(hash(true), hash(false));
}

/// The hash covers the bytes of requests and of replies.
#[test]
fn the_hash_covers_what_is_sent() {
    let hash = |asked: u64, told: u64| {
        let run = Simulation::new(1).run(move || {
            let net = Network::new();
            let tell = Service::new("Tell").method("it", move |_: u64| told);
            net.add_server(1, &Node::new("n1"), vec![tell]);
            assert_eq!(connected(&net, 0, 1).call("Tell.it", &asked), Some(told));
        });
        run.trace_hash
    };
    assert_eq!(hash(1, 1), hash(1, 1));
    assert_ne!(hash(1, 1), hash(2, 1));
    assert_ne!(hash(1, 1), hash(1, 2));
}
