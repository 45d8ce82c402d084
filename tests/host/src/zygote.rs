//! The process that members are made from: it has loaded the program, has run none of the code
//! under test, and is told nothing but to make members and to end them. So a new incarnation costs
//! a fork, and not a program's start.

use labrt::part::{Forked, fork, raise_wall};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use rustix::process::{
    Pid, Signal, WaitOptions, kill_process, set_parent_process_death_signal, waitpid,
};
use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

/// Set for the process by its parent.
pub(crate) const VARIABLE: &str = "RAFTLAB_MEMBERS";

/// Names, with commas between, of variables that members may know.
const PASSED_ON: &str = "RAFTLAB_PASS_ON";

const FORK: u8 = 1;
const END: u8 = 2;
const TRY_WALL: u8 = 3;

/// The process, as its parent has it.
pub(crate) struct Zygote {
    control: UnixStream,
    _process: Child,
}

impl Zygote {
    /// Starts this program again, as a zygote.
    pub(crate) fn start() -> io::Result<Zygote> {
        let (control, theirs) = UnixStream::pair()?;
        let process = Command::new(std::env::current_exe()?)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| is_passed_on(name)))
            .env(VARIABLE, "1")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Zygote {
            control,
            _process: process,
        })
    }

    /// Makes a member. Its number, and the case's end of its socket.
    pub(crate) fn fork(&mut self) -> io::Result<(i32, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let sockets = [theirs.as_fd()];
        ancillary.push(SendAncillaryMessage::ScmRights(&sockets));
        let order = [FORK, 0, 0, 0, 0];
        let parts = [IoSlice::new(&order)];
        sendmsg(&self.control, &parts, &mut ancillary, SendFlags::empty())?;
        let number = self.answer()?;
        match number {
            ..=0 => Err(io::Error::other("no process could be made for a server")),
            number => Ok((number, ours)),
        }
    }

    /// Ends a member, wherever it stands, and waits until it has.
    pub(crate) fn end(&mut self, number: i32) -> io::Result<()> {
        let mut order = [END, 0, 0, 0, 0];
        order[1..].copy_from_slice(&number.to_le_bytes());
        self.control.write_all(&order)?;
        self.answer().map(|_| ())
    }

    /// Whether a process can be walled in here: one tries.
    pub(crate) fn has_wall(&mut self) -> io::Result<bool> {
        self.control.write_all(&[TRY_WALL, 0, 0, 0, 0])?;
        Ok(self.answer()? == 1)
    }

    fn answer(&mut self) -> io::Result<i32> {
        let mut answer = [0; 4];
        self.control.read_exact(&mut answer)?;
        Ok(i32::from_le_bytes(answer))
    }
}

/// Servers' processes know nothing of the environment, but for a variable whose name whoever runs
/// the suites puts into [`PASSED_ON`]: fixtures have one.
fn is_passed_on(name: &OsStr) -> bool {
    let names = std::env::var(PASSED_ON).unwrap_or_default();
    names.split(',').any(|passed_on| passed_on == name)
}

/// Is the zygote: makes members and ends them until the parent hangs up. Returns in a member, with
/// its socket.
pub(crate) fn main() -> UnixStream {
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let control = match io::stdin().as_fd().try_clone_to_owned() {
        Ok(control) => UnixStream::from(control),
        Err(_) => std::process::exit(2),
    };
    // Members have one socket, and it is not this one.
    let nothing = std::fs::File::open("/dev/null");
    if nothing.is_ok_and(|nothing| rustix::stdio::dup2_stdin(nothing).is_err()) {
        std::process::exit(2);
    }
    loop {
        match serve(&control) {
            Ok(None) => {}
            Ok(Some(socket)) => {
                drop(control);
                return socket;
            }
            Err(_) => std::process::exit(0), // and the members with it
        }
    }
}

/// Carries out one order; a socket, where this has become a member.
fn serve(mut control: &UnixStream) -> io::Result<Option<UnixStream>> {
    let mut order = [0; 5];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL;
    let read = recvmsg(
        control,
        &mut [IoSliceMut::new(&mut order)],
        &mut ancillary,
        flags,
    )?;
    if read.bytes < order.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut sockets = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let socket = sockets.next().and_then(|mut sockets| sockets.next());
    let number = match (order[0], socket) {
        (FORK, Some(socket)) => match fork() {
            Ok(Forked::Child) => {
                let _ = set_parent_process_death_signal(Some(Signal::KILL));
                return Ok(Some(UnixStream::from(socket)));
            }
            Ok(Forked::Parent(number)) => number,
            Err(_) => 0,
        },
        (END, _) => {
            let [_, number @ ..] = order;
            if let Some(pid) = Pid::from_raw(i32::from_le_bytes(number)) {
                // It is this process's child, not waited for yet: the number is nobody else's.
                let _ = kill_process(pid, Signal::KILL);
                let _ = waitpid(Some(pid), WaitOptions::empty());
            }
            0
        }
        (TRY_WALL, _) => try_wall(),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    control.write_all(&number.to_le_bytes())?;
    Ok(None)
}

/// 1 if a process, which ends at once, could raise a wall around itself.
fn try_wall() -> i32 {
    match fork() {
        Ok(Forked::Child) => std::process::exit(i32::from(raise_wall().is_err())),
        Ok(Forked::Parent(number)) => {
            let ended = Pid::from_raw(number)
                .and_then(|pid| waitpid(Some(pid), WaitOptions::empty()).ok().flatten());
            i32::from(ended.is_some_and(|(_, status)| status.exit_status() == Some(0)))
        }
        Err(_) => 0,
    }
}
