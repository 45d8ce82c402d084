//! The cluster under test: servers, the network between them, and what they have applied.
//!
//! | file | room |
//! | --- | --- |
//! | `mod` | servers: start, crash, restart, stop |
//! | `links` | who can talk to whom |
//! | `server` | what runs on a server: a bare Raft, or a service with one |
//! | `mishaps`, `weather` | crashes at a save or at any point, slow disks, clocks, latency |
//! | `figures` | sizes and counts |
//! | `chance` | what a plan may leave out or add: faults, commands, crashes after a save |
//! | `outlived` | threads that are there after `kill` |
//! | `stuck` | why nothing came about: what threads wait for |
//! | `stage` | servers whose place the case takes |
//! | `chaos` | faults that somebody asks for, on any case |
//! | `verbs` | what a case says: `one`, `wait`, `check_one_leader`, … |
//! | `applier` | each server's service: takes what is applied, makes snapshots |
//! | `record` | what was applied where, and the safety checks on it |

mod applier;
mod chance;
mod chaos;
mod figures;
mod links;
mod mishaps;
mod outlived;
mod record;
mod server;
pub(crate) mod show;
mod stage;
pub mod stray;
mod stuck;
mod verbs;
mod weather;

pub use applier::Snapshots;
pub use chaos::Faults;
pub use figures::Usage;
pub(crate) use server::{Incarnation, Kill, ServerKind, ServerParts};
pub(crate) use stage::{Answer, Heard, Request};
pub use verbs::{ELECTION_TIMEOUT, command};

use crate::TIME_LIMIT;
use crate::oracles::Oracles;
use crate::trace::{self, What};
use applier::Appliers;
use chance::Crashes;
use labapi::{ClientEnd, MakeRaft, Raft, State};
use labrpc::harness::Network;
use labrt::harness::{self, Mutex};
use labrt::{Node, time};
use links::Hindrances;
use persister::harness::Disk;
use record::Record;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A Raft group under test. A handle: clones are the same cluster.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Arc<dyn ServerKind>,
    net: Network,
    servers: Mutex<Vec<Server>>,
    record: Mutex<Record>,
    oracles: Option<Oracles>,
    hindrances: Mutex<Hindrances>,
    /// Real world: what a thread other than the case's own found wrong.
    fault: Mutex<Option<String>>,
    began: Duration,
    /// The servers are being told to end.
    is_over: AtomicBool,
    crashes: Arc<Crashes>,
}

struct Server {
    /// The present incarnation's; `None` while the server is down.
    running: Option<Arc<Running>>,
    disk: Arc<Disk>,
    /// Nodes of all incarnations, for finding threads that outlive them.
    nodes: Vec<Node>,
    connected: bool,
    /// In a partition, servers of different sides cannot talk to each other.
    side: usize,
    incarnation: u64,
    /// How fast its clock runs, whatever incarnation it is in; 1.0 is true.
    clock_rate: f64,
    /// What its present incarnation last said of itself.
    said: Option<State>,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            running: None,
            disk: Arc::default(),
            nodes: Vec::new(),
            connected: false,
            side: 0,
            incarnation: 0,
            clock_rate: 1.0,
            said: None,
        }
    }
}

struct Running {
    raft: Arc<dyn Raft>,
    kill: Option<Kill>,
    node: Node,
    ends: Vec<ClientEnd>,
}

impl Running {
    fn kill(&self) {
        if let Some(kill) = &self.kill {
            kill();
        }
        self.raft.kill();
    }
}

impl Cluster {
    /// Starts `count` servers of a bare Raft, all connected.
    pub fn new(make: MakeRaft, count: usize, reliable: bool, snapshots: Snapshots) -> Cluster {
        let net = Network::new();
        net.set_reliable(reliable);
        // A leader that calls its peers one after another must fail.
        net.set_long_delays(true);
        let cluster = Cluster::of(Arc::new(Appliers { make, snapshots }), count, net);
        cluster.have_weather();
        cluster
    }

    /// Starts `count` servers, all connected, of this kind.
    pub(crate) fn of(kind: Arc<dyn ServerKind>, count: usize, net: Network) -> Cluster {
        let mut servers = Vec::new();
        servers.resize_with(count, Server::default);
        let inner = Inner {
            oracles: Oracles::watch(count, &net, kind.most_messages()),
            kind,
            net,
            servers: Mutex::new(servers),
            record: Mutex::new(Record::new(count)),
            hindrances: Mutex::default(),
            fault: Mutex::new(None),
            began: time::since_start(),
            is_over: AtomicBool::new(false),
            crashes: Arc::default(),
        };
        let cluster = Cluster {
            inner: Arc::new(inner),
        };
        for server in 0..count {
            cluster.inner.servers.lock()[server].disk =
                Arc::new(Disk::owned_by(&labrpc::name(server)));
            cluster.start(server);
            cluster.connect(server);
        }
        cluster
    }

    /// Number of servers.
    pub fn len(&self) -> usize {
        self.inner.servers.lock().len()
    }

    /// Whether there is no server at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The network between the servers.
    pub fn net(&self) -> &Network {
        &self.inner.net
    }

