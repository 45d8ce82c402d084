//! The server's side of a call.

use crate::network::Shared;
use crate::router::Path;
use crate::service::Method;
use crate::slot::{Answer, Slot};
use labrt::{harness, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One request on its way to its handler.
pub(crate) struct Handling {
    pub(crate) network: Arc<Shared>,
    pub(crate) path: Path,
    pub(crate) method: Arc<Method>,
    /// The arguments; the reply takes their place.
    pub(crate) bytes: Vec<u8>,
    /// How long the request is under way.
    pub(crate) after: Duration,
    /// Where the caller waits; nobody waits for the answer to a copy.
    pub(crate) slot: Option<Arc<Slot>>,
}

impl Handling {
    /// Gives the request a thread of its own on the server's node.
    pub(crate) fn start(self) {
        if harness::is_simulated() {
            let server = Arc::clone(&self.path.server);
            let method = Arc::clone(&self.method);
            server.node.spawn(&method.name, move || self.run());
        } else {
            let network = Arc::clone(&self.network);
            network.pool.run(self);
        }
    }

    /// A second copy of the request, which arrives on its own and whose answer nobody hears.
    pub(crate) fn copy(&self, after: Duration) -> Handling {
        Handling {
            network: Arc::clone(&self.network),
            path: self.path.clone(),
            method: Arc::clone(&self.method),
            bytes: self.bytes.clone(),
            after,
            slot: None,
        }
    }

    /// Waits until the request arrives, runs the handler, and sends the reply on its way.
    pub(crate) fn run(mut self) {
        if self.after > Duration::ZERO {
            thread::sleep(self.after);
        }
        let answer = match self.path.is_gone() {
            true => Answer::Nothing {
                after: Duration::ZERO,
            },
            false => self.handle(),
        };
        if let Some(slot) = &self.slot {
            slot.answer(answer);
        }
    }

    fn handle(&mut self) -> Answer {
        self.path.server.handled.fetch_add(1, Ordering::Relaxed);
        if let Err(why) = self.method.handle(&mut self.bytes) {
            let (name, path) = (&self.method.name, &self.path);
            harness::fail(format!(
                "{name}, called by server {} on server {}: {why}",
                path.from, path.server.id
            ));
        }
        // The server may have gone while the handler ran. What it saved then went to a disk that
        // nobody reads any more, so nobody may hear that it was saved.
        if self.path.is_gone() {
            return Answer::Nothing {
                after: Duration::ZERO,
            };
        }
        let now = self.network.now_for_links();
        let rng = &mut labrt::rand::rng();
        let sent = self
            .network
            .router
            .lock()
            .reply(&self.path, self.bytes.len(), now, rng);
        match sent {
            Ok(after) => Answer::Reply {
                bytes: std::mem::take(&mut self.bytes),
                after,
            },
            Err(after) => Answer::Nothing { after },
        }
    }
}
