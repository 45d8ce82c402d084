//! The network's odds and delays, to the number: in simulations with fixed seeds, so that a sample
//! that happens to lie far out would do so always, and be looked at.

use crate::common::{Ask, Tell, add_echo, ask, connected, simulated};
use labrpc::ClientEnd;
use labrpc::harness::{Latency, Loss, Message, Network, Step};
use labrt::harness::Mutex;
use labrt::time::{self, Duration};
use labrt::{Simulation, Strategy};
use std::collections::BTreeMap;
use std::sync::Arc;

const CALLS: u64 = 20_000;

/// When each call took each step.
type Steps = BTreeMap<u64, Vec<(Step, Duration)>>;

/// Makes many calls one after another over a network that `prepare` has prepared.
fn watch(prepare: impl FnOnce(&Network, &ClientEnd) + Send + 'static) -> (Steps, Duration) {
    simulated(1, || {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        prepare(&net, &end);
        let steps: Arc<Mutex<Steps>> = Arc::default();
        let log = Arc::clone(&steps);
        net.observe(Some(Arc::new(move |message: &Message<'_>| {
            let step = (message.step, time::since_start());
            log.lock().entry(message.call).or_default().push(step);
        })));
        for x in 0..CALLS {
            ask(&end, x);
        }
        (std::mem::take(&mut *steps.lock()), time::since_start())
    })
}

/// The time of a step in a call.
fn at(steps: &[(Step, Duration)], step: Step) -> Option<Duration> {
    steps
        .iter()
        .find(|(taken, _)| *taken == step)
        .map(|(_, at)| *at)
}

/// Times between two steps, in ms, of the calls that took both, ascending.
fn between(calls: &Steps, first: Step, second: Step) -> Vec<f64> {
    let mut times: Vec<f64> = calls
        .values()
        .filter_map(|steps| Some(at(steps, second)? - at(steps, first)?))
        .map(|time| time.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[track_caller]
fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= tolerance,
        "{what}: {found:.4}, expected {expected:.4} ± {tolerance:.4}"
    );
}

/// Checks that times are spread evenly over 0 to `most` ms.
#[track_caller]
fn even(what: &str, times: &[f64], most: f64) {
    assert!(times.len() > 1000, "{what}: only {} times", times.len());
    assert!(
        times[times.len() - 1] <= most + 0.1,
        "{what}: {}",
        times[times.len() - 1]
    );
    for decile in 1..10 {
        let found = times[times.len() * decile / 10];
        near(
            &format!("{what}, decile {decile}"),
            found,
            most * decile as f64 / 10.0,
            most * 0.02,
        );
    }
}

#[test]
fn a_reliable_network_takes_next_to_no_time() {
    let (calls, end) = watch(|_, _| {});
    assert_eq!(
        between(&calls, Step::Sent, Step::Returned).len(),
        CALLS as usize
    );
    assert!(end < Duration::from_secs(1), "{end:?}");
}

#[test]
fn an_unreliable_network() {
    let (calls, _) = watch(|net, _| net.set_reliable(false));
    let arrived = between(&calls, Step::Sent, Step::Arrived);
    let lost = between(&calls, Step::Sent, Step::Lost(Loss::Request));
    assert_eq!(arrived.len() + lost.len(), CALLS as usize);
    near(
        "lost requests",
        share(lost.len(), CALLS as usize),
        0.1,
        0.01,
    );
    even("request delay", &arrived, 26.0);

    let lost = between(&calls, Step::Replied, Step::Lost(Loss::Reply)).len();
    near("lost replies", share(lost, arrived.len()), 0.1, 0.01);
    let replies = between(&calls, Step::Replied, Step::Returned);
    assert_eq!(replies.len() + lost, arrived.len());
    assert!(
        replies.iter().all(|ms| *ms < 0.1),
        "replies are not delayed"
    );
}

/// The caller of a lost request knows when the request would have arrived, that of a lost reply at
/// once.
#[test]
fn losses_are_known_soon() {
    let gaps = simulated(2, || {
        let net = Network::new();
        add_echo(&net, 1);
        net.set_reliable(false);
        let end = connected(&net, 0, 1);
        let mut gaps = Vec::new();
        for _ in 0..5000 {
            let begin = time::Instant::now();
            let reply: Option<Tell> = end.call("Echo.tell", &Ask { x: 1 });
            if reply.is_none() {
                gaps.push(begin.elapsed().as_secs_f64() * 1e3);
            }
        }
        gaps.sort_by(f64::total_cmp);
        gaps
    });
    near("calls without reply", share(gaps.len(), 5000), 0.19, 0.02);
    assert!(gaps[gaps.len() - 1] < 26.1, "{gaps:?}");
    near("median wait", gaps[gaps.len() / 2], 13.0, 1.0);
}

