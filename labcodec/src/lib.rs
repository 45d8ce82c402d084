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

// A map of the code. Each file knows those above it in this list, and none below.
//
// | file | what it is |
// | --- | --- |
// | `error` | what can go wrong |
// | `encode`, `decode` | the two directions |
// | `rope` | the bytes of a value in pieces, some of them shared |
// | `share` | bytes within a value that stay where they arrived |
// | `elements` | elements that follow one another, without their number |
// | `excerpt` | a part of a journal, in a message |
// | `journal` | a sequence that is saved again and again |
// | `schema` | the shape of a type, for who has only its bytes
// | `value` | the tree that a value of unknown type is looked at as |

mod decode;
mod elements;
mod encode;
mod error;
mod excerpt;
mod journal;
mod look;
pub mod rope;
pub mod schema;
mod share;
pub mod value;

pub use decode::decode;
pub use encode::{encode, encode_into};
pub use error::{DEPTH_MAX, Error};
pub use excerpt::Excerpt;
pub use journal::Journal;
pub use share::in_place;
