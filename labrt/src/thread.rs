//! Threads with `std::thread`'s face.

use crate::base::{NEVER, Name, NodeId};
use crate::kernel::{Blocked, CrashToken, JOIN, Kernel, Packet, Spawn, TaskRef, Wake, world};
use crate::real_node;
use crate::time::Instant;
use std::io;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

mod local;
mod scope;

pub use local::{AccessError, LocalKey};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use std::thread::Result;

/// Starts a thread, on the node of the calling thread.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// Starts threads with a name.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
    node: Option<NodeId>,
}

impl Builder {
    /// A thread without a name.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Names the thread: reports and logs show it.
    pub fn name(mut self, name: String) -> Builder {
        self.name = Some(name);
        self
    }

    /// For `std`'s sake: simulated stacks all have the same size, real ones std's default.
    pub fn stack_size(self, _bytes: usize) -> Builder {
        self
    }

    pub(crate) fn node(mut self, node: NodeId) -> Builder {
        self.node = Some(node);
        self
    }

    /// Starts the thread. Fails only in the real world, where the system may refuse.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        match world::kernel() {
            Some(kernel) => Ok(self.spawn_simulated(&kernel, Location::caller(), f)),
            None => self.spawn_real(Location::caller(), f),
        }
    }

    fn spawn_simulated<F, T>(
        self,
        kernel: &Kernel,
        at: &'static Location<'static>,
        f: F,
    ) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let packet = Arc::new(Packet::new(kernel));
        let end = End(packet.clone());
        let body = move || {
            let mut ended = panic::catch_unwind(AssertUnwindSafe(f));
            let Some(kernel) = world::kernel() else {
                return;
            };
            // Before anybody learns that the thread has ended.
            if let (Ok(_), Err(payload)) = (&ended, kernel.end_locals()) {
                ended = Err(payload);
            }
            if let Err(payload) = &ended {
                kernel.unwound(&**payload);
            }
            end.0.finish(&kernel, ended);
        };
        let name = match self.name {
            Some(name) => Name::Shared(name.into()),
            None => Name::Fixed("thread"),
        };
        let node = self.node.map_or(kernel.current_node(), |node| node.0);
        let spawned = kernel.spawn(
            Spawn {
                name: name.clone(),
                node,
                at,
            },
            Box::new(body),
        );
        kernel.point();
        let thread = Thread(Handle::Simulated {
            task: spawned,
            run: kernel.run,
            name,
        });
        JoinHandle {
            thread,
            inner: Inner::Simulated(packet),
        }
    }

    fn spawn_real<F, T>(self, at: &'static Location<'static>, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let mut builder = std::thread::Builder::new();
        let name = self.name.clone().unwrap_or("thread".into());
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        let node = self.node.or(real_node::current());
        let handle = builder.spawn(move || real_node::run_thread(node, (&name, Some(at)), f))?;
        let thread = Thread(Handle::Real(handle.thread().clone()));
        Ok(JoinHandle {
            thread,
            inner: Inner::Real(handle),
        })
    }
}

/// What a thread waits for that sleeps.
const SLEEP: &str = "a sleep's end";

/// Owns the permission to wait for a thread's end and take its result.
#[derive(Debug)]
pub struct JoinHandle<T> {
    thread: Thread,
    inner: Inner<T>,
}

enum Inner<T> {
    Real(std::thread::JoinHandle<T>),
    Simulated(Arc<Packet<T>>),
}

impl<T> std::fmt::Debug for Inner<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Inner::Real(_) => "Real",
            Inner::Simulated(_) => "Simulated",
        })
    }
}

impl<T> JoinHandle<T> {
    /// Waits for the thread's end: its result, or `Err` with what it panicked with (or an opaque
    /// value when its node crashed).
    #[track_caller]
    pub fn join(self) -> Result<T> {
        match self.inner {
            Inner::Real(handle) => {
                real_node::waiting(JOIN, Location::caller(), false, || handle.join())
            }
            Inner::Simulated(packet) => {
                join_simulated(&packet, self.thread.task(), Location::caller())
            }
        }
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            Inner::Real(handle) => handle.is_finished(),
            Inner::Simulated(packet) => packet.ended.load(Ordering::Acquire),
        }
    }
}

/// Goes with a thread's body: if that is dropped before it ran, since its node has crashed, the
/// thread has ended all the same, and whoever joins it learns so.
struct End<T>(Arc<Packet<T>>);

impl<T> Drop for End<T> {
    fn drop(&mut self) {
        if !self.0.ended.load(Ordering::Acquire)
            && let Some(kernel) = world::kernel()
        {
            self.0.finish(&kernel, Err(Box::new(CrashToken)));
        }
    }
}

