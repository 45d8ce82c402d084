//! Who takes a command says that it leads that term, as much as who answers so when asked.

use labapi::channel::Sender;
use labapi::sync::Arc;
use labapi::{ApplyMsg, Bytes, ClientEnd, Persister, Raft, Service, Started, State};
use labrt::Simulation;
use suites::cluster::{Cluster, Snapshots, command};

/// Takes every command, in term 3 or, if it is server 2, in term 4; and never leads when asked.
struct Taker(usize);

impl Raft for Taker {
    fn start(&self, _command: Bytes) -> Option<Started> {
        let term = if self.0 == 2 { 4 } else { 3 };
        Some(Started { index: 1, term })
    }

    fn state(&self) -> State {
        State {
            term: 3,
            is_leader: false,
        }
    }

    fn snapshot(&self, _index: u64, _snapshot: Bytes) {}

    fn service(self: Arc<Self>) -> Service {
        Service::new("Raft")
    }

    fn kill(&self) {}
}

fn make(
    _ends: Vec<ClientEnd>,
    me: usize,
    _persister: Arc<Persister>,
    _apply: Sender<ApplyMsg>,
) -> Arc<dyn Raft> {
    Arc::new(Taker(me))
}

/// Lets the servers take a command, one after another.
fn take(servers: &'static [usize]) -> Result<(), String> {
    let report = Simulation::new(1).run(move || {
        let cluster = Cluster::new(make, 3, true, Snapshots::Off);
        for server in servers {
            assert!(cluster.start_command(*server, command(1)).is_some());
        }
    });
    report.outcome.map_err(|failure| failure.reason)
}

#[test]
fn two_servers_that_take_commands_in_one_term_are_two_leaders() {
    let reason = take(&[0, 2, 0, 1]).unwrap_err();
    let first = reason.lines().next().unwrap_or_default();
    assert_eq!(
        first,
        "ElectionSafety (Figure 3; §5.2): term 3 has two leaders: servers 0 and 1"
    );
}

#[test]
fn one_server_a_term_may_take_commands() {
    assert_eq!(take(&[0, 2, 0, 2]), Ok(()));
}
