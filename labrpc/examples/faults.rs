//! What a network can do to those who talk over it, seen from their side:
//!
//! ```sh
//! cargo run -p raftlab-labrpc --example faults               # simulated, in no time, seed 1
//! cargo run -p raftlab-labrpc --example faults -- --seed 2   # other odds
//! cargo run -p raftlab-labrpc --example faults -- --real     # the same code on real threads
//! ```
//!
//! One client calls one server under one fault after another; then three servers call each other
//! across a partition.

use labrpc::harness::{Latency, Network};
use labrpc::{ClientEnd, FIRST_CLIENT, Service};
use labrt::time::Instant;
use labrt::{Node, Simulation, thread};
use std::env;
use std::process::ExitCode;
use std::time::Duration;

const CALLS: u32 = 50;
const SERVER: usize = 0;
const CLIENT: usize = FIRST_CLIENT;

/// A fault, and the orders that turn it on.
type Fault = (&'static str, fn(&Network));

const FAULTS: &[Fault] = &[
    ("none", |_| {}),
    ("unreliable", |net| net.set_reliable(false)),
    ("reordering", |net| net.set_long_reordering(true)),
    ("cut off", |net| net.block(CLIENT, SERVER, true)),
    ("only the way back blocked", |net| {
        net.block(SERVER, CLIENT, true)
    }),
    ("half of the requests twice", |net| net.set_duplicated(0.5)),
    ("5 to 15 ms each way", |net| {
        let (least, most) = (Duration::from_millis(5), Duration::from_millis(15));
        net.set_base_latency(Some(Latency::Uniform(least, most)));
    }),
    ("1000 bytes a second", |net| {
        net.set_bandwidth(CLIENT, SERVER, Some(1000))
    }),
];

fn main() -> ExitCode {
    let (mut real, mut seed) = (false, 1);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--real" => real = true,
            "--seed" => match arguments.next().map(|seed| seed.parse()) {
                Some(Ok(number)) => seed = number,
                _ => return usage("--seed needs a number"),
            },
            other => return usage(&format!("there is no option {other}")),
        }
    }
    let lines = match real {
        true => all(),
        false => simulated(seed),
    };
    for line in lines {
        println!("{line}");
    }
    ExitCode::SUCCESS
}

fn usage(wrong: &str) -> ExitCode {
    eprintln!("{wrong}; usage: faults [--real] [--seed N]");
    ExitCode::from(2)
}

fn simulated(seed: u64) -> Vec<String> {
    match Simulation::new(seed).run(all).outcome {
        Ok(lines) => lines,
        Err(failure) => panic!("{failure}"),
    }
}

fn all() -> Vec<String> {
    let columns = ["fault", "answered", "handled", "mean", "longest"];
    let [fault, answered, handled, mean, longest] = columns;
    let mut lines = vec![format!(
        "{fault:<27}{answered:>10}{handled:>10}{mean:>12}{longest:>12}"
    )];
    lines.extend(FAULTS.iter().map(one_fault));
    lines.push(String::new());
    lines.extend(partition());
    lines
}

/// A server that says what it was told.
fn add_server(net: &Network, id: usize) {
    let echo = Service::new("Echo").method("say", |text: String| text);
    net.add_server(id, &Node::new(&labrpc::name(id)), vec![echo]);
}

fn connect(net: &Network, from: usize, to: usize) -> ClientEnd {
    let end = net.make_end(from);
    net.connect(end.id(), to);
    net.enable(end.id(), true);
    end
}

fn say(end: &ClientEnd) -> bool {
    end.call::<_, String>("Echo.say", "hello").is_some()
}

/// How a client fares under one fault.
fn one_fault((name, set): &Fault) -> String {
    let net = Network::new();
    add_server(&net, SERVER);
    let end = connect(&net, CLIENT, SERVER);
    set(&net);

    let mut took = Vec::new();
    let mut answered = 0;
    for _ in 0..CALLS {
        let begin = Instant::now();
        answered += u32::from(say(&end));
        took.push(begin.elapsed());
    }
    let mean = took.iter().sum::<Duration>() / CALLS;
    let longest = took.iter().max().copied().unwrap_or_default();
    // A request that comes twice comes again within 26 ms.
    thread::sleep(Duration::from_millis(30));
    let handled = net.count(SERVER);
    net.cleanup();
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    let (mean, longest) = (ms(mean), ms(longest));
    format!("{name:<27}{answered:>10}{handled:>10}{mean:>12}{longest:>12}")
}

/// Who reaches whom when server 2 is cut off from the others, and when only its requests are.
fn partition() -> Vec<String> {
    let net = Network::new();
    (0..3).for_each(|id| add_server(&net, id));
    let reach = |from: usize| {
        let to = (0..3).filter(|to| *to != from);
        let reached = to.filter(|to| say(&connect(&net, from, *to)));
        let names: Vec<_> = reached.map(labrpc::name).collect();
        match names.is_empty() {
            true => format!("{} reaches nobody", labrpc::name(from)),
            false => format!("{} reaches {}", labrpc::name(from), names.join(" and ")),
        }
    };
    let cut = |on: bool, both_ways: bool| {
        for other in 0..2 {
            net.block(2, other, on);
            net.block(other, 2, on && both_ways);
        }
    };
    let mut lines = Vec::new();
    for (title, on, both_ways) in [
        ("a partition, {n0 n1} {n2}:", true, true),
        (
            "nothing gets out of n2, neither requests nor replies:",
            true,
            false,
        ),
        ("healed:", false, false),
    ] {
        cut(on, both_ways);
        lines.push(title.to_string());
        lines.extend((0..3).map(|from| format!("  {}", reach(from))));
    }
    let (count, bytes) = (net.total_count(), net.total_bytes());
    net.cleanup();
    lines.push(format!(
        "{count} requests were sent, and {bytes} bytes with their replies"
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::simulated;

    #[test]
    fn a_seed_decides_it_all() {
        let lines = simulated(1);
        assert_eq!(lines, simulated(1));
        assert_ne!(lines, simulated(2));
        let answered_and_handled = |fault: &str| {
            let line = lines.iter().find(|line| line.starts_with(fault));
            let rest = line.expect("a line for each fault")[fault.len()..].split_whitespace();
            let figures: Vec<u32> = rest.map_while(|word| word.parse().ok()).collect();
            (figures[0], figures[1])
        };
        assert_eq!(answered_and_handled("none"), (50, 50));
        assert_eq!(answered_and_handled("cut off"), (0, 0));
        assert_eq!(answered_and_handled("only the way back blocked"), (0, 50));
        let (answered, handled) = answered_and_handled("unreliable");
        assert!(
            answered < handled && handled < 50,
            "{answered} of {handled}"
        );
        let (answered, handled) = answered_and_handled("half of the requests twice");
        assert!(answered == 50 && handled > 60, "{answered} of {handled}");
        let reached = lines.iter().filter(|line| line.contains("reaches nobody"));
        assert_eq!(reached.count(), 2, "{lines:#?}");
    }
}
