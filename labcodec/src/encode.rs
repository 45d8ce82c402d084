//! From any `Serialize` type to bytes, which bincode writes.

use crate::error::Error;
use bincode::config::{Configuration, standard};
use bincode::enc::write::Writer;
use serde::Serialize;

pub(crate) fn config() -> Configuration {
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
pub(crate) fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    match bytes {
        [byte] => to.push(*byte),
        bytes => to.extend_from_slice(bytes),
    }
}
