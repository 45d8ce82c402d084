//! The member's side: a process that runs code under test, one incarnation of a server or a client,
//! and knows of nothing but its socket.
//!
//! | file | room |
//! | --- | --- |
//! | `outbox` | what it does that can be seen from outside |
//! | `talk` | what it logs and prints |
//! | `tenant` | what it is, and what it is asked |

mod outbox;
mod talk;
mod tenant;

use crate::frame::{Account, Begin, Fault, FaultKind, FromMember, ToMember, What, World};
use crate::link;
use labrt::harness::Mutex;
use labrt::time::since_start;
use labrt::{Failure, FailureKind, Node, Simulation, part, thread};
use outbox::Outbox;
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::Arc;
use std::time::Duration;
use suites::Submission;
use tenant::Tenant;

/// Is a member until the case hangs up, in a process of its own.
pub(crate) fn main(submission: Submission, socket: UnixStream) -> ! {
    talk::listen();
    be(submission, socket, part::raise_wall);
    process::exit(0)
}

/// The same on the calling thread, as a cell: without a wall, which would be around all of them.
pub(crate) fn serve(submission: Submission, socket: UnixStream) {
    be(submission, socket, || Ok(()));
}

fn be(submission: Submission, socket: UnixStream, raise: fn() -> Result<(), String>) {
    let Ok((ToMember::Begin(begin), _)) = link::receive(&socket) else {
        return;
    };
    match begin.world {
        World::Virtual(strategy) => {
            let socket = Arc::new(socket);
            let inside = Arc::clone(&socket);
            let seed = begin.seed;
            let report = Simulation::new(seed)
                .strategy(strategy.into())
                .run(move || in_virtual_time(submission, begin, &inside, raise));
            if let Err(failure) = report.outcome {
                let _ = link::send(&socket, &FromMember::Fault(fault(failure)));
            }
        }
        World::Real => in_real_time(submission, begin, socket),
    }
}

/// The port of the member's simulation: lets it run as far as the case grants, and says what it
/// did.
fn in_virtual_time(
    submission: Submission,
    begin: Begin,
    socket: &UnixStream,
    raise: fn() -> Result<(), String>,
) {
    let wall = part::outside(raise);
    let node = Node::new(&labrpc::name(begin.me));
    let outbox = Outbox::kept();
    talk::goes_to(&outbox, begin.logs.as_deref());
    if let Err(why) = wall {
        outbox.tell(What::NoWall(why));
    }
    let tenant = Tenant::start(submission, begin, &node, &outbox);
    let (mut number, mut until) = (0, 0);
    loop {
        let next = part::rest(Duration::from_nanos(until));
        for warning in part::take_warnings() {
            outbox.tell(What::Warning(warning));
        }
        let account = Account {
            number,
            now: ns(since_start()),
            next: next.map(ns),
            threads: node.live_thread_names(),
            effects: outbox.take(),
        };
        let granted = part::outside(|| {
            link::send(socket, &FromMember::Account(account))?;
            link::receive(socket)
        });
        let Ok((ToMember::Grant(grant), _)) = granted else {
            return; // the case is over, or gone
        };
        (number, until) = (grant.number, grant.until);
        part::advance(Duration::from_nanos(grant.now));
        for arrival in grant.arrivals {
            tenant.arrives(arrival);
        }
    }
}

/// Takes what arrives, as it comes.
fn in_real_time(submission: Submission, begin: Begin, socket: UnixStream) {
    let node = Node::new(&labrpc::name(begin.me));
    let socket = Arc::new(socket);
    let outbox = Outbox::sent(Arc::clone(&socket));
    talk::all_goes_to(&outbox, begin.logs.as_deref());
    let words = Arc::clone(&socket);
    let failed = Mutex::new(());
    std::panic::set_hook(Box::new(move |info| {
        // The first panic counts; the others wait here until the process has ended.
        let _first = failed.lock();
        let panic = labrt::Panicked::of(info);
        let fault = Fault {
            kind: FaultKind::Panic,
            reason: panic.to_string(),
            thread: thread::current().name().unwrap_or("(unnamed)").to_string(),
            node: None,
            panic: Some((panic.message, panic.place)),
            backtrace: labrt::harness::backtrace(),
        };
        let _ = link::send(&words, &FromMember::Fault(fault));
        process::exit(1)
    }));
    let tenant = Tenant::start(submission, begin, &node, &outbox);
    while let Ok((ToMember::Arrival(arrival), _)) = link::receive::<ToMember>(&socket) {
        let is_kill = arrival.is_kill();
        tenant.arrives(arrival);
        if is_kill {
            tenant.end();
        }
    }
}

fn ns(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

fn fault(failure: Failure) -> Fault {
    Fault {
        kind: match failure.kind {
            FailureKind::Panic => FaultKind::Panic,
            FailureKind::Deadlock => FaultKind::Deadlock,
            FailureKind::TimeLimit => FaultKind::TimeLimit,
            FailureKind::Stuck => FaultKind::Stuck,
            FailureKind::Fault => FaultKind::Fault,
            FailureKind::StackOverflow => FaultKind::StackOverflow,
        },
        reason: failure.reason,
        thread: failure.thread,
        node: failure.node.map(String::from),
        panic: failure.panic.map(|panic| (panic.message, panic.place)),
        backtrace: failure.backtrace.into(),
    }
}
