//! Servers whose place the case takes: what is sent to them it reads, and what it sends in their
//! name is made of messages that the code under test itself has sent. And servers that stand still.

use super::Cluster;
use labcodec::value::Value;
use labrpc::harness::{call_value, stand_in};
use labrt::harness::{self, Mutex};
use labrt::{Node, thread};
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
}

impl Request {
    /// The number that one of `names` has.
    pub(crate) fn number(&self, names: &[&str]) -> Option<u64> {
        self.args.find(names)?.as_u64()
    }

    /// The same with another number; `None` if it has no field of these names.
    pub(crate) fn with(mut self, names: &[&str], number: u64) -> Option<Request> {
        self.args.replace(names, Value::U64(number)).then_some(self)
    }
}

/// What was sent to a server whose place the case has taken.
pub(crate) struct Heard(Arc<Mutex<Vec<Request>>>);

impl Heard {
    /// The first request of this kind.
    pub(crate) fn first(&self, is_meant: impl Fn(&Request) -> bool) -> Option<Request> {
        self.0.lock().iter().find(|one| is_meant(one)).cloned()
    }
}

impl Cluster {
    /// Takes the place of a server, which crashes. What is sent to it is never answered.
    pub(crate) fn take_the_place_of(&self, server: usize) -> Heard {
        self.crash(server);
        let heard = Heard(Arc::default());
        let kept = Arc::clone(&heard.0);
        let service = stand_in(&self.net().methods(), move |kind, args| {
            let method = kind.name.clone();
            kept.lock().push(Request { method, args });
            thread::sleep(PAUSE);
            None
        });
        let node = Node::new(&labrpc::name(server));
        self.net().add_server(server, &node, vec![service]);
        self.connect(server);
        heard
    }

    /// Sends a request in the name of server `from`; the reply. `None` if there is none, or if the
    /// request is none of this Raft's.
    pub(crate) fn send_as(&self, from: usize, to: usize, request: &Request) -> Option<Value> {
        let net = self.net();
        let end = net.make_end(from);
        net.connect(end.id(), to);
        net.enable(end.id(), true);
        call_value(&end, &request.method, request.args.clone()).unwrap_or_else(|error| {
            self.cannot_judge(error);
            None
        })
    }

    /// Lets no thread of a server run for so long. What asks it meanwhile waits.
    pub(crate) fn pause(&self, server: usize, duration: Duration) {
        let running = self.inner.servers.lock()[server].running.clone();
        if let Some(running) = running {
            self.note(format_args!("server {server} pauses for {duration:?}"));
            running.node.pause(duration);
        }
    }

    /// Says that the case judges less than it is meant to.
    pub(crate) fn cannot_judge(&self, why: impl std::fmt::Display) {
        harness::warn(format!("not judged: {why}"));
    }
}
