//! Clerks, what they asked and were told, and whether that is the history of one object.

use crate::Submission;
use crate::cluster::{Cluster, Incarnation, ServerKind, ServerParts};
use crate::services::watch;
use crate::trace::{self, Text, What};
use labapi::kv::MakeKvServer;
use labapi::{ClientEnd, MakeRaft};
use labrpc::FIRST_CLIENT;
use labrt::channel::{Receiver, bounded};
use labrt::harness::{self, Mutex};
use labrt::{Node, thread, time};
use linearizability::{Model, Operation, Return, Verdict, check_until};
use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What the check of a history may take: so many looks at its clock, a few for each millisecond of
/// work. No clock at all, so that a verdict does not depend on the machine.
const LOOKS: u64 = 100_000;

/// And so much memory, in bytes.
const MEMORY: usize = 512 << 20;

/// A key/value service under test: its servers, and its clients so far. `M` is what its histories
/// are judged against, `C` its clerk. A handle: clones are the same service.
pub struct Service<M: Model, C: ?Sized> {
    cluster: Cluster,
    shared: Arc<Shared<M, C>>,
}

struct Shared<M: Model, C: ?Sized> {
    model: M,
    make_clerk: MakeClerk<C>,
    max_raft_state: Option<usize>,
    history: Mutex<History<M>>,
    clients: AtomicUsize,
}

/// Makes a clerk, with an end to each server.
type MakeClerk<C> = fn(Vec<ClientEnd>) -> Arc<C>;

/// Every operation of every client, in the order of their calls. Times are in ns since the run
/// began.
type History<M> = Vec<Operation<<M as Model>::Input, <M as Model>::Output>>;

/// What runs on its servers.
struct Servers {
    raft: MakeRaft,
    server: MakeKvServer,
    max_raft_state: Option<usize>,
}

impl ServerKind for Servers {
    fn start(&self, lab: &Cluster, incarnation: Incarnation) -> ServerParts {
        let (server, raft) = watch::start(
            lab,
            incarnation,
            self.raft,
            self.max_raft_state,
            self.server,
        );
        let services = vec![server.clone().service()];
        watch::parts(raft, services, Box::new(move || server.kill()))
    }
}

impl<M: Model, C: ?Sized> Clone for Service<M, C> {
    fn clone(&self) -> Self {
        Service {
            cluster: self.cluster.clone(),
            shared: self.shared.clone(),
        }
    }
}

impl<M: Model, C: ?Sized> Deref for Service<M, C> {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl<M: Model, C: ?Sized> Service<M, C> {
    /// Starts `count` servers, all connected.
    pub(super) fn start(
        submission: &Submission,
        (server, make_clerk): (MakeKvServer, MakeClerk<C>),
        (count, reliable): (usize, bool),
        max_raft_state: Option<usize>,
        model: M,
    ) -> Service<M, C> {
        let net = super::network(reliable);
        let servers = Arc::new(Servers {
            raft: submission.raft,
            server,
            max_raft_state,
        });
        Service {
            cluster: Cluster::of(servers, count, net),
            shared: Arc::new(Shared {
                model,
                make_clerk,
                max_raft_state,
                history: Mutex::default(),
                clients: AtomicUsize::new(0),
            }),
        }
    }

    /// The size of the saved Raft state, in bytes, above which a server must make a snapshot.
    pub fn max_raft_state(&self) -> Option<usize> {
        self.shared.max_raft_state
    }

    /// A new client, connected to every server.
    pub fn client(&self) -> Client<M, C> {
        let all: Vec<usize> = (0..self.len()).collect();
        self.client_of(&all)
    }

    /// A new client, connected to these servers alone.
    pub fn client_of(&self, servers: &[usize]) -> Client<M, C> {
        let number = self.shared.clients.fetch_add(1, Ordering::Relaxed);
        let node = Node::new(&labrpc::name(FIRST_CLIENT + number));
        let net = self.net();
        let ends: Vec<ClientEnd> = (0..self.len())
            .map(|server| {
                let end = net.make_end(FIRST_CLIENT + number);
                net.connect(end.id(), server);
                net.enable(end.id(), servers.contains(&server));
                end
            })
            .collect();
        let make = self.shared.make_clerk;
        let clerk = {
            let ends = ends.clone();
            harness::visit(&node, "clerk", move || make(ends)).expect("clients do not crash")
        };
        Client {
            service: self.clone(),
            number,
            node,
            ends,
            clerk,
        }
    }

