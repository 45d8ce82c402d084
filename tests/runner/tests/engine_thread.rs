//! On a Raft that has a thread of its own and is asked through a channel: most engines are such.

use labapi::channel::{self, Receiver, Sender};
use labapi::{
    ApplyMsg, Bytes, Raft, Replica, Service, Started, State, StateMachine, sync::Arc, thread,
};
use labrt::{Simulation, Strategy};
use persister::harness::Disk;

/// Counts operations, and answers with the operation and its place.
struct Places(u64);

impl StateMachine for Places {
    type Op = u64;
    type Reply = (u64, u64);

    fn apply(&mut self, op: u64) -> (u64, u64) {
        self.0 += 1;
        (op, self.0)
    }

    fn snapshot(&self) -> Bytes {
        Bytes::new()
    }

    fn restore(&mut self, _: &Bytes) {}
}

/// A group of one. Its thread commits a command before it tells whoever started it.
struct Alone {
    inbox: Sender<(Bytes, Sender<Started>)>,
}

const TERM: u64 = 1;

impl Alone {
    fn start(apply: Sender<ApplyMsg>) -> Arc<dyn Raft> {
        let (inbox, commands) = channel::unbounded();
        thread::spawn(move || drive(&commands, &apply));
        Arc::new(Alone { inbox })
    }
}

fn drive(commands: &Receiver<(Bytes, Sender<Started>)>, apply: &Sender<ApplyMsg>) {
    for (index, (command, reply)) in (1..).zip(commands) {
        if apply.send(ApplyMsg::Command { index, command }).is_err() {
            return;
        }
        let _ = reply.send(Started { index, term: TERM });
    }
}

impl Raft for Alone {
    fn start(&self, command: Bytes) -> Option<Started> {
        let (reply, started) = channel::bounded(1);
        self.inbox.send((command, reply)).ok()?;
        started.recv().ok()
    }

    fn state(&self) -> State {
        State {
            term: TERM,
            is_leader: true,
        }
    }

    fn snapshot(&self, _: u64, _: Bytes) {}

    fn service(self: Arc<Self>) -> Service {
        Service::new("Raft")
    }

    fn kill(&self) {}
}

/// Four clients with three operations each; the warnings of the run.
fn run(seed: u64) -> Vec<String> {
    let simulation = Simulation::new(seed).strategy(Strategy::Random { preempt: 0.3 });
    let report = simulation.run(|| {
        let disk = Arc::new(Disk::owned_by("n0"));
        let replica = Replica::new(0, Arc::new(disk.persister()), None, Alone::start);
        let rsm = (kvraft::lab4().rsm)(replica, Places(0));
        let clients = (0..4).map(|client| {
            let rsm = Arc::clone(&rsm);
            thread::spawn(move || {
                let ops = (0..3).map(|number| 10 * client + number);
                let places = ops.map(|op| {
                    let (answered, place) = rsm.submit(op).expect("it leads");
                    assert_eq!(answered, op, "somebody else's reply");
                    place
                });
                places.collect::<Vec<_>>()
            })
        });
        let clients: Vec<_> = clients.collect();
        let places = clients
            .into_iter()
            .map(|client| client.join().expect("it ends"));
        let mut places: Vec<u64> = places.flatten().collect();
        places.sort();
        assert_eq!(places, (1..=12).collect::<Vec<_>>());
    });
    assert_eq!(report.outcome, Ok(()), "seed {seed}");
    report.warnings
}

#[test]
fn no_lock_is_held_while_raft_is_asked() {
    for seed in 0..100 {
        let warnings = run(seed);
        assert!(warnings.is_empty(), "seed {seed}: {warnings:#?}");
    }
}
