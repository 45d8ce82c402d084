//! Nodes of the real world: their threads are the system's, which nobody can stop or hold back.
//! They say themselves where they were started, what they wait for, and which locks they hold.

use crate::base::{LOCKS, LeftOver, NodeId};
use crate::time;
use parking_lot::Mutex;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A place in the source.
type Place = &'static Location<'static>;

/// What is known of a node without a kernel.
#[derive(Debug)]
pub(crate) struct RealNode {
    pub(crate) name: Arc<str>,
    crashed: AtomicBool,
    /// Threads that have not ended; the kernel knows simulated ones.
    threads: Mutex<Vec<Arc<RealThread>>>,
}

/// What a thread says of itself.
#[derive(Debug)]
struct RealThread {
    name: String,
    /// Where it was started; a thread that is only lent to the node, nowhere.
    started: Option<Place>,
    wait: Mutex<Option<Wait>>,
    /// The locks that it holds, by their addresses, and where it took them.
    held: Mutex<Vec<(usize, Place)>>,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    on: &'static str,
    at: Place,
    since: Duration,
    /// It has a time limit.
    ends: bool,
}

impl RealNode {
    pub(crate) fn new(name: Arc<str>) -> Arc<RealNode> {
        Arc::new(RealNode {
            name,
            crashed: AtomicBool::new(false),
            threads: Mutex::new(Vec::new()),
        })
    }

    pub(crate) fn crash(&self) {
        self.crashed.store(true, Ordering::Release);
    }

    pub(crate) fn is_crashed(&self) -> bool {
        self.crashed.load(Ordering::Acquire)
    }

    pub(crate) fn live_threads(&self) -> usize {
        self.threads.lock().len()
    }

    /// A line for each thread: what it waits for, since when; and whether it goes on by itself.
    pub(crate) fn standing(&self) -> Vec<(String, bool)> {
        let threads = self.threads.lock();
        let mut lines: Vec<_> = threads.iter().map(|thread| thread.told()).collect();
        lines.sort();
        lines
    }

    /// The threads that were started on the node and have not ended.
    pub(crate) fn left_over(&self) -> Vec<LeftOver> {
        let threads = self.threads.lock();
        let started = threads.iter().filter_map(|thread| {
            let wait = *thread.wait.lock();
            Some(LeftOver {
                started: thread.started?.to_string(),
                name: thread.name.clone(),
                waits: wait.map(|wait| format!("{} at {}", wait.on, wait.at)),
            })
        });
        started.collect()
    }
}

impl RealThread {
    fn told(&self) -> (String, bool) {
        let name = &self.name;
        let (mut line, acts) = match *self.wait.lock() {
            None => (format!("{name} could run"), true),
            Some(wait) => {
                let since = wait.since.as_secs_f64();
                let line = format!(
                    "{name} waits for {} at {} since {since:.3} s",
                    wait.on, wait.at
                );
                (line, wait.ends)
            }
        };
        for (_, at) in &*self.held.lock() {
            let _ = write!(line, ", and holds the lock it took at {at}");
        }
        (line, acts)
    }
}

/// The nodes of the real world, so that a thread's children find theirs.
static NODES: Mutex<Vec<Weak<RealNode>>> = Mutex::new(Vec::new());

/// The node of a thread, and what the thread says of itself.
type Own = (NodeId, Arc<RealNode>, Arc<RealThread>);

thread_local! {
    static CURRENT: RefCell<Option<Own>> = const { RefCell::new(None) };
}

/// Gives a node its number.
pub(crate) fn add(node: &Arc<RealNode>) -> NodeId {
    let mut nodes = NODES.lock();
    nodes.push(Arc::downgrade(node));
    NodeId(nodes.len() as u32 - 1)
}

/// If a thread of any node has waited for a lock for so long: what the threads of all nodes are at,
/// those first that wait for a lock or hold one.
pub(crate) fn hung(patience: Duration) -> Option<Vec<String>> {
    let nodes: Vec<_> = NODES.lock().iter().filter_map(Weak::upgrade).collect();
    let latest = time::since_start().checked_sub(patience)?;
    let (mut about_locks, mut others, mut is_hung) = (Vec::new(), Vec::new(), false);
    for node in nodes {
        for thread in &*node.threads.lock() {
            let wait = *thread.wait.lock();
            let for_lock = wait.filter(|wait| LOCKS.contains(&wait.on));
            is_hung |= for_lock.is_some_and(|wait| !wait.ends && wait.since < latest);
            let line = format!("{}/{}", node.name, thread.told().0);
            match for_lock.is_some() || !thread.held.lock().is_empty() {
                true => about_locks.push(line),
                false => others.push(line),
            }
        }
    }
    about_locks.append(&mut others);
    is_hung.then_some(about_locks)
}

