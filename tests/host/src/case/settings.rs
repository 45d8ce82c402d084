//! The process that members are made from, and how the present run is made.

use crate::frame::World;
use crate::zygote::Zygote;
use labrt::Strategy;
use labrt::harness::Mutex;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

/// Makes members, for all runs of this process.
pub struct Host {
    zygote: Mutex<Zygote>,
    run: Mutex<Run>,
}

/// How the present run is made.
struct Run {
    world: World,
    /// What its members' seeds are made from.
    seed: u64,
    members: u64,
}

static HOST: OnceLock<Host> = OnceLock::new();

impl Host {
    /// Starts what members are made from, once for this process.
    ///
    /// # Errors
    /// When this program cannot be started again.
    pub fn start() -> io::Result<()> {
        if HOST.get().is_none() {
            let zygote = Mutex::new(Zygote::start()?);
            let run = Mutex::new(Run {
                world: World::Real,
                seed: 0,
                members: 0,
            });
            let _ = HOST.set(Host { zygote, run });
        }
        Ok(())
    }
}

/// From now on members are those of a run in virtual time under this strategy and seed; without, of
/// one in real time.
pub fn set_run(virtual_time: Option<(Strategy, u64)>) {
    if let Some(host) = HOST.get() {
        *host.run.lock() = match virtual_time {
            Some((strategy, seed)) => Run {
                world: World::Virtual(strategy.into()),
                seed,
                members: 0,
            },
            None => Run {
                world: World::Real,
                seed: 0,
                members: 0,
            },
        };
    }
}

/// The world of the present run, and the seed of its next member: nobody who has it can tell the
/// run's from it.
pub(super) fn next_member() -> (World, u64) {
    let Some(host) = HOST.get() else {
        return (World::Real, 0);
    };
    let mut run = host.run.lock();
    run.members += 1;
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(run.seed);
    hasher.write_u64(run.members);
    (run.world, hasher.finish())
}

/// A process for a member, which ends with this value.
pub(super) struct Process(i32);

impl Process {
    /// Makes one; the case's end of its socket as well.
    pub(super) fn new() -> io::Result<(Process, UnixStream)> {
        let host = HOST.get();
        let host = host.ok_or_else(|| io::Error::other("nothing makes processes for servers"))?;
        let (number, socket) = host.zygote.lock().fork()?;
        Ok((Process(number), socket))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(host) = HOST.get() {
            let _ = host.zygote.lock().end(self.0);
        }
    }
}
