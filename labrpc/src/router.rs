//! Who is connected to whom; turns an attempt to send into its verdict. Nothing here waits, and
//! nothing here knows the time.

use crate::choice;
use crate::faults::{Conditions, ReplyFate};
use crate::id::{EndId, ServerId, name};
use crate::latency::Latency;
use crate::link::Link;
use crate::service::{Method, MethodKind};
use crate::step::Loss;
use labrt::Node;
use labrt::rand::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// A server of the network, in one incarnation.
pub(crate) struct Server {
    pub(crate) id: ServerId,
    pub(crate) node: Node,
    pub(crate) methods: Vec<Arc<Method>>,
    /// Requests that its handlers were given.
    pub(crate) handled: AtomicU64,
    /// It was deleted or replaced.
    deleted: AtomicBool,
}

/// One end, as the network sees it.
pub(crate) struct End {
    pub(crate) from: ServerId,
    to: Option<ServerId>,
    enabled: Arc<AtomicBool>,
}

/// A connection that was open when a request was sent.
#[derive(Clone)]
pub(crate) struct Path {
    pub(crate) from: ServerId,
    pub(crate) server: Arc<Server>,
    enabled: Arc<AtomicBool>,
    conditions: Conditions,
}

/// What becomes of an attempt to send.
pub(crate) enum Verdict {
    /// The network is closed; the caller knows at once.
    Closed,
    /// Nothing arrives; the caller knows after that time.
    Lost {
        to: Option<ServerId>,
        kind: Option<Arc<MethodKind>>,
        after: Duration,
        loss: Loss,
    },
    /// The request arrives after that time, and perhaps a second time later.
    Arrives {
        path: Path,
        method: Arc<Method>,
        after: Duration,
        copy: Option<Duration>,
    },
    /// The server offers no such method.
    NoSuchMethod { offered: Vec<String> },
}

#[derive(Default)]
pub(crate) struct Router {
    pub(crate) conditions: Conditions,
    ends: Vec<End>,
    servers: BTreeMap<ServerId, Arc<Server>>,
    links: BTreeMap<(ServerId, ServerId), Link>,
    /// Every method that any server ever offered.
    kinds: BTreeMap<String, Arc<MethodKind>>,
    closed: bool,
}

impl Path {
    /// Whether the server was deleted, has crashed, or the end was disabled since.
    pub(crate) fn is_gone(&self) -> bool {
        !self.enabled.load(Ordering::Acquire)
            || self.server.deleted.load(Ordering::Acquire)
            || self.server.node.is_crashed()
    }
}

impl Router {
    pub(crate) fn add_end(&mut self, from: ServerId) -> EndId {
        self.ends.push(End {
            from,
            to: None,
            enabled: Arc::default(),
        });
        (self.ends.len() - 1) as EndId
    }

    pub(crate) fn end_mut(&mut self, end: EndId) -> &mut End {
        &mut self.ends[end as usize]
    }

    /// The server that is replaced, if one is: it must be dropped when no lock is held any more,
    /// since its handlers hold what belongs to others.
    #[must_use]
    pub(crate) fn add_server(
        &mut self,
        id: ServerId,
        node: Node,
        methods: Vec<Arc<Method>>,
    ) -> Option<Arc<Server>> {
        for method in &methods {
            self.kinds
                .insert(method.kind.name.clone(), Arc::clone(&method.kind));
        }
        let server = Server {
            id,
            node,
            methods,
            handled: AtomicU64::new(0),
            deleted: AtomicBool::new(false),
        };
        let replaced = self.delete_server(id);
        self.servers.insert(id, Arc::new(server));
        replaced
    }

    /// The server that is gone now, to be dropped as [`Router::add_server`] says.
    #[must_use]
    pub(crate) fn delete_server(&mut self, id: ServerId) -> Option<Arc<Server>> {
        let server = self.servers.remove(&id)?;
        server.deleted.store(true, Ordering::Release);
        Some(server)
    }

    pub(crate) fn kind(&self, method: &str) -> Option<Arc<MethodKind>> {
        self.kinds.get(method).cloned()
    }

    pub(crate) fn kinds(&self) -> Vec<Arc<MethodKind>> {
        self.kinds.values().cloned().collect()
    }

    pub(crate) fn server(&self, id: ServerId) -> Option<&Arc<Server>> {
        self.servers.get(&id)
    }

    pub(crate) fn link_mut(&mut self, from: ServerId, to: ServerId) -> &mut Link {
        self.links.entry((from, to)).or_default()
    }

