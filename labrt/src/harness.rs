//! For the harness's own crates, not for code under test.

use crate::base::{Detail, Failure, FailureKind, Name, frames, ns, set_face};
use crate::kernel::{Blocked, Spawn, world};
use crate::node::Node;
use crate::outside::{prints, signals};
use crate::real_node;
use crate::thread;
use std::io;
use std::panic::Location;
use std::path::PathBuf;
use std::time::Duration;

/// A lock that is no scheduling point, for the harness's own state. Never hold it across anything
/// that may block, switch or spawn: then a crash can never leave that state half changed.
pub use parking_lot::{Mutex, MutexGuard};

pub use crate::base::LeftOver;
pub use crate::mailbox::Mailbox;

/// Whether the calling thread is a simulated one.
#[inline]
pub fn is_simulated() -> bool {
    world::kernel().is_some()
}

/// The current simulation's seed; `None` in the real world.
pub fn seed() -> Option<u64> {
    world::kernel().map(|kernel| kernel.seed)
}

/// Tells the diagnosis that the caller may block in `what` (`"an RPC"`): a lock that its thread
/// holds now is worth a warning. Also a scheduling point.
#[inline]
#[track_caller]
pub fn about_to_block(what: &'static str) {
    if let Some(kernel) = world::kernel() {
        kernel.point();
        kernel.about_to_block(what, Location::caller());
    }
}

/// Lets the calling thread stand still as slow hardware would: as [`sleep`](crate::thread::sleep),
/// but a lock that is held meanwhile is not the code's mistake, and no warning comes of it.
#[track_caller]
pub fn stall(duration: Duration) {
    match world::kernel() {
        Some(kernel) => thread::rest(&kernel, duration, Location::caller()),
        None => std::thread::sleep(duration),
    }
}

/// Calls `act` on whichever thread of `node` reaches the node's `points`-th scheduling point from
/// now on, there: at any place at all where the node can be interrupted. It may crash the node.
/// Only one such order holds at a time, the last. In the real world nothing happens.
pub fn after_points(node: &Node, points: u64, act: Box<dyn FnOnce() + Send>) {
    if let Some(kernel) = world::kernel() {
        kernel.light_fuse(node.id().0, points, act);
    }
}

/// Whether the calling thread belongs to a crashed node: it must reach neither network nor disk.
#[inline]
pub fn is_crashed() -> bool {
    match world::kernel() {
        Some(kernel) => kernel.is_dying(),
        None => real_node::current_crashed(),
    }
}

/// Simulated: what each thread of a node is at - what it waits for, where, since when, until when -
/// and whether it will go on by itself. In the real world the same, as far as threads wait in what
/// this crate hands them.
pub fn standing(node: &Node) -> Vec<(String, bool)> {
    match world::kernel() {
        Some(kernel) => kernel.standing(node.id().0),
        None => node.real().standing(),
    }
}

/// Real world: if a thread of any node has waited for a lock for so long, what the threads of all
/// nodes are at, those first that wait for a lock or hold one.
pub fn hung(patience: Duration) -> Option<Vec<String>> {
    real_node::hung(patience)
}

/// The threads that were started on a node and have not ended.
pub fn left_over(node: &Node) -> Vec<LeftOver> {
    let mut threads = match world::kernel() {
        Some(kernel) => kernel.left_over(node.id().0),
        None => node.real().left_over(),
    };
    threads.sort();
    threads
}

/// Real world: the calling thread waits in `f` for `what`, for a limited time.
#[track_caller]
pub fn waiting<T>(what: &'static str, f: impl FnOnce() -> T) -> T {
    real_node::waiting(what, Location::caller(), true, f)
}

/// Real world: the warnings so far, each once.
pub fn take_warnings() -> Vec<String> {
    std::mem::take(&mut *WARNINGS.lock())
}

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Adds a warning to the run's report; in the real world, keeps it for [`take_warnings`].
pub fn warn(text: String) {
    match world::kernel() {
        Some(kernel) => kernel.warn(text),
        None => {
            let mut warnings = WARNINGS.lock();
            if !warnings.contains(&text) {
                warnings.push(text);
            }
        }
    }
}

/// From now on, the backtraces in reports leave out the frames of code below `folders`, the
/// harness's other crates: whoever reads a report looks for their own.
pub fn hide_frames(folders: Vec<PathBuf>) {
    frames::hide_frames(folders);
}

/// From now on, reports tell their reader to use `krate`'s threads, locks and channels: the crate
/// that hands labrt's on to the code under test, which may not know this one.
pub fn name_face(krate: &'static str) {
    set_face(krate);
}

/// From now on a stack overflow of a simulated thread is told to `listener`, and not to standard
/// error. It is called from a signal handler, on a small stack, and the process ends after it:
/// whoever passes on what it is told must not wait for anything.
pub fn on_stack_overflow(listener: fn(&Failure)) {
    signals::on_overflow(listener);
}

