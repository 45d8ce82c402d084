//! Why caller and server do not understand each other.

use std::error::Error;
use std::fmt;

/// A mistake in the caller or the server, not a fault of the network: a call that is lost is no
/// error. `Display` is the whole reason in one line, what [`source`](Error::source) says included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The server offers no method of this name.
    NoSuchMethod {
        /// What it offers instead; of a name that no server ever offered, what any server did.
        offered: Vec<String>,
    },
    /// The arguments are not of the type that the server takes.
    Arguments {
        /// The type that it takes.
        takes: &'static str,
        /// In what they differ.
        error: labcodec::Error,
    },
    /// The reply cannot be encoded, or is not of the type that the method returns.
    Reply {
        /// The type that the method returns.
        returns: &'static str,
        /// What is wrong with it.
        error: labcodec::Error,
    },
    /// A server in another process has said why.
    Told(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::NoSuchMethod { offered } => write!(
                f,
                "the server has no such method; it offers {}",
                offered.join(", ")
            ),
            CallError::Arguments { takes, error } => {
                write!(f, "the server takes a {takes}; the arguments are {error}")
            }
            CallError::Reply { returns, error } => {
                write!(f, "the server's reply, a {returns}: {error}")
            }
            CallError::Told(why) => f.write_str(why),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CallError::NoSuchMethod { .. } | CallError::Told(_) => None,
            CallError::Arguments { error, .. } | CallError::Reply { error, .. } => Some(error),
        }
    }
}
