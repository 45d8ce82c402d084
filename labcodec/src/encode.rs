//! From any `Serialize` type to bytes: the writing half of bincode's format, in the standard
//! configuration of its version 2. `decode` is the other half.
//!
//! A message is mostly small numbers, of a byte each: what a byte costs is what a message costs.

mod ser;

use crate::error::Error;
use serde::Serialize;

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
    // Enough for most values: a buffer need not grow from nothing by and by.
    bytes.reserve(ROOM);
    Ok(value.serialize(&mut Encoder(bytes))?)
}

/// Room that a value is given from the start.
const ROOM: usize = 32;

/// Where bytes go.
pub(crate) trait Sink {
    fn byte(&mut self, byte: u8);
    fn bytes(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// What numbers up to this one take one byte.
pub(crate) const ONE_BYTE_MAX: u8 = 250;
/// The first byte of a number that takes two bytes more; then four, eight, sixteen.
pub(crate) const TWO_BYTES: u8 = 251;
pub(crate) const FOUR_BYTES: u8 = 252;
pub(crate) const EIGHT_BYTES: u8 = 253;
pub(crate) const SIXTEEN_BYTES: u8 = 254;

/// Writes one value after another to the end of its sink.
pub(crate) struct Encoder<'a, S>(pub(crate) &'a mut S);

impl<S: Sink> Encoder<'_, S> {
    #[inline]
    fn number(&mut self, n: u64) {
        match u8::try_from(n) {
            Ok(n @ ..=ONE_BYTE_MAX) => self.0.byte(n),
            _ => self.wide(n),
        }
    }

    fn wide(&mut self, n: u64) {
        if let Ok(n) = u16::try_from(n) {
            self.0.byte(TWO_BYTES);
            self.0.bytes(&n.to_le_bytes());
        } else if let Ok(n) = u32::try_from(n) {
            self.0.byte(FOUR_BYTES);
            self.0.bytes(&n.to_le_bytes());
        } else {
            self.0.byte(EIGHT_BYTES);
            self.0.bytes(&n.to_le_bytes());
        }
    }

    fn number_128(&mut self, n: u128) {
        match u64::try_from(n) {
            Ok(n) => self.number(n),
            Err(_) => {
                self.0.byte(SIXTEEN_BYTES);
                self.0.bytes(&n.to_le_bytes());
            }
        }
    }

    /// Signed numbers are written as 0, -1, 1, -2, 2, …, so that small ones are short.
    #[inline]
    fn signed(&mut self, n: i64) {
        self.number((n << 1 ^ n >> 63) as u64);
    }

    fn signed_128(&mut self, n: i128) {
        self.number_128((n << 1 ^ n >> 127) as u128);
    }

    /// Bytes, and their number before them.
    #[inline]
    fn counted(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.bytes(bytes);
    }
}