/// From now on `listener` is told what a simulated thread, or a real one of a node, writes to
/// standard output or standard error, on that thread; written it is all the same. A call may bring
/// part of a line, or several. The first listener stays. See [`tells_prints`].
pub fn on_print(listener: fn(&[u8])) {
    prints::on_print(listener);
}

/// Whether [`on_print`]'s listener is ever told: on Linux with the GNU C library.
pub const fn tells_prints() -> bool {
    prints::CAN_TELL
}

/// Where the calling thread is in code that is not the harness's, as reports show it: a function
/// and its place for each frame; empty if it is in none.
pub fn backtrace() -> String {
    frames::foreign_frames()
}

/// Ends the run at once as failed, for `reason`; in the real world, panics with it.
#[track_caller]
pub fn fail(reason: String) -> ! {
    match world::kernel() {
        Some(kernel) => kernel.fail(FailureKind::Fault, reason),
        None => panic!("{reason}"),
    }
}

/// As [`fail`], with what else the caller knows of it: [`Failure::detail`] gives it back.
#[track_caller]
pub fn fail_with(reason: String, detail: Detail) -> ! {
    match world::kernel() {
        Some(kernel) => kernel.fail_with(reason, detail),
        None => panic!("{reason}"),
    }
}

/// A choice: the way that something goes which could go otherwise. By itself it goes the `natural`
/// way; a run's [`Plan`](crate::Plan) may ask for the plain one, 0, in which nothing is unusual, or
/// for one of the others, up to `ways`. `what` says what a way means. No scheduling point, and no
/// draw of chance. In the real world it always goes the natural way.
#[inline]
pub fn choose(ways: u32, natural: u32, what: impl FnOnce(u32) -> String) -> u32 {
    match world::kernel() {
        Some(kernel) => kernel.decide(ways, natural, what),
        None => natural,
    }
}

/// From now on choices go their natural way, and are not counted; or are again.
pub fn hold_choices(on: bool) {
    if let Some(kernel) = world::kernel() {
        kernel.hold_choices(on);
    }
}

/// Simulated: from now on the clock of the calling thread's node shows so much more, and whatever
/// waits by it waits so much less. No effect on threads of no node, and none in the real world.
pub fn leap(duration: Duration) {
    if let Some(kernel) = world::kernel() {
        kernel.leap(ns(duration));
    }
}

/// Starts a short-lived thread of the harness's machinery on `node`, for running a handler: no
/// handle and no result, so that it costs as little as a thread can. It begins when what it
/// `waits_for` (`"a message's arrival"`) has happened, `after` that much time, whatever the node's
/// clock shows; if the node crashes before, `f` is dropped. False if the node has crashed already.
/// In the real world `f` runs in an OS thread of its own.
#[track_caller]
pub fn spawn_on(
    node: &Node,
    name: &'static str,
    (after, waits_for): (Duration, &'static str),
    f: Box<dyn FnOnce() + Send>,
) -> bool {
    let Some(kernel) = world::kernel() else {
        node.spawn(name, move || {
            std::thread::sleep(after);
            f();
        });
        return true;
    };
    let at = Location::caller();
    let who = Spawn {
        name: Name::Fixed(name),
        node: node.id().0,
        at,
    };
    let spawned = match after {
        Duration::ZERO => kernel.spawn(who, f),
        after => {
            let begin = kernel.true_now().saturating_add(ns(after));
            kernel.spawn_at(who, begin, Blocked::new(waits_for, at), f)
        }
    };
    kernel.point();
    spawned.is_some()
}

/// Real world: starts a thread of no node, whichever node the caller is of.
pub fn spawn_apart(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = std::thread::Builder::new().name(name.to_string());
    builder.spawn(f).map(drop)
}

/// Runs `f` on the calling thread, which belongs to no node, as if that were a thread of `node`. If
/// the node crashes meanwhile, `f` is unwound, and nothing else: then, or if the node had crashed
/// before, `None`. While the node is paused, `f` waits as its threads do. In the real world `f`
/// always runs to its end.
pub fn visit<T>(node: &Node, name: &'static str, f: impl FnOnce() -> T) -> Option<T> {
    match world::kernel() {
        Some(kernel) => kernel.visit(node.id().0, name, f),
        None => Some(real_node::run_thread(Some(node.id()), (name, None), f)),
    }
}

/// Real world: runs `f` on the calling thread as if that were a thread of `node`. For pools of
/// threads that serve one node after another. Simulated: just runs `f`.
pub fn run_as<T>(node: &Node, f: impl FnOnce() -> T) -> T {
    match world::kernel() {
        Some(_) => f(),
        None => real_node::run_thread(Some(node.id()), ("handler", None), f),
    }
}
