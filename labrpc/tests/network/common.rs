//! What the network's tests share: both worlds, and a small server to talk to.

use labrpc::harness::Network;
use labrpc::{ClientEnd, ServerId, Service};
use labrt::{Node, Simulation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Runs `test` on real threads, then in a simulation.
pub(crate) fn both_worlds(test: impl Fn() + Send + Sync + 'static) {
    let test = Arc::new(test);
    test();
    simulated(1, move || test());
}

/// Runs `test` in a simulation; panics with the run's own story when it fails.
pub(crate) fn simulated<R: Send + 'static>(
    seed: u64,
    test: impl FnOnce() -> R + Send + 'static,
) -> R {
    match Simulation::new(seed).run(test).outcome {
        Ok(result) => result,
        Err(failure) => panic!("seed {seed}: {failure}"),
    }
}

/// What most tests send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) x: u64,
}

/// What most tests get back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tell {
    pub(crate) text: String,
}

/// A service that repeats, counts, and takes its time.
pub(crate) fn echo() -> Service {
    let calls = AtomicU64::new(0);
    Service::new("Echo")
        .method("tell", |ask: Ask| Tell {
            text: format!("handled {}", ask.x),
        })
        .method("length", |text: String| text.len())
        .method("repeat", |n: usize| "x".repeat(n))
        .method("sleep", |ms: u64| {
            labrt::thread::sleep(Duration::from_millis(ms))
        })
        .method("calls", move |(): ()| {
            calls.fetch_add(1, Ordering::Relaxed) + 1
        })
}

/// Server `id` with an echo service on a node of its own.
pub(crate) fn add_echo(net: &Network, id: ServerId) -> Node {
    let node = Node::new(&format!("n{id}"));
    net.add_server(id, &node, vec![echo()]);
    node
}

/// An enabled end from `from` to `to`.
pub(crate) fn connected(net: &Network, from: ServerId, to: ServerId) -> ClientEnd {
    let end = net.make_end(from);
    net.connect(end.id(), to);
    net.enable(end.id(), true);
    end
}

/// The call that most tests make, checked.
pub(crate) fn ask(end: &ClientEnd, x: u64) -> bool {
    match end.call::<_, Tell>("Echo.tell", &Ask { x }) {
        None => false,
        Some(tell) => {
            assert_eq!(tell.text, format!("handled {x}"));
            true
        }
    }
}
