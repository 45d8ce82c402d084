//! What members are made from, and how the present run is made.

use crate::frame::World;
use crate::member;
use crate::zygote::Zygote;
use labrt::Strategy;
use labrt::harness::Mutex;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{OnceLock, mpsc};
use std::thread::JoinHandle;
use suites::Submission;

/// The process that members are made from.
static ZYGOTE: OnceLock<Mutex<Zygote>> = OnceLock::new();

/// The thread that starts cells.
static CELLS: OnceLock<Mutex<mpsc::Sender<Cell>>> = OnceLock::new();

/// The socket of a cell to be made, and where its thread goes.
type Cell = (UnixStream, mpsc::Sender<JoinHandle<()>>);

static RUN: Mutex<Run> = Mutex::new(Run {
    members: Members::Processes,
    world: World::Real,
    seed: 0,
    made: 0,
});

/// How the present run is made.
struct Run {
    members: Members,
    world: World,
    /// What its members' seeds are made from.
    seed: u64,
    made: u64,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// A process.
    Processes,
    /// A thread of this process, which ends when its socket is closed. All else is as it would be
    /// with processes, and so is every run, hash for hash, unless servers share memory.
    Cells,
}

/// Gets ready to make members, once for this process; before the first run, since a run's own
/// thread may start nothing that the simulation does not see.
///
/// # Errors
/// When this program cannot be started again.
pub fn prepare(members: Members, submission: Submission) -> io::Result<()> {
    match members {
        Members::Processes if ZYGOTE.get().is_none() => {
            let _ = ZYGOTE.set(Mutex::new(Zygote::start()?));
        }
        Members::Cells if CELLS.get().is_none() => {
            let _ = CELLS.set(Mutex::new(start_cells(submission)));
        }
        _ => {}
    }
    Ok(())
}

/// Starts what starts cells.
#[expect(
    clippy::disallowed_methods,
    reason = "of the process, and none of a run: no simulation is to see it"
)]
fn start_cells(submission: Submission) -> mpsc::Sender<Cell> {
    let (orders, inbox) = mpsc::channel::<Cell>();
    std::thread::spawn(move || {
        for (socket, answer) in inbox {
            let cell = std::thread::spawn(move || member::serve(submission, socket));
            let _ = answer.send(cell);
        }
    });
    orders
}

/// A thread that serves as a cell; the case's end of its socket as well.
#[expect(clippy::disallowed_methods, reason = "as above")]
fn start_cell(orders: &Mutex<mpsc::Sender<Cell>>) -> io::Result<(Process, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    let (answer, made) = mpsc::channel();
    let _ = orders.lock().send((theirs, answer));
    Ok((Process::Cell(ours.try_clone()?, made.recv().ok()), ours))
}

/// From now on members are those of a run in virtual time under this strategy and seed; without, of
/// one in real time.
pub fn set_run(members: Members, virtual_time: Option<(Strategy, u64)>) {
    let world = virtual_time.map(|(strategy, _)| World::Virtual(strategy.into()));
    *RUN.lock() = Run {
        members,
        world: world.unwrap_or(World::Real),
        seed: virtual_time.map_or(0, |(_, seed)| seed),
        made: 0,
    };
}

/// Which lines of a log are wanted.
pub(super) fn logs() -> String {
    std::env::var("RUST_LOG").unwrap_or_else(|_| "debug".to_string())
}

/// The world of the present run, and the seed of its next member: nobody who has it can tell the
/// run's from it.
pub(super) fn next_member() -> (World, u64) {
    let mut run = RUN.lock();
    run.made += 1;
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(run.seed);
    hasher.write_u64(run.made);
    (run.world, hasher.finish())
}

/// A process for a member, which ends with this value.
pub(super) enum Process {
    Process(i32),
    Cell(UnixStream, Option<JoinHandle<()>>),
}

impl Process {
    /// Makes one; the case's end of its socket as well.
    pub(super) fn new() -> io::Result<(Process, UnixStream)> {
        let unprepared = || io::Error::other("nothing makes processes for servers");
        match RUN.lock().members {
            Members::Processes => {
                let zygote = ZYGOTE.get().ok_or_else(unprepared)?;
                let (number, socket) = zygote.lock().fork()?;
                Ok((Process::Process(number), socket))
            }
            Members::Cells => start_cell(CELLS.get().ok_or_else(unprepared)?),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        match self {
            Process::Process(number) => {
                if let Some(zygote) = ZYGOTE.get() {
                    let _ = zygote.lock().end(*number);
                }
            }
            Process::Cell(socket, thread) => {
                let _ = socket.shutdown(Shutdown::Both);
                let _ = thread.take().map(JoinHandle::join);
            }
        }
    }
}
