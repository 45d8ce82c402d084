//! Frames over a socket: a length (four bytes, little endian) and as many bytes.

use labcodec::{decode, encode};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// The longest frame.
const LONGEST: usize = 64 << 20;

/// What is said at the other end takes no longer than this, in real time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Sends one frame.
pub(crate) fn send(mut to: &UnixStream, frame: &impl Serialize) -> io::Result<()> {
    let body = encode(frame).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(4 + body.len());
    let len = u32::try_from(body.len()).ok();
    let len = len.filter(|len| *len as usize <= LONGEST);
    let len = len.ok_or_else(|| io::Error::other("a message of more than 64 MiB"))?;
    bytes.extend(len.to_le_bytes());
    bytes.extend(body);
    to.write_all(&bytes)
}

/// Receives one; its bytes as well.
pub(crate) fn receive<T: DeserializeOwned>(mut from: &UnixStream) -> io::Result<(T, Vec<u8>)> {
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if len > LONGEST {
        return Err(broken("a message of more than 64 MiB"));
    }
    // As much as really comes, whatever its beginning promises.
    let mut bytes = Vec::new();
    from.take(len as u64).read_to_end(&mut bytes)?;
    if bytes.len() < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let frame = decode(&bytes).map_err(|error| broken(&error.to_string()))?;
    Ok((frame, bytes))
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