    /// Starts (or restarts) a server on what its disk holds. It is not connected yet.
    pub fn start(&self, server: usize) {
        self.crash_now(server);
        let count = self.len();
        let net = self.net();
        let node = Node::new(&labrpc::name(server));
        let ends: Vec<ClientEnd> = (0..count).map(|_| net.make_end(server)).collect();
        for (to, end) in ends.iter().enumerate() {
            net.connect(end.id(), to);
        }
        let (persister, number) = {
            let entry = &mut self.inner.servers.lock()[server];
            entry.incarnation += 1;
            entry.said = None;
            entry.nodes.push(node.clone());
            if entry.clock_rate != 1.0 {
                node.set_clock_rate(entry.clock_rate);
            }
            if let Some(oracles) = &self.inner.oracles {
                oracles.starts(server, node.id(), &entry.disk);
            }
            self.watch_saves(server, &node, &entry.disk);
            (Arc::new(entry.disk.persister()), entry.incarnation)
        };
        trace::start(server, node.id(), number);
        let incarnation = Incarnation {
            server,
            number,
            node: node.clone(),
            ends: ends.clone(),
            persister,
        };
        let ServerParts {
            raft,
            services,
            kill,
        } = self.inner.kind.start(self, incarnation);
        net.add_server(server, &node, services);
        self.inner.servers.lock()[server].running = Some(Arc::new(Running {
            raft,
            kill,
            node,
            ends,
        }));
    }

    /// Crashes a server: nothing it sends or saves from now on has any effect.
    pub fn crash(&self, server: usize) {
        if self.is_running(server) && self.takes_place(|| format!("n{server} crashes")) {
            self.crash_now(server);
        }
    }

    /// The same, whatever a plan says.
    pub(crate) fn crash_now(&self, server: usize) {
        let Some(running) = self.go_down(server) else {
            return;
        };
        running.node.crash();
        if !harness::is_simulated() {
            // A real thread cannot be stopped from outside; it must be asked.
            running.kill();
        }
    }

    /// Takes a server down as a crash does; what ran there.
    fn go_down(&self, server: usize) -> Option<Arc<Running>> {
        let running = self.take_down(server)?;
        trace::of_server(server, || What::Crash);
        Some(running)
    }

    /// Shuts a server down as the course does in either world: its network and its disk are gone,
    /// and its threads are asked to end. In the simulation a crash leaves them no time for that.
    pub fn stop(&self, server: usize) {
        if let Some(running) = self.take_down(server) {
            trace::of_server(server, || What::Stop);
            running.kill();
        }
    }

    /// Takes a server off the network and its disk away; what ran there.
    fn take_down(&self, server: usize) -> Option<Arc<Running>> {
        self.disconnect_now(server);
        self.net().delete_server(server);
        if let Some(oracles) = &self.inner.oracles {
            oracles.stops(server);
        }
        let entry = &mut self.inner.servers.lock()[server];
        entry.disk = Arc::new(entry.disk.fence_and_copy());
        entry.running.take()
    }

    /// Starts a server that was crashed, and connects it.
    pub fn restart(&self, server: usize) {
        // One that runs crashes now, unless that is what is left out.
        let goes_on = self.is_running(server)
            && !self.takes_place(|| format!("n{server} crashes, and starts again"));
        if !goes_on {
            self.start(server);
        }
        self.connect(server);
    }

    /// Whether a server runs.
    pub fn is_running(&self, server: usize) -> bool {
        self.inner.servers.lock()[server].running.is_some()
    }

    /// Whether a server runs and is connected.
    pub fn is_connected(&self, server: usize) -> bool {
        let servers = self.inner.servers.lock();
        servers[server].connected && servers[server].running.is_some()
    }

    /// Calls a server's Raft, as a thread of the server's own: if it crashes meanwhile, the call
    /// ends with it. `None` if the server is down.
    pub(crate) fn ask<T>(
        &self,
        server: usize,
        name: &'static str,
        ask: impl FnOnce(&dyn Raft) -> T,
    ) -> Option<T> {
        self.check_fault();
        let running = self.inner.servers.lock()[server].running.clone()?;
        harness::visit(&running.node, name, || ask(&*running.raft))
    }

    /// Fails the case: `reason` says what was expected and what was seen.
    #[track_caller]
    pub fn fault(&self, reason: String) -> ! {
        if !harness::is_simulated() {
            // The case's own thread looks at every verb.
            self.inner.fault.lock().get_or_insert(reason.clone());
        }
        harness::fail(reason)
    }

    /// Real world: fails the case if another thread found something wrong, or time is up.
    pub(crate) fn check_fault(&self) {
        if harness::is_simulated() {
            return;
        }
        let fault = self.inner.fault.lock().clone();
        let fault = fault.or_else(|| Some(stray::stray_panic()?.to_string()));
        if let Some(fault) = fault {
            harness::fail(fault);
        }
        if time::since_start() - self.inner.began > TIME_LIMIT {
            harness::fail(format!("the case took more than {TIME_LIMIT:?}"));
        }
    }

    /// Ends the cluster: every server is told to, and must have no thread left two seconds later.
    pub fn shut_down(&self) {
        self.note("the case is over: kill() for every server");
        self.inner.is_over.store(true, Ordering::Relaxed);
        if let Some(oracles) = &self.inner.oracles {
            oracles.end();
        }
        let running: Vec<(usize, Option<Arc<Running>>)> = {
            let mut servers = self.inner.servers.lock();
            servers
                .iter_mut()
                .map(|server| server.running.take())
                .enumerate()
                .collect()
        };
        for (_, running) in &running {
            if let Some(running) = running {
                running.kill();
            }
        }
        self.net().cleanup();
        for server in 0..self.len() {
            self.net().delete_server(server);
        }
        let nodes = running.iter().filter_map(|(_, running)| running.as_ref());
        let nodes: Vec<Node> = nodes.map(|running| running.node.clone()).collect();
        outlived::warn(&nodes);
        self.check_fault();
    }
}
