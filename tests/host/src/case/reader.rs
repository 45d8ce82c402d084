//! A member in real time: what it does is done as it comes.

use super::effects::Effects;
use super::ends::{fail, lost};
use super::settings::Process;
use crate::frame::{Arrival, FromMember, ToMember};
use crate::link;
use labapi::channel::Receiver;
use labrt::{harness, thread};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often a crash of the member's node is looked for while the member says nothing.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 2_000_000,
};

/// Sends what arrives for it, on a thread of its own. Whether it was told to end is noted.
pub(super) fn write(socket: &UnixStream, arrivals: Receiver<Arrival>) -> Arc<AtomicBool> {
    let is_ending = Arc::new(AtomicBool::new(false));
    let Ok(socket) = socket.try_clone() else {
        return is_ending;
    };
    let noted = Arc::clone(&is_ending);
    let run = move || {
        for arrival in arrivals {
            if harness::is_crashed() {
                break; // a crash comes without a word
            }
            if arrival.is_kill() {
                noted.store(true, Ordering::Release);
            }
            if link::send(&socket, &ToMember::Arrival(arrival)).is_err() {
                break;
            }
        }
    };
    let name = thread::Builder::new().name("to the server's process".to_string());
    name.spawn(run).expect("a thread");
    is_ending
}

/// Until the member has ended, or its node has crashed: then it is ended where it stands.
pub(super) fn read(
    process: Process,
    socket: &UnixStream,
    mut effects: Effects,
    is_ending: &AtomicBool,
) {
    while !harness::is_crashed() {
        if !says_something(socket) {
            continue;
        }
        match link::receive(socket) {
            Ok((FromMember::Effect(what), _)) => effects.perform(what),
            Ok((FromMember::Fault(fault), _)) => fail(fault),
            Ok((FromMember::Account(_), _)) => effects.broke("it speaks as in virtual time"),
            Err(_) if is_ending.load(Ordering::Acquire) => break,
            Err(error) => lost(&effects.name, &error),
        }
    }
    drop(process);
    effects.open.close();
}

/// Whether there is something to read, or an end, before it is time to look elsewhere.
fn says_something(socket: &UnixStream) -> bool {
    let mut sockets = [PollFd::new(socket, PollFlags::IN)];
    poll(&mut sockets, Some(&LOOK)).is_ok_and(|ready| ready > 0)
}