fn join_simulated<T>(
    packet: &Packet<T>,
    task: Option<TaskRef>,
    at: &'static Location<'static>,
) -> Result<T> {
    if let Some(kernel) = world::kernel() {
        kernel.point();
        kernel.about_to_block("a join", at);
        let is_lost = || task.is_some_and(|task| kernel.is_abandoned(task));
        while !packet.ended.load(Ordering::Acquire) && !is_lost() {
            let wake = kernel.wait_on(&packet.joiners, Blocked::new(JOIN, at), NEVER);
            if let Wake::Crashed { .. } = wake {
                kernel.die();
                break;
            }
        }
    }
    packet.take().unwrap_or_else(|| Err(Box::new(CrashToken)))
}

/// A thread, for unparking it and asking its name.
#[derive(Clone, Debug)]
pub struct Thread(Handle);

#[derive(Clone, Debug)]
enum Handle {
    Real(std::thread::Thread),
    Simulated {
        task: Option<TaskRef>,
        run: u32,
        name: Name,
    },
}

impl Thread {
    /// Its name, if it was given one.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Handle::Real(thread) => thread.name(),
            Handle::Simulated { name, .. } => Some(name),
        }
    }

    fn task(&self) -> Option<TaskRef> {
        match &self.0 {
            Handle::Real(_) => None,
            Handle::Simulated { task, .. } => *task,
        }
    }

    /// What tells it apart from every other thread of the run.
    pub fn id(&self) -> ThreadId {
        ThreadId(match &self.0 {
            Handle::Real(thread) => Id::Real(thread.id()),
            Handle::Simulated { task, run, .. } => Id::Simulated(*task, *run),
        })
    }

    /// Ends the thread's `park`, now or when it next calls it.
    pub fn unpark(&self) {
        match (&self.0, world::kernel()) {
            (Handle::Real(thread), _) => thread.unpark(),
            (
                Handle::Simulated {
                    task: Some(task),
                    run,
                    ..
                },
                Some(kernel),
            ) if *run == kernel.run => {
                kernel.point();
                kernel.unpark(*task);
            }
            _ => {}
        }
    }
}

/// What tells a thread apart from every other thread of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(Id);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id {
    Real(std::thread::ThreadId),
    Simulated(Option<TaskRef>, u32),
}

/// The calling thread. Asking is no scheduling point.
pub fn current() -> Thread {
    match world::kernel() {
        Some(kernel) => {
            let (task, name) = kernel.current_identity();
            Thread(Handle::Simulated {
                task: Some(task),
                run: kernel.run,
                name,
            })
        }
        None => Thread(Handle::Real(std::thread::current())),
    }
}

/// Lets the calling thread rest for `duration`, on its node's clock.
#[track_caller]
pub fn sleep(duration: Duration) {
    let Some(kernel) = world::kernel() else {
        let sleep = || std::thread::sleep(duration);
        return real_node::waiting(SLEEP, Location::caller(), true, sleep);
    };
    let at = Location::caller();
    kernel.about_to_block("a sleep", at);
    rest(&kernel, duration, at);
}

/// [`sleep`], whatever locks the thread holds.
pub(crate) fn rest(kernel: &Kernel, duration: Duration, at: &'static Location<'static>) {
    let end = Instant::after(duration).map_or(NEVER, Instant::local_ns);
    sleep_until(kernel, end, at);
}

fn sleep_until(kernel: &Kernel, deadline: u64, at: &'static Location<'static>) {
    if let Wake::Crashed { .. } = kernel.park(Blocked::new(SLEEP, at), deadline) {
        kernel.die();
    }
}

/// Whether the calling thread is unwinding. Asking is no scheduling point.
pub fn panicking() -> bool {
    std::thread::panicking() // also in a simulation: std's count is switched with the stack
}

/// Offers the processor to the other threads.
pub fn yield_now() {
    match world::kernel() {
        Some(kernel) => kernel.yield_now(),
        None => std::thread::yield_now(),
    }
}

/// Waits until somebody unparks the calling thread, or already has.
#[track_caller]
pub fn park() {
    match world::kernel() {
        Some(kernel) => kernel.park_with_permit(Location::caller(), NEVER),
        None => std::thread::park(),
    }
}

/// Like [`park`], for at most `duration`.
#[track_caller]
pub fn park_timeout(duration: Duration) {
    match world::kernel() {
        Some(kernel) => {
            let end = Instant::after(duration).map_or(NEVER, Instant::local_ns);
            kernel.park_with_permit(Location::caller(), end);
        }
        None => std::thread::park_timeout(duration),
    }
}
