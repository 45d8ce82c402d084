//! What parent and worker tell each other, over a socket that is the worker's standard input: what
//! the code under test prints cannot reach it. Whatever it writes there on purpose lacks the job's
//! password.

use super::trial::{Manner, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

/// A case and a range of seeds for a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The case's place among all.
    pub(super) case: usize,
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) how: Manner,
    /// Every record of the job must carry it.
    pub(super) password: u64,
}

/// What a worker says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Record {
    /// The run of this seed begins.
    Begin { password: u64, seed: u64 },
    /// The run that began has ended. Only this counts as a result.
    End {
        password: u64,
        outcome: Box<Outcome>,
    },
}

/// More than the longest trace; a length beyond it was never sent by us.
const LONGEST: usize = 1 << 30;

/// A message that our own code never sends.
pub(super) fn forged() -> io::Error {
    io::Error::other(
        "forged: the code under test wrote to its process's standard input, which is the \
         runner's: no result counts that comes that way",
    )
}

pub(super) fn send<T: Serialize>(stream: &mut UnixStream, message: &T) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    labcodec::encode_into(message, &mut bytes).map_err(io::Error::other)?;
    let length = (bytes.len() - 4) as u32;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    stream.write_all(&bytes)
}

pub(super) fn receive<T: DeserializeOwned>(stream: &mut UnixStream) -> io::Result<T> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(forged());
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    labcodec::decode(&bytes).map_err(|_| forged())
}
