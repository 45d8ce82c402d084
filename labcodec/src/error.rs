//! Why a value has no bytes, or bytes no value.

use bincode::error::{DecodeError, EncodeError};
use std::fmt;

/// Why a value could not be written, or not be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The value cannot be written. A mistake in its type: the text says which.
    Unsupported(String),
    /// The bytes are not those of the type that was asked for. Most likely another type was
    /// written than is now read.
    Mismatch(String),
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

    /// The same mistake, told with the field that it was found in.
    pub(crate) fn inside(self, field: &str) -> Error {
        match self {
            Error::Mismatch(why) => Error::Mismatch(format!("{field}: {why}")),
            other => other,
        }
    }

    pub(crate) fn decoding(error: DecodeError) -> Error {
        Error::Mismatch(match error {
            DecodeError::UnexpectedEnd { additional } => {
                format!("the bytes end too early ({additional} more expected)")
            }
            DecodeError::LimitExceeded => "a length inside is impossibly large".to_string(),
            DecodeError::OtherString(text) => text,
            DecodeError::Other(text) => text.to_string(),
            other => other.to_string(),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unsupported(why) => write!(f, "cannot be encoded: {why}"),
            Error::Mismatch(why) => write!(f, "not the bytes of this type: {why}"),
            Error::Trailing { extra } => {
                write!(f, "not the bytes of this type: {extra} bytes too many")
            }
        }
    }
}

impl std::error::Error for Error {}
