//! The orders that a test gives.

use crate::end::ClientEnd;
use crate::event::Observer;
use crate::id::{EndId, ServerId};
use crate::latency::Latency;
use crate::service::{MethodKind, Service};
use crate::shared::Shared;
use labrt::Node;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The in-process network. A handle: clones are the same network.
///
/// A new network is reliable and has no servers. Whatever is set holds for requests sent from then
/// on; a request under way keeps the conditions that it was sent under. All chance comes from the
/// run's seed.
#[derive(Clone)]
pub struct Network {
    shared: Arc<Shared>,
}

impl Network {
    /// A reliable network without servers.
    pub fn new() -> Network {
        Network {
            shared: Arc::default(),
        }
    }

    /// Ends every pending call at once (without a reply), and every call to come.
    pub fn cleanup(&self) {
        self.shared.close();
    }

    /// Makes an end, owned by client `from`; not connected, not enabled.
    pub fn make_end(&self, from: ServerId) -> ClientEnd {
        let id = self.shared.router.lock().add_end(from);
        ClientEnd::new(id, from, Arc::clone(&self.shared))
    }

    /// Points an end to a server.
    pub fn connect(&self, end: EndId, to: ServerId) {
        self.shared.router.lock().end_mut(end).connect(to);
    }

    /// Enables or disables an end.
    pub fn enable(&self, end: EndId, on: bool) {
        self.shared.router.lock().end_mut(end).enable(on);
    }

    /// Adds (or replaces) a server whose handlers run on `node`.
    pub fn add_server(&self, id: ServerId, node: &Node, services: Vec<Service>) {
        let methods = services
            .into_iter()
            .flat_map(Service::into_methods)
            .collect();
        let replaced = self
            .shared
            .router
            .lock()
            .add_server(id, node.clone(), methods);
        drop(replaced);
    }

    /// Removes a server; replies of handlers that still run are lost.
    pub fn delete_server(&self, id: ServerId) {
        let deleted = self.shared.router.lock().delete_server(id);
        drop(deleted);
    }

    /// `false`: delays each request by 0 to 26 ms, loses one request in ten after that time, and
    /// one reply in ten at once. Replies that are not lost are not delayed.
    pub fn set_reliable(&self, yes: bool) {
        self.shared.router.lock().conditions.reliable = yes;
    }

    /// Whether the network is reliable.
    pub fn is_reliable(&self) -> bool {
        self.shared.router.lock().conditions.reliable
    }

    /// `true`: delays two replies in three, by 200 to 2200 ms. No request is ever delayed by this:
    /// whoever sends answers as requests of their own, as many engines do, does not meet it.
    pub fn set_long_reordering(&self, yes: bool) {
        self.shared.router.lock().conditions.long_reordering = yes;
    }

    /// `true`: a call over a dead connection takes 0 to 7 s; otherwise, 0 to 100 ms.
    pub fn set_long_delays(&self, yes: bool) {
        self.shared.router.lock().conditions.long_delays = yes;
    }

    /// The share of requests that arrive twice, from 0 (never, the default) to 1 (always). The
    /// second copy arrives up to 26 ms after the first, and its reply goes nowhere.
    pub fn set_duplicated(&self, share: f64) {
        check_share(share);
        self.shared.router.lock().conditions.duplicated = share;
    }

    /// The same for requests from one server to another; `None`, the default, leaves them to
    /// [`Network::set_duplicated`].
    pub fn set_duplicated_between(&self, from: ServerId, to: ServerId, share: Option<f64>) {
        share.into_iter().for_each(check_share);
        self.shared.router.lock().link_mut(from, to).duplicated = share;
    }

    /// Blocks or opens one direction between two servers, for requests and for replies. A caller
    /// whose request is blocked waits as on a dead connection; one whose reply is blocked does too,
    /// but its request was handled.
    pub fn block(&self, from: ServerId, to: ServerId, on: bool) {
        self.shared.router.lock().link_mut(from, to).blocked = on;
    }

    /// What each message takes, on top of everything else, over links for which
    /// [`Network::set_latency`] says nothing. `None`, the default, is no time at all.
    pub fn set_base_latency(&self, latency: Option<Latency>) {
        self.shared.router.lock().conditions.latency = latency;
    }

    /// What each message takes from one server to another, on top of everything else.
    pub fn set_latency(&self, from: ServerId, to: ServerId, latency: Option<Latency>) {
        self.shared.router.lock().link_mut(from, to).latency = latency;
    }

    /// How many bytes a second get from one server to another; messages queue.
    pub fn set_bandwidth(&self, from: ServerId, to: ServerId, bytes_per_second: Option<u64>) {
        self.shared.has_bandwidth();
        self.shared.router.lock().link_mut(from, to).bandwidth = bytes_per_second;
    }

    /// Every method that any server ever offered, by name.
    pub fn methods(&self) -> Vec<Arc<MethodKind>> {
        self.shared.router.lock().kinds()
    }

    /// Calls `observer` at each step of each message from now on; `None` ends that.
    pub fn observe(&self, observer: Option<Observer>) {
        self.shared.observe(observer);
    }

    /// Requests that server `id` handled, in its present incarnation.
    pub fn count(&self, id: ServerId) -> u64 {
        let router = self.shared.router.lock();
        router
            .server(id)
            .map_or(0, |server| server.handled.load(Ordering::Relaxed))
    }

    /// Requests sent by anyone, also those that were lost.
    pub fn total_count(&self) -> u64 {
        self.shared.count.load(Ordering::Relaxed)
    }

    /// Bytes of all arguments sent and replies delivered.
    pub fn total_bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::Relaxed)
    }
}

fn check_share(share: f64) {
    assert!(
        (0.0..=1.0).contains(&share),
        "a share lies between 0 and 1, not at {share}"
    );
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}
