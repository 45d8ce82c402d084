//! What this network can do beyond the course's.

use crate::common::{add_echo, ask, both_worlds, connected, simulated};
use labrpc::harness::{Latency, Loss, Message, Network, Step};
use labrt::harness::{Mutex, is_simulated};
use labrt::thread;
use labrt::time::{Duration, Instant};
use std::collections::BTreeMap;
use std::sync::Arc;

#[test]
fn duplicated_requests() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        net.set_duplicated(1.0);
        for x in 0..10 {
            assert!(ask(&end, x), "one of the copies is answered");
        }
        while net.count(1) < 20 {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(net.total_count(), 10, "they were sent once");
        net.set_duplicated(0.0);
        assert!(ask(&end, 10));
        assert_eq!(net.count(1), 21);
    });
}

#[test]
fn a_share_of_duplicates() {
    let handled = simulated(1, || {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        net.set_duplicated(0.25);
        for x in 0..4000 {
            assert!(ask(&end, x));
        }
        thread::sleep(Duration::from_secs(1));
        net.count(1)
    });
    assert!((4900..5100).contains(&handled), "{handled}");
}

/// Between two servers alone; and what a copy comes to says nothing of the call.
#[test]
fn duplicates_of_one_direction() {
    simulated(1, || {
        let net = Network::new();
        net.set_reliable(false);
        add_echo(&net, 0);
        add_echo(&net, 1);
        net.set_duplicated_between(0, 1, Some(1.0));
        let ends: Arc<Mutex<BTreeMap<u64, u32>>> = Arc::default();
        let log = Arc::clone(&ends);
        net.observe(Some(Arc::new(move |message: &Message<'_>| {
            if matches!(message.step, Step::Returned | Step::Lost(_)) {
                *log.lock().entry(message.call).or_default() += 1;
            }
        })));
        let (there, back) = (connected(&net, 0, 1), connected(&net, 1, 0));
        for x in 0..1000 {
            ask(&there, x);
            ask(&back, x);
        }
        thread::sleep(Duration::from_secs(1));
        let handled = (net.count(1), net.count(0));
        assert!(handled.0 > 1700 && handled.1 < 950, "{handled:?}");
        let ends = ends.lock();
        assert_eq!(ends.len(), 2000);
        assert!(ends.values().all(|times| *times == 1), "{ends:?}");
    });
}

/// What is blocked one way: requests do not arrive, or they do and the reply does not come back.
#[test]
fn one_way_partition() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 0);
        add_echo(&net, 1);
        let there = connected(&net, 0, 1);
        let back = connected(&net, 1, 0);

        net.block(0, 1, true);
        assert!(!ask(&there, 1));
        assert_eq!(net.count(1), 0, "the request did not arrive");
        assert!(!ask(&back, 2));
        assert_eq!(net.count(0), 1, "the request arrived, its reply did not");

        net.block(0, 1, false);
        assert!(ask(&there, 3));
        assert!(ask(&back, 4));
    });
}

/// Cut between two of three, each of which still reaches the third.
#[test]
fn partial_partition() {
    both_worlds(|| {
        let net = Network::new();
        (0..3).for_each(|id| drop(add_echo(&net, id)));
        net.block(0, 1, true);
        net.block(1, 0, true);
        for from in 0..3 {
            for to in 0..3 {
                let cut = (from, to) == (0, 1) || (from, to) == (1, 0);
                assert_eq!(ask(&connected(&net, from, to), 1), !cut, "{from} to {to}");
            }
        }
    });
}

