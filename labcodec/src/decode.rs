//! From bytes to any `Deserialize` type: the reading half of bincode's format, in the standard
//! configuration of its version 2. bincode itself writes it.
//!
//! Bytes may come from anybody and be of another type than the one that is asked for. So every
//! length is held against the bytes that are left before anything is done about it, and nesting has
//! a limit: whatever the bytes are, reading ends, in time and memory proportional to their number.
//! bincode's own reader believes a length of two billion elements that take no bytes, asks the
//! allocator for a length before it has seen the bytes, and follows boxes within boxes until the
//! stack ends.

mod de;

pub(crate) use de::OWN_READERS;

use crate::error::{DEPTH_MAX, Error};
use serde::de::DeserializeOwned;
use std::fmt;
use std::str::Utf8Error;

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

/// So many elements of sequences and maps may take no bytes, like `()`: their number is all that
/// bounds them.
const NOTHINGS_MAX: u32 = 1024;

/// What numbers up to this one take one byte.
const ONE_BYTE_MAX: u8 = 250;
/// The first byte of a number that takes two bytes more; then four, eight, sixteen.
const TWO_BYTES: u8 = 251;
const FOUR_BYTES: u8 = 252;
const EIGHT_BYTES: u8 = 253;
const SIXTEEN_BYTES: u8 = 254;

/// Reads one value after another from the front of its bytes.
pub(crate) struct Decoder<'de> {
    bytes: &'de [u8],
    depth: u32,
    nothings: u32,
}

impl<'de> Decoder<'de> {
    /// A reader of `bytes` that begins within `depth` levels of nesting.
    #[inline]
    pub(crate) fn new(bytes: &'de [u8], depth: u32) -> Decoder<'de> {
        Decoder {
            bytes,
            depth,
            nothings: 0,
        }
    }

    /// How many bytes are left.
    #[inline]
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    fn take(&mut self, count: usize) -> Result<&'de [u8], Fault> {
        match self.bytes.split_at_checked(count) {
            Some((taken, rest)) => {
                self.bytes = rest;
                Ok(taken)
            }
            None => Err(ends_early(count, self.bytes.len())),
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        match self.bytes.split_first_chunk() {
            Some((taken, rest)) => {
                self.bytes = rest;
                Ok(*taken)
            }
            None => Err(ends_early(N, self.bytes.len())),
        }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Fault> {
        self.array().map(|[byte]| byte)
    }

    #[inline]
    fn number(&mut self) -> Result<u64, Fault> {
        match self.byte()? {
            byte @ ..=ONE_BYTE_MAX => Ok(byte.into()),
            width => self.wide(width),
        }
    }

    fn wide(&mut self, width: u8) -> Result<u64, Fault> {
        match width {
            TWO_BYTES => Ok(u16::from_le_bytes(self.array()?).into()),
            FOUR_BYTES => Ok(u32::from_le_bytes(self.array()?).into()),
            EIGHT_BYTES => Ok(u64::from_le_bytes(self.array()?)),
            _ => Err(too_large()),
        }
    }

    fn number_128(&mut self) -> Result<u128, Fault> {
        match self.bytes.first() {
            Some(&SIXTEEN_BYTES) => {
                self.byte()?;
                Ok(u128::from_le_bytes(self.array()?))
            }
            _ => self.number().map(u128::from),
        }
    }

    #[inline]
    fn unsigned<T: TryFrom<u64>>(&mut self) -> Result<T, Fault> {
        T::try_from(self.number()?).map_err(|_| too_large())
    }

    /// Signed numbers are written as 0, -1, 1, -2, 2, …, so that small ones are short.
    #[inline]
    fn signed<T: TryFrom<i64>>(&mut self) -> Result<T, Fault> {
        let n = self.number()?;
        let n = (n >> 1) as i64 ^ -((n & 1) as i64);
        T::try_from(n).map_err(|_| too_large())
    }

    fn signed_128(&mut self) -> Result<i128, Fault> {
        let n = self.number_128()?;
        Ok((n >> 1) as i128 ^ -((n & 1) as i128))
    }

    #[inline]
    fn truth(&mut self) -> Result<bool, Fault> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(mismatch(format!("{other} where 0 or 1 is expected"))),
        }
    }

    fn character(&mut self) -> Result<char, Fault> {
        let len = match self.bytes.first() {
            Some(0xC0..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..) => 4,
            _ => 1,
        };
        let text = str::from_utf8(self.take(len)?).map_err(not_text)?;
        text.chars().next().ok_or_else(too_large)
    }

    /// As many bytes as the number before them says.
    #[inline]
    pub(crate) fn counted(&mut self) -> Result<&'de [u8], Fault> {
        let len = self.number()?;
        match usize::try_from(len) {
            Ok(len) if len <= self.bytes.len() => self.take(len),
            _ => Err(impossible_length(len, self.bytes.len())),
        }
    }

    #[inline]
    fn text(&mut self) -> Result<&'de str, Fault> {
        str::from_utf8(self.counted()?).map_err(not_text)
    }

    /// The number of elements that follow, each of at least one byte, or one of the few that may
    /// have none.
    #[inline]
    pub(crate) fn length(&mut self) -> Result<usize, Fault> {
        let len = self.number()?;
        match usize::try_from(len) {
            Ok(len) if len <= self.bytes.len() + self.nothings_left() => Ok(len),
            _ => Err(impossible_length(len, self.bytes.len())),
        }
    }

    #[inline]
    fn nothings_left(&self) -> usize {
        (NOTHINGS_MAX - self.nothings) as usize
    }

    /// Counts an element if it took no bytes of the `before` that there were.
    #[inline]
    fn count_nothing(&mut self, before: usize) -> Result<(), Fault> {
        if self.bytes.len() == before {
            if self.nothings == NOTHINGS_MAX {
                return Err(mismatch(format!(
                    "more than {NOTHINGS_MAX} elements that take no bytes"
                )));
            }
            self.nothings += 1;
        }
        Ok(())
    }

    /// Reads something that lies one level deeper.
    #[inline]
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'de>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth >= DEPTH_MAX {
            return Err(too_deep());
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}

/// An [`Error`] on its way out of the reader. Small, so that what is read comes back in registers.
#[derive(Debug)]
pub(crate) struct Fault(Box<Error>);

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        *fault.0
    }
}

impl From<Error> for Fault {
    #[cold]
    fn from(error: Error) -> Fault {
        Fault(Box::new(error))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    #[cold]
    fn custom<T: fmt::Display>(why: T) -> Fault {
        mismatch(why.to_string())
    }
}

#[cold]
fn mismatch(why: String) -> Fault {
    Error::Mismatch(why).into()
}

#[cold]
fn too_deep() -> Fault {
    Error::TooDeep.into()
}

#[cold]
fn not_text(error: Utf8Error) -> Fault {
    Error::NotText(error).into()
}

#[cold]
fn ends_early(wanted: usize, left: usize) -> Fault {
    let missing = wanted - left;
    mismatch(format!("the bytes end too early ({missing} more expected)"))
}

#[cold]
fn impossible_length(len: u64, left: usize) -> Fault {
    mismatch(format!(
        "a length inside is impossibly large ({len}, with {left} bytes left)"
    ))
}

#[cold]
fn too_large() -> Fault {
    mismatch("a number is too large for its type".to_string())
}