/// The node of the calling thread.
pub(crate) fn current() -> Option<NodeId> {
    CURRENT.with_borrow(|own| own.as_ref().map(|(id, ..)| *id))
}

/// Whether the calling thread belongs to a node; also while its locals are being destroyed.
pub(crate) fn is_on_one() -> bool {
    let is_on_one = CURRENT.try_with(|own| own.try_borrow().is_ok_and(|own| own.is_some()));
    is_on_one.unwrap_or(false)
}

/// The name of the calling thread's node.
pub(crate) fn current_name() -> Option<Arc<str>> {
    CURRENT.with_borrow(|own| own.as_ref().map(|(_, node, _)| node.name.clone()))
}

/// Whether the node of the calling thread was marked as crashed.
pub(crate) fn current_crashed() -> bool {
    CURRENT.with_borrow(|own| own.as_ref().is_some_and(|(_, node, _)| node.is_crashed()))
}

/// What the calling thread says of itself, if it belongs to a node; nothing while its locals are
/// being destroyed.
fn with_own<T>(act: impl FnOnce(&RealThread) -> T) -> Option<T> {
    let own = CURRENT.try_with(|own| {
        let own = own.try_borrow().ok()?;
        own.as_ref().map(|(.., thread)| act(thread))
    });
    own.ok().flatten()
}

/// Runs `f`, which waits for `on`; `ends` says that it does so for a limited time.
pub(crate) fn waiting<T>(on: &'static str, at: Place, ends: bool, f: impl FnOnce() -> T) -> T {
    let since = time::since_start();
    let wait = Wait {
        on,
        at,
        since,
        ends,
    };
    // Within another wait, which says it better, this one is not told.
    let is_told = with_own(|own| {
        let mut told = own.wait.lock();
        told.is_none().then(|| *told = Some(wait)).is_some()
    });
    let out = f();
    if is_told == Some(true) {
        with_own(|own| *own.wait.lock() = None);
    }
    out
}

/// The calling thread has taken the lock of this address.
pub(crate) fn took(lock: usize, at: Place) {
    with_own(|own| own.held.lock().push((lock, at)));
}

/// It has given a lock back.
pub(crate) fn gave_back(lock: usize) {
    with_own(|own| {
        let mut held = own.held.lock();
        if let Some(place) = held.iter().rposition(|(held, _)| *held == lock) {
            held.remove(place);
        }
    });
}

/// Where the calling thread took that lock, if it holds it.
pub(crate) fn holds(lock: usize) -> Option<Place> {
    with_own(|own| {
        let held = own.held.lock();
        let mine = held.iter().find(|(held, _)| *held == lock);
        mine.map(|(_, at)| *at)
    })
    .flatten()
}

/// Runs `f` as (part of) a thread of `node`, which was started at a place under a name; as part of
/// one that the node only borrows, if there is no such place.
pub(crate) fn run_thread<T>(
    node: Option<NodeId>,
    (name, started): (&str, Option<Place>),
    f: impl FnOnce() -> T,
) -> T {
    let found = node.and_then(|id| NODES.lock().get(id.0 as usize)?.upgrade());
    let Some((id, node)) = node.zip(found) else {
        return f();
    };
    let thread = Arc::new(RealThread {
        name: name.to_string(),
        started,
        wait: Mutex::new(None),
        held: Mutex::new(Vec::new()),
    });
    node.threads.lock().push(thread.clone());
    let before = CURRENT.replace(Some((id, node.clone(), thread.clone())));
    let _leave = Leave {
        before,
        node,
        thread,
    };
    f()
}

/// Undoes what `run_thread` did, also when the thread panics.
struct Leave {
    before: Option<Own>,
    node: Arc<RealNode>,
    thread: Arc<RealThread>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
        let mut threads = self.node.threads.lock();
        threads.retain(|thread| !Arc::ptr_eq(thread, &self.thread));
    }
}
