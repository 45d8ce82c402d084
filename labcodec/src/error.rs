//! Why a value has no bytes, or bytes no value.

use bincode::error::EncodeError;
use std::fmt;
use std::str::Utf8Error;

/// How many levels a value may be nested: each struct, tuple, sequence, map, enum, newtype and
/// `Some` is one. Values of many more levels would take more stack than a simulated thread has.
pub const DEPTH_MAX: u32 = 64;

/// Why a value could not be written, or not be read back. `Display` is the whole reason in one
/// line, what [`source`](std::error::Error::source) says included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The value cannot be written. A mistake in its type: the text says which.
    Unsupported(String),
    /// The bytes are not those of the type that was asked for. Most likely another type was
    /// written than is now read.
    Mismatch(String),
    /// As [`Error::Mismatch`]: where text is expected, the bytes are none.
    NotText(Utf8Error),
    /// The value is nested more than [`DEPTH_MAX`] levels deep: perhaps bytes of another type that
    /// look like boxes within boxes.
    TooDeep,
    /// A value was read, and bytes remain: a longer type was written.
    Trailing {
        /// How many bytes remain.
        extra: usize,
    },
}

impl Error {
    pub(crate) fn encoding(error: EncodeError) -> Error {
        Error::Unsupported(match error {
            EncodeError::OtherString(text) => text,
            EncodeError::Other(text) => text.to_string(),
            other => other.to_string(),
        })
    }

    /// The reason alone, for whoever puts it into an error of the same kind.
    pub(crate) fn why(self) -> String {
        match self {
            Error::Unsupported(why) | Error::Mismatch(why) => why,
            other => other.to_string(),
        }
    }

    /// The same mistake, told with the field that it was found in.
    pub(crate) fn inside(self, field: &str) -> Error {
        match self {
            Error::Mismatch(why) => Error::Mismatch(format!("{field}: {why}")),
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unsupported(why) => write!(f, "cannot be encoded: {why}"),
            Error::Mismatch(why) => write!(f, "not the bytes of this type: {why}"),
            Error::NotText(error) => write!(f, "not the bytes of this type: no text, but {error}"),
            Error::TooDeep => write!(f, "nested more than {DEPTH_MAX} levels deep"),
            Error::Trailing { extra } => {
                write!(f, "not the bytes of this type: {extra} bytes too many")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::NotText(error) => Some(error),
            Error::Unsupported(_)
            | Error::Mismatch(_)
            | Error::TooDeep
            | Error::Trailing { .. } => None,
        }
    }
}