    /// From now on nothing of what the clients were told counts. None of them may be waiting.
    pub(crate) fn forget_history(&self) {
        self.shared.history.lock().clear();
    }

    /// Whether all that the clients were told so far can be explained by one object that did one
    /// operation after another. Fails the case if not, or if the checker cannot tell.
    pub fn check_linearizable(&self) {
        let Some((reason, at)) = self.shared.objection() else {
            return;
        };
        if let Some(at) = at {
            self.look_at(at);
        }
        self.fault(reason);
    }
}

impl<M: Model, C: ?Sized> Shared<M, C> {
    /// What speaks against the history so far, if anything does, and when that came about.
    fn objection(&self) -> Option<(String, Option<Duration>)> {
        let history = self.history.lock();
        let looks = Cell::new(0);
        let expired = || {
            looks.set(looks.get() + 1);
            looks.get() > LOOKS
        };
        let report = check_until(&self.model, &history, MEMORY, &expired);
        let count = history.len();
        match &report.verdict {
            Verdict::Linearizable(_) => None,
            Verdict::NotLinearizable(failure) => {
                let explained = failure.explain(&self.model, &history, in_seconds);
                let told = format!(
                    "the history of {count} operations is not linearizable (times in seconds)\n{}",
                    explained.trim_end()
                );
                let misfit = &history[failure.operation];
                let at = misfit.returned.as_ref().map_or(misfit.call, |end| end.at);
                Some((told, Some(Duration::from_nanos(at))))
            }
            Verdict::Undecided(undecided) => {
                let told = format!(
                    "undecided whether the history of {count} operations is linearizable: the \
                     checker ran out of {:?} at key {:?}; another seed may tell",
                    undecided.limit,
                    undecided.open.first().map(|open| &open.key)
                );
                Some((told, None))
            }
        }
    }
}

impl<M: Model, C: ?Sized> Shared<M, C>
where
    M::Input: Clone,
{
    fn calls(&self, client: usize, input: &M::Input) -> usize {
        let mut history = self.history.lock();
        history.push(Operation::pending(client as u64, now(), input.clone()));
        history.len() - 1
    }

    fn returns(&self, place: usize, output: M::Output) {
        let at = now();
        self.history.lock()[place].returned = Some(Return { at, output });
    }
}

/// A moment of the history as the trace writes it.
fn in_seconds(ns: u64) -> String {
    format!("{:.6}", Duration::from_nanos(ns).as_secs_f64())
}

fn now() -> u64 {
    time::since_start().as_nanos() as u64
}

/// A client with its clerk. What it asks and is told becomes part of the service's history.
pub struct Client<M: Model, C: ?Sized> {
    service: Service<M, C>,
    number: usize,
    node: Node,
    ends: Vec<ClientEnd>,
    clerk: Arc<C>,
}

impl<M: Model, C: ?Sized> Client<M, C> {
    /// Its number, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The service that it is a client of.
    pub fn service(&self) -> &Service<M, C> {
        &self.service
    }

    /// Does something on a thread of its own. What it returns comes when it is done.
    pub fn meanwhile<T: Send + 'static>(
        self,
        act: impl FnOnce(&Client<M, C>) -> T + Send + 'static,
    ) -> (Arc<Client<M, C>>, Receiver<T>)
    where
        Arc<Client<M, C>>: Send,
        M: 'static,
        C: 'static,
    {
        let (client, (sender, done)) = (Arc::new(self), bounded(1));
        let working = client.clone();
        thread::spawn(move || {
            let _ = sender.send(act(&working));
        });
        (client, done)
    }

    /// Connects it to every server.
    pub fn connect_all(&self) {
        let net = self.service.net();
        self.ends.iter().for_each(|end| net.enable(end.id(), true));
    }

    /// One operation: `ask` calls the clerk, `told` is what the answer means to the model.
    pub(super) fn perform<T>(
        &self,
        input: M::Input,
        ask: impl FnOnce(&C) -> T,
        told: impl FnOnce(&T) -> M::Output,
    ) -> T
    where
        M::Input: Clone,
    {
        let Service { cluster, shared } = &self.service;
        cluster.check_fault();
        let describe = |output| Text::new(shared.model.describe(&input, output));
        trace::of_client(self.number, || What::Ask(describe(None)));
        let place = shared.calls(self.number, &input);
        let answer = harness::visit(&self.node, "client", || ask(&self.clerk));
        let answer = answer.expect("clients do not crash");
        let output = told(&answer);
        trace::of_client(self.number, || What::Answer(describe(Some(&output))));
        shared.returns(place, output);
        answer
    }
}
