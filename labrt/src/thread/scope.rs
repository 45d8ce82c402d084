//! Threads that borrow: they end before the scope does that they were started in.

use super::{Builder, JoinHandle, Result, Thread};
use crate::base::NEVER;
use crate::kernel::{Blocked, CrashToken, WaitList, world};
use parking_lot::Mutex;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Calls `f` with a scope whose threads may borrow what lives longer than this call, and waits
/// until all of them have ended; see [`std::thread::scope`].
///
/// ```
/// use labrt::thread;
///
/// let votes = [true, false, true];
/// let counted = thread::scope(|scope| {
///     let counter = scope.spawn(|| votes.iter().filter(|vote| **vote).count());
///     counter.join().unwrap()
/// });
/// assert_eq!(counted, 2);
/// ```
///
/// # Panics
/// If a thread has panicked which nobody joined.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope {
        threads: Arc::new(Threads::new()),
        scope: PhantomData,
        env: PhantomData,
    };
    // Also if `f` panics, or is unwound since the thread's node has crashed: what the threads
    // borrow must not go before they have ended.
    let end = EndOfScope(scope.threads.clone(), Location::caller());
    let result = f(&scope);
    let threads = scope.threads.clone();
    drop(end);
    if threads.panicked.load(Ordering::Relaxed) {
        panic!("a scoped thread panicked");
    }
    result
}

/// Where scoped threads are started; see [`scope`].
pub struct Scope<'scope, 'env: 'scope> {
    threads: Arc<Threads>,
    /// Invariant, as std's: neither lifetime may shrink, or a thread could borrow for too short.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Starts a thread, on the node of the calling thread.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new()
            .spawn_scoped(self, f)
            .expect("failed to spawn thread")
    }
}

impl Builder {
    /// Starts the thread in `scope`. Fails only in the real world, where the system may refuse.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let packet = Arc::new(Packet {
            result: Mutex::new(None),
            threads: scope.threads.clone(),
        });
        scope.threads.running.fetch_add(1, Ordering::Relaxed);
        let body = Body {
            work: Some(f),
            packet: packet.clone(),
            end: End(scope.threads.clone()),
        };
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(move || body.run());
        // SAFETY: `scope` returns, or unwinds, only when `running` is zero again: when the `End` in
        // each body was dropped. Then the body's closure and its part in the result are gone, in
        // this order, whether it ran, was unwound, or never began. A thread that is abandoned for
        // good leaves `running` above zero, and the scope's own thread waits, for good.
        let body = unsafe {
            std::mem::transmute::<
                Box<dyn FnOnce() + Send + 'scope>,
                Box<dyn FnOnce() + Send + 'static>,
            >(body)
        };
        let handle = self.spawn(body)?;
        Ok(ScopedJoinHandle {
            handle,
            packet,
            scope: PhantomData,
        })
    }
}

/// Owns the permission to wait for a scoped thread's end and take its result.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<()>,
    packet: Arc<Packet<T>>,
    scope: PhantomData<&'scope ()>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread's end: its result, or `Err` with what it panicked with (or an opaque
    /// value when its node crashed).
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let ended = self.handle.join();
        let result = self.packet.result.lock().take();
        result.unwrap_or_else(|| Err(ended.err().unwrap_or(Box::new(CrashToken))))
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        self.handle.thread()
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

/// What a scope knows of its threads.
struct Threads {
    running: AtomicUsize,
    /// One has panicked, and nobody joined it.
    panicked: AtomicBool,
    /// Whom to wake at the end, in the real world.
    owner: std::thread::Thread,
    /// The same in a simulation.
    waiters: WaitList,
}

impl Threads {
    fn new() -> Threads {
        Threads {
            running: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            owner: std::thread::current(),
            waiters: WaitList::new(),
        }
    }

    fn are_running(&self) -> bool {
        self.running.load(Ordering::Acquire) > 0
    }
}

/// Waits until all threads have ended.
struct EndOfScope(Arc<Threads>, &'static Location<'static>);

impl Drop for EndOfScope {
    fn drop(&mut self) {
        let EndOfScope(threads, at) = self;
        let Some(kernel) = world::kernel() else {
            while threads.are_running() {
                std::thread::park();
            }
            return;
        };
        if threads.are_running() {
            kernel.about_to_block("a scope's end", at);
        }
        while threads.are_running() {
            let blocked = Blocked::new("the end of a scope's threads", at);
            kernel.wait_on_even_dying(&threads.waiters, blocked, NEVER);
        }
        // If the node has crashed meanwhile, this is where its thread learns of it.
        kernel.point();
    }
}

/// Goes with a thread's body, and is dropped last of it.
struct End(Arc<Threads>);

impl Drop for End {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::Release) > 1 {
            return;
        }
        match world::kernel() {
            Some(kernel) => {
                kernel.notify_all(&self.0.waiters);
            }
            None => self.0.owner.unpark(),
        }
    }
}

/// What a scoped thread does. The fields are dropped in this order.
struct Body<F, T> {
    work: Option<F>,
    packet: Arc<Packet<T>>,
    end: End,
}

impl<F: FnOnce() -> T, T> Body<F, T> {
    fn run(self) {
        let Body { work, packet, end } = self;
        let Some(work) = work else { return };
        let result = panic::catch_unwind(AssertUnwindSafe(work));
        if let (Err(payload), Some(kernel)) = (&result, world::kernel()) {
            kernel.unwound(&**payload);
        }
        *packet.result.lock() = Some(result);
        drop(packet);
        drop(end);
    }
}

/// Where a result waits for whoever joins the thread.
struct Packet<T> {
    result: Mutex<Option<Result<T>>>,
    threads: Arc<Threads>,
}

impl<T> Drop for Packet<T> {
    fn drop(&mut self) {
        let unheard = match self.result.get_mut() {
            Some(Err(payload)) => !payload.is::<CrashToken>(),
            _ => false,
        };
        if unheard {
            self.threads.panicked.store(true, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = self.threads.running.load(Ordering::Relaxed);
        f.debug_struct("Scope").field("running", &running).finish()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("ScopedJoinHandle { .. }")
    }
}
