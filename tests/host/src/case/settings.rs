//! What members are made from, and how the present run is made.

use crate::frame::World;
use crate::member;
use crate::zygote::Zygote;
use labrt::Strategy;
use labrt::harness::Mutex;
use labrt::thread::{self, JoinHandle};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, OnceLock};
use suites::Submission;

/// The process that members are made from.
static ZYGOTE: OnceLock<Mutex<Zygote>> = OnceLock::new();

/// The thread that starts cells.
static CELLS: OnceLock<Mutex<Cells>> = OnceLock::new();

/// A cell to be made: its socket; then its thread, once a byte has gone there and back.
struct Cells {
    control: UnixStream,
    socket: Arc<Mutex<Option<UnixStream>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

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
            let _ = CELLS.set(Mutex::new(start_cells(submission)?));
        }
        _ => {}
    }
    Ok(())
}

/// Starts what starts cells.
fn start_cells(submission: Submission) -> io::Result<Cells> {
    let (control, mut theirs) = UnixStream::pair()?;
    let cells = Cells {
        control,
        socket: Arc::default(),
        thread: Arc::default(),
    };
    let (socket, thread) = (Arc::clone(&cells.socket), Arc::clone(&cells.thread));
    thread::spawn(move || {
        while theirs.read_exact(&mut [0]).is_ok() {
            if let Some(socket) = socket.lock().take() {
                let cell = thread::spawn(move || member::serve(submission, socket));
                *thread.lock() = Some(cell);
            }
            let _ = theirs.write_all(&[0]);
        }
    });
    Ok(cells)
}

/// A thread that serves as a cell; the case's end of its socket as well.
fn start_cell(cells: &mut Cells) -> io::Result<(Process, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    *cells.socket.lock() = Some(theirs);
    cells.control.write_all(&[0])?;
    cells.control.read_exact(&mut [0])?;
    let thread = cells.thread.lock().take();
    Ok((Process::Cell(ours.try_clone()?, thread), ours))
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

/// The world of the present run, and the seed of its next member. The run's cannot be computed from
/// it, but whoever guesses that can check the guess: small seeds are no secret.
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
            Members::Cells => start_cell(&mut CELLS.get().ok_or_else(unprepared)?.lock()),
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