    /// From now on nothing is sent.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// What becomes of a request of `bytes` bytes that is sent over `end` at `now`.
    pub(crate) fn send(
        &mut self,
        end: EndId,
        method: &str,
        bytes: usize,
        now: Duration,
        rng: &mut impl Rng,
    ) -> Verdict {
        if self.closed {
            return Verdict::Closed;
        }
        let end = &self.ends[end as usize];
        let (from, to) = (end.from, end.to);
        let server = to.filter(|_| end.enabled.load(Ordering::Acquire));
        let server = server.and_then(|to| self.servers.get(&to));
        let Some(server) = server.filter(|server| !server.node.is_crashed()) else {
            return self.lost(
                to,
                method,
                self.conditions.dead_end(rng),
                Loss::NotConnected,
            );
        };
        let Some(known) = server
            .methods
            .iter()
            .find(|known| known.kind.name == method)
        else {
            let offered = server
                .methods
                .iter()
                .map(|known| known.kind.name.clone())
                .collect();
            return Verdict::NoSuchMethod { offered };
        };
        let name = || format!("{} → {} {method}", name(from), name(server.id));
        let drawn = self.conditions_between(from, server.id).request(rng);
        let mut fate = choice::request(drawn, name);
        let Some(delay) = under_way(
            &mut self.links,
            (from, server.id),
            self.conditions.latency,
            bytes,
            now,
            rng,
        ) else {
            return self.lost(to, method, self.conditions.dead_end(rng), Loss::Blocked);
        };
        fate.after += delay;
        fate.copy = fate.copy.map(|copy| copy + delay);
        if fate.lost {
            return self.lost(to, method, fate.after, Loss::Request);
        }
        let path = Path {
            from,
            server: Arc::clone(server),
            enabled: Arc::clone(&end.enabled),
            conditions: self.conditions,
        };
        Verdict::Arrives {
            path,
            method: Arc::clone(known),
            after: fate.after,
            copy: fate.copy,
        }
    }

    /// What the network does to requests of this direction.
    fn conditions_between(&self, from: ServerId, to: ServerId) -> Conditions {
        let mut conditions = self.conditions;
        // Most networks have no links of their own.
        if !self.links.is_empty()
            && let Some(share) = self.links.get(&(from, to)).and_then(|link| link.duplicated)
        {
            conditions.duplicated = share;
        }
        conditions
    }

    fn lost(&self, to: Option<ServerId>, method: &str, after: Duration, loss: Loss) -> Verdict {
        Verdict::Lost {
            to,
            kind: self.kind(method),
            after,
            loss,
        }
    }

    /// What becomes of a reply of `bytes` bytes that leaves over `path` at `now`; an error is how
    /// long the caller waits for a reply that cannot come.
    pub(crate) fn reply(
        &mut self,
        (path, method): (&Path, &str),
        bytes: usize,
        now: Duration,
        rng: &mut impl Rng,
    ) -> Result<Duration, Duration> {
        let drawn = path.conditions.reply(rng);
        let name = || format!("{} → {} {method}", name(path.from), name(path.server.id));
        let ReplyFate::Arrives(after) = choice::reply(drawn, name) else {
            return Err(Duration::ZERO);
        };
        let direction = (path.server.id, path.from);
        let latency = path.conditions.latency;
        match under_way(&mut self.links, direction, latency, bytes, now, rng) {
            Some(delay) => Ok(after + delay),
            None => Err(self.conditions.dead_end(rng)),
        }
    }
}

/// How long a message of `bytes` bytes that is sent at `now` takes in this direction, beside what
/// the network's faults do to it; `None` if the direction is blocked. `latency` is that of links
/// without one of their own.
fn under_way(
    links: &mut BTreeMap<(ServerId, ServerId), Link>,
    direction: (ServerId, ServerId),
    latency: Option<Latency>,
    bytes: usize,
    now: Duration,
    rng: &mut impl Rng,
) -> Option<Duration> {
    // Most networks have no links of their own.
    let link = match links.is_empty() {
        true => None,
        false => links.get_mut(&direction),
    };
    let is_own = link.as_ref().is_some_and(|link| link.latency.is_some());
    let delay = match link {
        Some(link) if link.blocked => return None,
        Some(link) => link.delay(bytes, now, rng),
        None => Duration::ZERO,
    };
    match latency {
        Some(latency) if !is_own => Some(delay + latency.draw(rng)),
        _ => Some(delay),
    }
}

impl End {
    pub(crate) fn connect(&mut self, to: ServerId) {
        self.to = Some(to);
    }

    pub(crate) fn enable(&mut self, on: bool) {
        self.enabled.store(on, Ordering::Release);
    }
}