/// How long a call takes in a simulation, with these latencies there and back.
fn round_trips(there: Option<Latency>, back: Option<Latency>, calls: u64) -> Vec<Duration> {
    simulated(1, move || {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_latency(0, 1, there);
        net.set_latency(1, 0, back);
        let end = connected(&net, 0, 1);
        let trip = |x| {
            let begin = Instant::now();
            assert!(ask(&end, x));
            begin.elapsed()
        };
        let mut trips: Vec<Duration> = (0..calls).map(trip).collect();
        trips.sort();
        trips
    })
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn fixed_latency_in_each_direction() {
    let trips = round_trips(
        Some(Latency::Fixed(30 * MS)),
        Some(Latency::Fixed(7 * MS)),
        10,
    );
    assert!(trips[0] >= 37 * MS && trips[9] < 38 * MS, "{trips:?}");
    let trips = round_trips(None, None, 10);
    assert!(trips[9] < MS, "{trips:?}");
}

#[test]
fn base_latency_holds_where_a_link_has_none() {
    simulated(1, || {
        let net = Network::new();
        (0..3).for_each(|server| drop(add_echo(&net, server)));
        net.set_base_latency(Some(Latency::Fixed(10 * MS)));
        net.set_latency(0, 1, Some(Latency::Fixed(2 * MS)));
        for (to, expected) in [(1, 12 * MS), (2, 20 * MS)] {
            let begin = Instant::now();
            assert!(ask(&connected(&net, 0, to), 1));
            let took = begin.elapsed();
            assert!(took >= expected && took < expected + MS, "{took:?} to {to}");
        }
    });
}

#[test]
fn uniform_latency() {
    let trips = round_trips(Some(Latency::Uniform(10 * MS, 20 * MS)), None, 2000);
    assert!(trips[0] >= 10 * MS && trips[0] < 11 * MS, "{:?}", trips[0]);
    assert!(
        trips[1000] > 14 * MS && trips[1000] < 16 * MS,
        "{:?}",
        trips[1000]
    );
    assert!(
        trips[1999] > 19 * MS && trips[1999] < 21 * MS,
        "{:?}",
        trips[1999]
    );
}

#[test]
fn heavy_tailed_latency() {
    let tail = Latency::HeavyTailed {
        least: 10 * MS,
        most: 1000 * MS,
        shape: 2.0,
    };
    let trips = round_trips(Some(tail), None, 4000);
    assert!(
        trips[0] >= 10 * MS && trips[3999] < 1001 * MS,
        "{:?}",
        trips[3999]
    );
    // One in 2² takes longer than twice the least, one in 10² longer than ten times.
    assert!(
        trips[3000] > 19 * MS && trips[3000] < 21 * MS,
        "{:?}",
        trips[3000]
    );
    let slow = trips.iter().filter(|trip| **trip > 100 * MS).count();
    assert!((20..60).contains(&slow), "{slow}");
}

/// Latency adds to what an unreliable network does, and works on real threads too.
#[test]
fn latency_in_both_worlds() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_latency(0, 1, Some(Latency::Fixed(5 * MS)));
        net.set_latency(1, 0, Some(Latency::Fixed(5 * MS)));
        let end = connected(&net, 0, 1);
        let begin = Instant::now();
        assert!(ask(&end, 1));
        assert!(begin.elapsed() >= 10 * MS);
    });
}

/// Messages queue for a narrow link: ten at once take ten times as long as one.
#[test]
fn bandwidth() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_bandwidth(0, 1, Some(100_000));
        let text = "x".repeat(1000); // 10 ms each
        let begin = Instant::now();
        let callers: Vec<_> = (0..10)
            .map(|_| {
                let (end, text) = (connected(&net, 0, 1), text.clone());
                thread::spawn(move || end.call("Echo.length", &text) == Some(1000usize))
            })
            .collect();
        assert!(callers.into_iter().all(|caller| caller.join().unwrap()));
        assert!(begin.elapsed() >= 100 * MS, "{:?}", begin.elapsed());
        if is_simulated() {
            assert!(begin.elapsed() < 102 * MS, "{:?}", begin.elapsed());
        }
        net.set_bandwidth(0, 1, None);
        let begin = Instant::now();
        assert_eq!(
            connected(&net, 0, 1).call("Echo.length", &text),
            Some(1000usize)
        );
        if is_simulated() {
            assert!(begin.elapsed() < MS, "{:?}", begin.elapsed());
        }
    });
}

/// A network that is closed ends all calls at once, whatever they wait for.
#[test]
fn cleanup() {
    both_worlds(|| {
        let net = Network::new();
        add_echo(&net, 1);
        add_echo(&net, 2);
        net.set_long_delays(true);
        net.set_latency(2, 0, Some(Latency::Fixed(Duration::from_secs(3600))));
        let losses: Arc<Mutex<Vec<Loss>>> = Arc::default();
        let log = Arc::clone(&losses);
        net.observe(Some(Arc::new(move |message: &Message<'_>| {
            if let Step::Lost(loss) = message.step {
                log.lock().push(loss);
            }
        })));
        let dead = net.make_end(0);
        let calls = [
            thread::spawn(move || ask(&dead, 1)),
            {
                let busy = connected(&net, 0, 1);
                thread::spawn(move || busy.call::<_, ()>("Echo.sleep", &60_000u64).is_some())
            },
            {
                let far = connected(&net, 0, 2);
                thread::spawn(move || ask(&far, 1))
            },
        ];
        while net.total_count() < 3 || net.count(1) < 1 || net.count(2) < 1 {
            thread::sleep(MS);
        }
        thread::sleep(2 * MS);
        let begin = Instant::now();
        net.cleanup();
        for call in calls {
            assert!(!call.join().unwrap());
        }
        if is_simulated() {
            assert!(begin.elapsed() < MS, "{:?}", begin.elapsed());
        }
        let mut losses = losses.lock().clone();
        losses.sort_by_key(|loss| format!("{loss:?}"));
        assert_eq!(losses, [Loss::Closed, Loss::Closed, Loss::NotConnected]);

        let end = connected(&net, 0, 1);
        assert!(!ask(&end, 1));
        assert_eq!(net.total_count(), 3, "a call on a closed network is none");
    });
}
