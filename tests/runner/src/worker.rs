//! The worker's side: does one job after another until its parent hangs up. Whatever the code
//! under test does to this process - aborts, overflows a stack, never returns - costs one run.

use super::options::Mode;
use super::trial::{FailureReport, Manner, Outcome};
use super::wire::{self, Job, Order, Record};
use super::{hang, interrupt, logs, trial};
use labrt::channel::{self, Receiver, Sender};
use labrt::thread;
use std::io;
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::OnceLock;
use suites::trace::{Failure, Text};
use suites::{Judged, cases};

/// Set for a worker by its parent.
pub(super) const VARIABLE: &str = "RAFTLAB_WORKER";

/// Never returns: what stands behind the call in this program's `main` is its parent's.
pub(super) fn main(judged: Judged) -> ! {
    // Before all else: nothing of the code under test may run while jobs come on standard input.
    let parent = wire::from_standard_input();
    let done = parent.and_then(|parent| {
        interrupt::leave_to_parent();
        logs::install();
        labrt::harness::on_print(suites::trace::print);
        labrt::harness::hide_frames(super::own_sources());
        labrt::harness::name_face("labapi");
        serve(judged, parent)
    });
    process::exit(if done.is_ok() { 0 } else { 2 })
}

/// Does what the parent says, until this process is of no more use.
fn serve(judged: Judged, mut parent: UnixStream) -> io::Result<()> {
    let reader = parent.try_clone()?;
    let _ = PARENT.set(parent.try_clone()?);
    labrt::harness::on_stack_overflow(|failure| last_word(Failure::from(failure)));
    let (orders, inbox) = channel::unbounded();
    thread::spawn(move || listen(reader, &orders));
    while let Ok(order) = inbox.recv() {
        let Order::Work(job) = order else {
            return Err(wire::forged());
        };
        if !work(judged, job, &mut parent, &inbox)? {
            break;
        }
    }
    Ok(())
}

/// Does one job; whether this process can do another.
fn work(
    judged: Judged,
    job: Job,
    parent: &mut UnixStream,
    inbox: &Receiver<Order>,
) -> io::Result<bool> {
    let Some(case) = cases::at(job.case) else {
        return Err(wire::forged());
    };
    for members in job.how.mode.members() {
        host::prepare(*members, judged.submission)?;
    }
    let mut is_told = false;
    for seed in job.first..job.first + job.count {
        wire::send(parent, &Record::Begin { seed })?;
        // A report tells of the first failure of a case: its job's first one, at most. The
        // others' events would be written, and never read.
        let how = Manner {
            tell: job.how.tell && !is_told,
            ..job.how.clone()
        };
        if how.mode == Mode::Real {
            hang::watch(last_word);
        }
        let mut outcome = trial::run(judged, case, seed, &how);
        if how.prints {
            outcome.printed = outcome.trace.take().map(|trace| trace.to_text());
        }
        is_told |= outcome.failure.is_some();
        let spent = outcome.spent;
        wire::send(parent, &Record::Ended)?;
        let Ok(Order::Prove(challenge)) = inbox.recv() else {
            return Err(wire::forged());
        };
        tell(parent, challenge, outcome)?;
        if spent {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends what became of a run; the reason alone, if there is too much to tell.
fn tell(parent: &mut UnixStream, challenge: u64, outcome: Outcome) -> io::Result<()> {
    let mut record = Record::End {
        challenge,
        outcome: Box::new(outcome),
    };
    if wire::send(parent, &record)? {
        return Ok(());
    }
    if let Record::End { outcome, .. } = &mut record {
        shorten(outcome);
    }
    match wire::send(parent, &record)? {
        true => Ok(()),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Leaves what a table needs, and the beginning of the reason.
fn shorten(outcome: &mut Outcome) {
    (outcome.trace, outcome.printed) = (None, None);
    outcome.warnings.clear();
    if let Some(report) = &mut outcome.failure {
        let short = Text::new(report.failure.message.as_str());
        *report = FailureReport::new(Failure {
            message: Text::of_report(format_args!(
                "{short}\n(more is not told: it is too long for the runner)"
            )),
            backtrace: Text::default(),
            ..report.failure.clone()
        });
    }
}

/// For a thread that has no time to ask for it.
static PARENT: OnceLock<UnixStream> = OnceLock::new();

/// Tells the parent why this process is about to end. Nobody else writes to it meanwhile: the
/// thread that would is waiting for the run.
fn last_word(failure: Failure) {
    if let Some(mut parent) = PARENT.get().and_then(|parent| parent.try_clone().ok()) {
        let _ = wire::send(&mut parent, &Record::Dying(failure));
    }
}

/// Takes orders from the parent. When it has hung up, or is no more, nobody wants to know what
/// becomes of the run that is under way, and the process ends in the middle of it.
fn listen(mut parent: UnixStream, orders: &Sender<Order>) {
    while let Ok(order) = wire::receive(&mut parent) {
        if orders.send(order).is_err() {
            return;
        }
    }
    let _whole = interrupt::whole();
    process::exit(0)
}
