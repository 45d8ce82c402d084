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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Arrival, FromMember, ToMember};
    use proptest::prelude::*;

    #[test]
    fn a_frame_arrives_as_it_was_sent() {
        let (one, other) = UnixStream::pair().unwrap();
        let sent = ToMember::Arrival(Arrival::Answer {
            call: 3,
            reply: Ok(Some(vec![1, 2, 3])),
        });
        send(&one, &sent).unwrap();
        let (received, _) = receive::<ToMember>(&other).unwrap();
        assert_eq!(received, sent);
        drop(one);
        let end = receive::<ToMember>(&other).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        /// Whatever comes is a frame or an error: never a panic, and no memory beyond what came.
        #[test]
        fn anything_may_come(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (one, other) = UnixStream::pair().unwrap();
            (&one).write_all(&bytes).unwrap();
            drop(one);
            let _ = receive::<FromMember>(&other);
            let len = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            let (one, other) = UnixStream::pair().unwrap();
            (&one).write_all(&[&len[..], &bytes].concat()).unwrap();
            drop(one);
            let _ = receive::<FromMember>(&other);
        }
    }
}
