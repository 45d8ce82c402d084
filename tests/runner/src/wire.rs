//! What parent and worker tell each other, over a socket between the two.
//!
//! The worker gets it as its standard input, and before it does anything else takes it away from
//! there ([`from_standard_input`]): what the code under test prints or reads is never the runner's,
//! and neither is what its own processes inherit. A result counts only as the answer to a
//! challenge, a number that the parent draws once the worker has said that the run has ended: no
//! result can be written in advance.
//!
//! Code of the same process stays code of the same process. One that looks for the socket with
//! system calls of its own, or writes to the process's memory, can say whatever a worker says; in a
//! crate that forbids unsafe code neither `std` nor `labapi` leads there, but for `/proc/self/mem`.
//! A judge that is to hold against that must run in another process than what it judges.

use super::trial::{Manner, Outcome};
use labcodec::encode_into;
use rustix::{io as descriptors, process, stdio};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use suites::trace::Failure;

/// What the parent says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// A case and a range of seeds to be run, one after the other.
    Work(Job),
    /// The run has ended, as was said. Its outcome is believed with this number beside it.
    Prove(u64),
}

/// A case and a range of seeds for a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The case's place among all.
    pub(super) case: usize,
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) how: Manner,
}

/// What a worker says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Record {
    /// The run of this seed begins.
    Begin { seed: u64 },
    /// It has ended, and waits for its challenge.
    Ended,
    /// What became of it. Only this counts as a result.
    End {
        /// The number of [`Order::Prove`].
        challenge: u64,
        outcome: Box<Outcome>,
    },
    /// The process is about to end, for this reason.
    Dying(Failure),
}

/// The longest message, in bytes: four times the longest trace.
const LONGEST: usize = 256 << 20;

/// How many descriptors there may be from which the socket's number is drawn.
const DESCRIPTORS: u64 = 4096;

/// The parent, for a worker: the socket that is its standard input, moved to a number that nobody
/// else has, where no process started later inherits it. What is left at standard input is empty.
pub(super) fn from_standard_input() -> io::Result<UnixStream> {
    let most = process::getrlimit(process::Resource::Nofile).current;
    let half = most.unwrap_or(DESCRIPTORS).min(DESCRIPTORS) / 2;
    let number = half + labrt::rand::random::<u64>() % half.max(1);
    let number = i32::try_from(number).map_err(io::Error::other)?;
    let socket = descriptors::fcntl_dupfd_cloexec(io::stdin(), number)?;
    stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(UnixStream::from(socket))
}

/// A message that our own code never sends.
pub(super) fn forged() -> io::Error {
    io::Error::other(
        "forged: the worker process said what the runner's own code never says: the code under \
         test has written to the runner's socket, and no result counts that comes that way",
    )
}

/// Sends `message`; without it, if it is longer than anybody would take. Whether it was sent.
pub(super) fn send<T: Serialize>(stream: &mut UnixStream, message: &T) -> io::Result<bool> {
    send_at_most(LONGEST, stream, message)
}

fn send_at_most<T: Serialize>(
    longest: usize,
    stream: &mut UnixStream,
    message: &T,
) -> io::Result<bool> {
    let mut bytes = vec![0; 4];
    encode_into(message, &mut bytes).map_err(io::Error::other)?;
    let length = bytes.len() - 4;
    if length > longest {
        return Ok(false);
    }
    bytes[..4].copy_from_slice(&(length as u32).to_le_bytes());
    stream.write_all(&bytes)?;
    Ok(true)
}

/// The next message. What its length claims costs nothing before as many bytes have come.
pub(super) fn receive<T: DeserializeOwned>(stream: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(forged());
    }
    let mut bytes = Vec::new();
    stream.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    labcodec::decode(&bytes).map_err(|_| forged())
}

/// Reads these bytes as messages of either side, as a fuzz target wants it: whatever they are, each
/// is an error or a message that is the same after another way there and back.
#[cfg(fuzzing)]
pub(super) fn read_as_either(bytes: &[u8]) {
    fn read<T: Serialize + DeserializeOwned>(mut bytes: &[u8]) {
        while let Ok(message) = receive::<T>(&mut bytes) {
            let once = labcodec::encode(&message).expect("what was read can be written");
            let again: T = labcodec::decode(&once).expect("what was written can be read");
            let twice = labcodec::encode(&again).expect("what was read can be written");
            assert_eq!(once, twice);
        }
    }
    read::<Order>(bytes);
    read::<Record>(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_sent() {
        let (mut one, mut other) = UnixStream::pair().expect("a pair of sockets");
        let long = "x".repeat(1000);
        assert_eq!(send_at_most(1000, &mut one, &long).ok(), Some(false));
        assert_eq!(send_at_most(1000, &mut one, &"short").ok(), Some(true));
        let received: io::Result<String> = receive(&mut other);
        assert_eq!(received.ok().as_deref(), Some("short"));
    }

    /// Four bytes that claim a quarter of a gigabyte, and an end.
    #[test]
    fn what_ends_early_is_no_message() {
        let claim = (LONGEST as u32).to_le_bytes();
        let received: io::Result<String> = receive(&mut &claim[..]);
        let error = received.expect_err("there is nothing behind the length");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
