//! The server's side of a call.

use crate::choice;
use crate::event::{KeptBytes, Message};
use crate::id::name;
use crate::reply_slot::{Answer, ReplySlot};
use crate::router::Path;
use crate::service::Method;
use crate::shared::Shared;
use crate::step::{Loss, Step};
use labrt::{harness, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One request on its way to its handler.
pub(crate) struct Handling {
    /// The number of the call.
    pub(crate) call: u64,
    pub(crate) network: Arc<Shared>,
    pub(crate) path: Path,
    pub(crate) method: Arc<Method>,
    /// The arguments; the reply takes their place.
    pub(crate) bytes: Vec<u8>,
    pub(crate) kept: KeptBytes,
    /// How long the request is under way.
    pub(crate) after: Duration,
    /// Where the caller waits; nobody waits for the answer to a copy.
    pub(crate) slot: Option<Arc<ReplySlot>>,
    /// Another request of the same call tells what becomes of it.
    pub(crate) is_copy: bool,
}

impl Handling {
    /// Gives the request a thread of its own on the server's node.
    pub(crate) fn start(self) {
        let node = self.path.server.node.clone();
        if harness::is_simulated() {
            let arrival = (self.after, "a request's arrival");
            harness::spawn_on(&node, "an RPC handler", arrival, Box::new(|| self.run()));
        } else {
            let network = Arc::clone(&self.network);
            let arrives_and_runs = move || {
                if self.after > Duration::ZERO {
                    thread::sleep(self.after);
                }
                self.run();
            };
            network.pool.run(node, Box::new(arrives_and_runs));
        }
    }

    /// A second copy of the request, which arrives on its own and whose answer nobody hears.
    pub(crate) fn copy(&self, after: Duration) -> Handling {
        Handling {
            call: self.call,
            network: Arc::clone(&self.network),
            path: self.path.clone(),
            method: Arc::clone(&self.method),
            bytes: self.bytes.clone(),
            kept: self.kept.clone(),
            after,
            slot: None,
            is_copy: true,
        }
    }

    /// The request has arrived: runs the handler, and sends the reply on its way.
    fn run(mut self) {
        let mut waiting = Waiting(self.slot.take());
        let (answer, after) = match self.path.is_gone() {
            true => at_once(Answer::Nothing(Loss::ServerGone)),
            false => self.handle(),
        };
        waiting.answer(answer, after);
    }

    /// The answer, and how long it is under way.
    fn handle(&mut self) -> (Answer, Duration) {
        self.path.server.handled.fetch_add(1, Ordering::Relaxed);
        choice::timers_first(|| {
            let method = &self.method.kind.name;
            format!(
                "{} → {} {method}",
                name(self.path.from),
                name(self.path.server.id)
            )
        });
        self.tell(Step::Arrived);
        self.kept = None;
        match self.method.handle(&mut self.bytes) {
            Ok(true) => {}
            Ok(false) => return at_once(Answer::Nothing(Loss::NoReply)),
            Err(why) => return at_once(Answer::Misfit(why)),
        }
        // The server may have gone while the handler ran. What it saved then went to a disk that
        // nobody reads any more, so nobody may hear that it was saved.
        if self.path.is_gone() {
            return at_once(Answer::Nothing(Loss::ServerGone));
        }
        labrt::trace::fold(&self.bytes);
        self.tell(Step::Replied);
        let now = self.network.now_for_links();
        let rng = &mut labrt::rand::rng();
        let call = (&self.path, &*self.method.kind.name);
        let mut router = self.network.router.lock();
        let sent = router.reply(call, self.bytes.len(), now, rng);
        drop(router);
        match sent {
            Ok(after) => (self.reply(), after),
            Err(after) => {
                if !self.is_copy {
                    self.tell(Step::Lost(Loss::Reply));
                }
                (Answer::Nothing(Loss::Reply), after)
            }
        }
    }

    fn reply(&mut self) -> Answer {
        Answer::Reply(std::mem::take(&mut self.bytes), self.kept.take())
    }

    #[inline]
    fn tell(&mut self, step: Step) {
        let (from, to) = (self.path.from, self.path.server.id);
        let (from, to) = if step == Step::Arrived {
            (from, to)
        } else {
            (to, from)
        };
        self.network.tell(&mut self.kept, || Message {
            call: self.call,
            from,
            to: Some(to),
            method: &self.method.kind.name,
            step,
            kind: Some(&self.method.kind),
            bytes: &self.bytes,
        });
    }
}

fn at_once(answer: Answer) -> (Answer, Duration) {
    (answer, Duration::ZERO)
}

/// The caller, as long as it has no answer. Nobody waits for the answer to a copy.
struct Waiting(Option<Arc<ReplySlot>>);

impl Waiting {
    fn answer(&mut self, answer: Answer, after: Duration) {
        if let Some(slot) = self.0.take() {
            slot.answer(answer, after);
        }
    }
}

impl Drop for Waiting {
    /// A real handler that panics takes only its own thread down: its caller must not wait for
    /// ever. A simulated one has ended the run, or its node has crashed and says nothing more.
    fn drop(&mut self) {
        if !harness::is_simulated() {
            self.answer(Answer::Nothing(Loss::Panicked), Duration::ZERO);
        }
    }
}
