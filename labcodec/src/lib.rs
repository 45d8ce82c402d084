//! Bytes of a value, a value of bytes.
//!
//! Messages and saved state cross every boundary of the labs by value: what arrives shares nothing
//! with what was sent. This crate alone decides how the bytes look; nothing else in the workspace
//! names the format.
//!
//! ```
//! use labcodec::{Error, Excerpt, Journal, decode, encode};
//! use labcodec::value::{from_value, to_value};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Vote {
//!     term: u64,
//!     granted: bool,
//! }
//!
//! // Any Serialize type becomes bytes, and bytes become what they were.
//! let bytes = encode(&Vote { term: 7, granted: true })?;
//! assert_eq!(decode::<Vote>(&bytes)?, Vote { term: 7, granted: true });
//!
//! // Bytes of another type are an error: whatever they are, reading them ends, and soon.
//! assert_eq!(decode::<bool>(&bytes), Err(Error::Mismatch("7 where 0 or 1 is expected".into())));
//! assert_eq!(decode::<u8>(&bytes), Err(Error::Trailing { extra: 1 }));
//!
//! // Who does not know the type sees a tree with names, and can change it.
//! let mut tree = to_value(&Vote { term: 7, granted: true })?;
//! assert_eq!(tree.to_string(), "{term=7 granted=true}");
//! tree.replace(&["term", "current_term"], 8);
//! assert_eq!(from_value::<Vote>(tree)?, Vote { term: 8, granted: true });
//!
//! // A log that is saved with each change: each element is encoded once.
//! let mut log: Journal<(u64, String)> = Journal::new();
//! log.extend([(1, "x".to_string()), (1, "y".to_string())]);
//! log.truncate(1);
//! log.push((2, "z".to_string()));
//! assert_eq!(decode::<Journal<(u64, String)>>(&encode(&log)?)?, log);
//!
//! // A part of it for a message is encoded already.
//! let news: Excerpt<(u64, String)> = decode(&encode(&log.excerpt(1..2))?)?;
//! assert_eq!(news.into_vec(), [(2, "z".to_string())]);
//! # Ok::<(), Error>(())
//! ```
#![forbid(unsafe_code)]

// A map of the code: this file has the two directions, `decode` the reader, `error` what can go
// wrong, `journal` a sequence that is saved again and again, `rope` the bytes of such a one,
// `excerpt` a part of one in a message, `share` what is not copied out of that, `value` the tree
// that a value of unknown type is looked at as.

mod decode;
mod error;
mod excerpt;
mod journal;
pub mod names;
pub mod rope;
mod share;
pub mod value;

pub use error::{DEPTH_MAX, Error};
pub use excerpt::Excerpt;
pub use journal::Journal;
pub use share::in_place;

use bincode::config::{Configuration, standard};
use bincode::enc::write::Writer;
use decode::Decoder;
use serde::{Serialize, de::DeserializeOwned};

fn config() -> Configuration {
    standard()
}

/// The bytes of `value`.
///
/// # Errors
/// [`Error::Unsupported`] when `value` cannot be written, such as a sequence whose length is not
/// known in advance, or an error of its own `Serialize`.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes)?;
    Ok(bytes)
}

/// Appends the bytes of `value` to `bytes`, so that a buffer can be used again and again.
///
/// # Errors
/// As [`encode`]; `bytes` may then end in a part of the value.
pub fn encode_into<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Error> {
    bincode::serde::encode_into_writer(value, Appender(bytes), config()).map_err(Error::encoding)
}

/// The value whose bytes are `bytes`: all of them, since a value that ends early is of another type
/// than the one that was written.
///
/// Whatever the bytes are, this ends, in time and memory proportional to their number, and does not
/// exhaust the stack.
///
/// # Errors
/// [`Error::Mismatch`] and [`Error::NotText`] when the bytes are not those of a `T`,
/// [`Error::Trailing`] when they are those of a `T` and some more, [`Error::TooDeep`] when the
/// value is nested more than [`DEPTH_MAX`] levels deep.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut decoder = Decoder::new(bytes, 0);
    let value = T::deserialize(&mut decoder)?;
    match decoder.left() {
        0 => Ok(value),
        extra => Err(Error::Trailing { extra }),
    }
}

/// Writes to the end of a buffer that its owner keeps.
struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) -> Result<(), bincode::error::EncodeError> {
        append(self.0, bytes);
        Ok(())
    }
}

/// Most writes are of one byte: the small numbers that messages are made of.
#[inline(always)]
fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    match bytes {
        [byte] => to.push(*byte),
        bytes => to.extend_from_slice(bytes),
    }
}
