//! Servers whose place the case takes: what is sent to them it reads, and what it sends in their
//! name is made of messages that the code under test itself has sent. And servers that stand still.

use super::Cluster;
use labcodec::value::Value;
use labrpc::harness::{call_value, stand_in};
use labrt::harness::{self, Mutex};
use labrt::{Node, thread, time};
use std::sync::Arc;
use std::time::Duration;

/// How long the case thinks before it leaves a request unanswered: who asks again at once would
/// ask for ever at one instant.
const PAUSE: Duration = Duration::from_millis(10);

/// A request: its method and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) args: Value,
    /// When it was heard.
    pub(crate) at: Duration,
}

impl Request {
    /// The number that one of `names` has.
    pub(crate) fn number(&self, names: &[&str]) -> Option<u64> {
        self.args.find(names)?.as_u64()
    }

    /// The same with something else there; `None` if it has no field of these names.
    pub(crate) fn with(mut self, names: &[&str], new: impl Into<Value>) -> Option<Request> {
        self.args.replace(names, new).then_some(self)
    }
}

/// What a played server answers, and after how long; `None` is nothing.
pub(crate) type Answer = Option<(Duration, Value)>;

/// What it answers to each request.
type Script = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A server whose place the case has taken: what was sent to it, and what it answers.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Part>);

#[derive(Default)]
struct Part {
    requests: Mutex<Vec<Request>>,
    script: Mutex<Option<Script>>,
}

impl Heard {
    /// The first request of this kind.
    pub(crate) fn first(&self, is_meant: impl Fn(&Request) -> bool) -> Option<Request> {
        let requests = self.0.requests.lock();
        requests.iter().find(|one| is_meant(one)).cloned()
    }

    /// All requests of this kind, in the order of their arrival.
    pub(crate) fn all(&self, is_meant: impl Fn(&Request) -> bool) -> Vec<Request> {
        let requests = self.0.requests.lock();
        let meant = requests.iter().filter(|one| is_meant(one));
        meant.cloned().collect()
    }

    /// From now on it answers so. Until then it answers nothing.
    pub(crate) fn answers(&self, script: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        *self.0.script.lock() = Some(Arc::new(script));
    }

    fn handle(&self, request: Request) -> Option<Value> {
        let script = self.0.script.lock().clone();
        let answer = script.and_then(|script| script(&request));
        self.0.requests.lock().push(request);
        match answer {
            Some((after, reply)) => {
                thread::sleep(after);
                Some(reply)
            }
            None => {
                thread::sleep(PAUSE);
                None
            }
        }
    }
}

impl Cluster {
    /// Takes the place of a server, which crashes.
    pub(crate) fn take_the_place_of(&self, server: usize) -> Heard {
        self.hinder();
        self.crash(server);
        let heard = Heard::default();
        let kept = heard.clone();
        let service = stand_in(&self.net().methods(), move |kind, args| {
            let (method, at) = (kind.name.clone(), time::since_start());
            kept.handle(Request { method, args, at })
        });
        let node = Node::new(&labrpc::name(server));
        self.net().add_server(server, &node, vec![service]);
        self.connect(server);
        heard
    }

    /// Sends a request in the name of server `from`; the reply. `None` if there is none, or if the
    /// request is none of this Raft's.
    pub(crate) fn send_as(&self, from: usize, to: usize, request: &Request) -> Option<Value> {
        self.plays(from);
        let net = self.net();
        let end = net.make_end(from);
        net.connect(end.id(), to);
        net.enable(end.id(), true);
        call_value(&end, &request.method, request.args.clone()).unwrap_or_else(|error| {
            self.cannot_judge(error);
            None
        })
    }

    /// What a server says that does not run is the case's own word: it holds what it says it does,
    /// though no disk shows it.
    pub(crate) fn plays(&self, server: usize) {
        self.hinder();
        if let Some(oracles) = &self.inner.oracles
            && !self.is_running(server)
        {
            oracles.plays(server);
        }
    }

    /// The last index that a server's service has applied or installed; 0 if none is known.
    pub(crate) fn applied_by(&self, server: usize) -> u64 {
        self.inner.record.lock().last(server)
    }

    /// Lets no thread of a server run for so long. What asks it meanwhile waits.
    pub(crate) fn pause(&self, server: usize, duration: Duration) {
        let running = self.inner.servers.lock()[server].running.clone();
        let takes_place = || self.takes_place(|| format!("n{server} pauses for {duration:?}"));
        if let Some(running) = running.filter(|_| takes_place()) {
            self.note(format_args!("server {server} pauses for {duration:?}"));
            running.node.pause(duration);
            self.tell_links();
        }
    }

    /// Says that the case judges less than it is meant to.
    pub(crate) fn cannot_judge(&self, why: impl std::fmt::Display) {
        harness::warn(format!("not judged: {why}"));
    }
}