#[test]
fn long_reordering() {
    let (calls, _) = watch(|net, _| net.set_long_reordering(true));
    let replies = between(&calls, Step::Replied, Step::Returned);
    assert_eq!(replies.len(), CALLS as usize, "none is lost");
    let late: Vec<f64> = replies.iter().copied().filter(|ms| *ms > 0.1).collect();
    near(
        "late replies",
        share(late.len(), replies.len()),
        2.0 / 3.0,
        0.01,
    );
    assert!(late[0] >= 200.0, "{}", late[0]);
    assert!(late[late.len() - 1] < 2200.1, "{}", late[late.len() - 1]);
    // 200 + U(0, U(0, 2000)): 700 on average, and half of it below 200 + 373.
    near(
        "mean",
        late.iter().sum::<f64>() / late.len() as f64,
        700.0,
        15.0,
    );
    near("median", late[late.len() / 2], 573.0, 20.0);
}

#[test]
fn dead_ends() {
    for (long, most) in [(false, 100.0), (true, 7000.0)] {
        let (calls, end) = watch(move |net, end| {
            net.set_long_delays(long);
            net.enable(end.id(), false);
        });
        let lost = between(&calls, Step::Sent, Step::Lost(Loss::NotConnected)).len();
        assert_eq!(lost, CALLS as usize);
        near(
            "mean wait in ms",
            end.as_secs_f64() * 1e3 / CALLS as f64,
            most / 2.0,
            most / 100.0,
        );
    }
}

#[test]
fn each_wait_on_a_dead_end() {
    for (long, most) in [(false, 100.0), (true, 7000.0)] {
        let waits = simulated(3, move || {
            let net = Network::new();
            net.set_long_delays(long);
            let end = connected(&net, 0, 1);
            let wait = |_| {
                let begin = time::Instant::now();
                assert!(!ask(&end, 0));
                begin.elapsed().as_secs_f64() * 1e3
            };
            let mut waits: Vec<f64> = (0..CALLS).map(wait).collect();
            waits.sort_by(f64::total_cmp);
            waits
        });
        even("wait", &waits, most);
    }
}

/// While a handler runs, a caller learns within 100 ms that the server is gone.
#[test]
fn a_server_that_goes_is_noticed_within_100_ms() {
    for after in [1, 50, 99, 100, 101, 250, 777] {
        let noticed = simulated(after, move || {
            let net = Network::new();
            let node = add_echo(&net, 1);
            let end = connected(&net, 0, 1);
            let net2 = net.clone();
            let killer = labrt::thread::spawn(move || {
                labrt::thread::sleep(Duration::from_millis(after));
                net2.delete_server(1);
                time::since_start()
            });
            assert_eq!(end.call::<_, ()>("Echo.sleep", &10_000u64), None);
            let noticed = time::since_start() - killer.join().unwrap();
            assert_eq!(node.live_threads(), 1, "the handler still runs");
            noticed
        });
        assert!(
            noticed <= Duration::from_micros(100_100),
            "{after}: {noticed:?}"
        );
    }
}

/// On its way a message wakes nobody: not the handler before its request arrives, nor the caller
/// before the answer does, though the answer takes longer than a caller waits without a look at the
/// server.
#[test]
fn a_call_takes_two_switches() {
    const CALLS: u64 = 1000;
    let run = Simulation::new(1).strategy(Strategy::Fifo).run(|| {
        let net = Network::new();
        add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        let slow = Duration::from_millis(80);
        net.set_base_latency(Some(Latency::Fixed(slow)));
        for x in 0..CALLS {
            assert!(ask(&end, x));
        }
        time::since_start() / (2 * CALLS as u32 * slow.as_millis() as u32)
    });
    assert_eq!(run.outcome.map(|per_ms| per_ms.as_millis()), Ok(1));
    assert!(
        (2 * CALLS..2 * CALLS + 10).contains(&run.switches),
        "{}",
        run.switches
    );
}
