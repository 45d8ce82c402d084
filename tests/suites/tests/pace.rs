//! A server that sends as fast as it can ends its run, and is told where.

use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::{ApplyMsg, Bytes, ClientEnd, Persister, Raft, Service, Started, State, thread};
use labrt::Simulation;
use labrt::time::Duration;
use suites::cluster::{Cluster, Snapshots};

struct Caller;

impl Raft for Caller {
    fn start(&self, _command: Bytes) -> Option<Started> {
        None
    }

    fn state(&self) -> State {
        State {
            term: 0,
            is_leader: false,
        }
    }

    fn snapshot(&self, _index: u64, _snapshot: Bytes) {}

    fn service(self: Arc<Self>) -> Service {
        Service::new("Raft").method("Ping", |word: u64| word)
    }

    fn kill(&self) {}
}

/// Server 0 asks server 1, over and over, and rests for so many ms between.
fn make<const REST: u64>(
    ends: Vec<ClientEnd>,
    me: usize,
    _persister: Arc<Persister>,
    _apply: Sender<ApplyMsg>,
) -> Arc<dyn Raft> {
    if me == 0 {
        thread::spawn(move || {
            loop {
                ends[1].call::<u64, u64>("Raft.Ping", &1);
                if REST > 0 {
                    thread::sleep(Duration::from_millis(REST));
                }
            }
        });
    }
    Arc::new(Caller)
}

fn run(make: labapi::MakeRaft) -> Result<(), String> {
    // Messages take no time under this seed.
    let report = Simulation::new(1).run(move || {
        let cluster = Cluster::new(make, 3, true, Snapshots::Off);
        cluster.sleep(Duration::from_secs(5));
    });
    report.outcome.map_err(|failure| failure.to_string())
}

#[test]
fn a_loop_of_calls_ends_its_run() {
    let failure = run(make::<0>).unwrap_err();
    for word in [
        "the 3 servers sent each other more than 6000 messages within a virtual second",
        "server 0's Raft.Ping to server 1, sent from",
        "tests/pace.rs:",
    ] {
        assert!(failure.contains(word), "{word}: {failure}");
    }
}

#[test]
fn a_thousand_calls_a_second_are_nobodys_business() {
    assert_eq!(run(make::<1>), Ok(()));
}
