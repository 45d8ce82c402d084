//! What the ends, the handlers and a test's orders share.

use crate::event::{KeptBytes, Message, Observer};
use crate::pool::Pool;
use crate::reply_slot::{Answer, ReplySlot};
use crate::router::Router;
use labrt::harness::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The handling of a request, on a thread of its own.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// The network's state.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) router: Mutex<Router>,
    /// Requests sent by anyone.
    pub(crate) count: AtomicU64,
    /// Bytes of arguments sent and replies delivered.
    pub(crate) bytes: AtomicU64,
    /// The threads of handlers in the real world.
    pub(crate) pool: Pool<Work>,
    closed: AtomicBool,
    /// Where callers wait, for the day that the network is closed.
    callers: Mutex<Vec<Weak<ReplySlot>>>,
    observer: Mutex<Option<Observer>>,
    is_observed: AtomicBool,
    /// Some link has a bandwidth: only then does anybody have to know the time.
    has_bandwidth: AtomicBool,
}

impl Shared {
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Ends every pending call at once, and every call to come. A call that is about to begin has
    /// its slot among the callers before the router sees its request, and so ends either way.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.router.lock().close();
        let waiting: Vec<_> = self
            .callers
            .lock()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        for slot in waiting {
            slot.answer(Answer::Closed, Duration::ZERO);
        }
    }

    /// Adds a place where a caller will wait.
    pub(crate) fn add_caller(&self, slot: &Arc<ReplySlot>) {
        let mut callers = self.callers.lock();
        if callers.len() == callers.capacity() {
            callers.retain(|slot| slot.strong_count() > 0);
        }
        callers.push(Arc::downgrade(slot));
    }

    /// From now on `observer` is told of each message; `None` ends that.
    pub(crate) fn observe(&self, observer: Option<Observer>) {
        self.is_observed
            .store(observer.is_some(), Ordering::Release);
        *self.observer.lock() = observer;
    }

    /// Tells those who watch of a message, whose bytes are in `kept` once they were kept. Next to
    /// free when nobody does.
    #[inline]
    pub(crate) fn tell<'a>(&self, kept: &mut KeptBytes, message: impl FnOnce() -> Message<'a>) {
        if self.is_observed.load(Ordering::Acquire) || labrt::trace::is_on() {
            self.tell_watchers(kept, &message());
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_watchers(&self, kept: &mut KeptBytes, message: &Message<'_>) {
        labrt::trace::record(|| message.event(kept));
        if self.is_observed.load(Ordering::Acquire)
            && let Some(observer) = { self.observer.lock().clone() }
        {
            observer(message);
        }
    }

    /// From now on links have to know the time.
    pub(crate) fn has_bandwidth(&self) {
        self.has_bandwidth.store(true, Ordering::Release);
    }

    /// The time since the run began, if it matters.
    pub(crate) fn now_for_links(&self) -> Duration {
        match self.has_bandwidth.load(Ordering::Acquire) {
            true => labrt::time::since_start(),
            false => Duration::ZERO,
        }
    }
}
