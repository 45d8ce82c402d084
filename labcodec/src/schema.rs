//! The shape of a type, as data: for who has bytes of a type that is compiled elsewhere.
//!
//! ```
//! use labcodec::encode;
//! use labcodec::schema::Schema;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Vote {
//!     term: u64,
//!     candidate: Option<usize>,
//! }
//!
//! // Where the type is known.
//! let schema = Schema::of::<Vote>();
//! let bytes = encode(&Vote { term: 7, candidate: Some(2) })?;
//!
//! // Where it is not.
//! let mut tree = schema.value(&bytes)?;
//! assert_eq!(tree.to_string(), "{term=7 candidate=2}");
//! tree.replace(&["term"], 8);
//! assert_eq!(schema.bytes(&tree)?, encode(&Vote { term: 8, candidate: Some(2) })?);
//! # Ok::<(), labcodec::Error>(())
//! ```

// | file | what it is |
// | --- | --- |
// | `trace` | the shape of a type that can be read |
// | `read` | bytes of a shape, as a tree |
// | `write` | a tree, as bytes of a shape |
// | `state` | values of a shape, each a little different from the last one |

mod read;
mod state;
mod trace;
mod write;

pub use state::State;
pub(crate) use trace::{Own, traced};

use crate::value::{Value, Visitor, walk};
use crate::{Error, encode};
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// How the values of a type are written, and what their parts are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// Nobody knows: bytes, as they are.
    Opaque,
    /// `()` and structs without fields.
    Unit,
    /// A truth value.
    Bool,
    /// `u8` to `u128`: so many bits.
    Unsigned(u8),
    /// `i8` to `i128`: so many bits.
    Signed(u8),
    /// `f32` or `f64`: so many bits.
    Float(u8),
    /// A character.
    Char,
    /// Text.
    Str,
    /// Bytes that know that they are bytes.
    Bytes,
    /// What may be missing.
    Option(Box<Schema>),
    /// A sequence of any length.
    Seq(Box<Schema>),
    /// An [`Excerpt`](crate::Excerpt) of a journal of these.
    Excerpt(Box<Schema>),
    /// A [`Journal`](crate::Journal) of these.
    Journal(Box<Schema>),
    /// A tuple, an array, a tuple struct.
    Tuple(Vec<Schema>),
    /// A map: keys, values.
    Map(Box<Schema>, Box<Schema>),
    /// A struct: its name, each field's name and shape.
    Struct(String, Vec<(String, Schema)>),
    /// An enum: its name, each variant's name and what it carries.
    Enum(String, Vec<(String, Schema)>),
}

/// The most that a schema may have of parts, and of levels.
const NODES_MAX: usize = 4_096;
const LEVELS_MAX: usize = 32;

impl Schema {
    /// The shape of `T`; [`Schema::Opaque`] if it contains itself, or if its own `Deserialize` does
    /// not take just anything.
    pub fn of<T: DeserializeOwned>() -> Schema {
        trace::of::<T>()
    }

    /// Whether it is within bounds: what comes from somebody else is looked at first.
    pub fn is_sound(&self) -> bool {
        let mut left = NODES_MAX;
        self.fits(&mut left, LEVELS_MAX)
    }

    /// Whether no part of it is unknown.
    fn is_whole(&self) -> bool {
        let named = |(_, part): &(String, Schema)| part.is_whole();
        match self {
            Schema::Opaque => false,
            Schema::Option(one) | Schema::Seq(one) => one.is_whole(),
            Schema::Excerpt(one) | Schema::Journal(one) => one.is_whole(),
            Schema::Tuple(parts) => parts.iter().all(Schema::is_whole),
            Schema::Map(key, value) => key.is_whole() && value.is_whole(),
            Schema::Struct(_, parts) | Schema::Enum(_, parts) => parts.iter().all(named),
            _ => true,
        }
    }

    fn fits(&self, left: &mut usize, levels: usize) -> bool {
        if *left == 0 || levels == 0 {
            return false;
        }
        *left -= 1;
        let mut inside = |schema: &Schema| schema.fits(left, levels - 1);
        match self {
            Schema::Option(one) | Schema::Seq(one) => inside(one),
            Schema::Excerpt(one) | Schema::Journal(one) => inside(one),
            Schema::Tuple(parts) => parts.iter().all(inside),
            Schema::Map(key, value) => inside(key) && inside(value),
            Schema::Struct(name, parts) | Schema::Enum(name, parts) => {
                let is_name = |name: &str| name.len() <= 256 && !name.contains(char::is_control);
                is_name(name)
                    && parts
                        .iter()
                        .all(|(name, part)| is_name(name) && inside(part))
            }
            _ => true,
        }
    }

    /// The tree of the value that `bytes` are.
    ///
    /// # Errors
    /// When they are not the bytes of a value of this shape.
    pub fn value(&self, bytes: &[u8]) -> Result<Value, Error> {
        if *self == Schema::Opaque {
            return Ok(Value::Bytes(bytes.to_vec().into()));
        }
        let mut decoder = crate::decode::Decoder::new(bytes, 0);
        let value = self.deserialize(&mut decoder)?;
        match decoder.left() {
            0 => Ok(value),
            extra => Err(Error::Trailing { extra }),
        }
    }

    /// The bytes of the value of this shape that `value` describes.
    ///
    /// # Errors
    /// When it does not describe one.
    pub fn bytes(&self, value: &Value) -> Result<Vec<u8>, Error> {
        match (self, value) {
            (Schema::Opaque, Value::Bytes(bytes)) => Ok(bytes.to_vec()),
            _ => encode(&write::Fit {
                value,
                schema: self,
            }),
        }
    }

    /// Shows the value that `bytes` are to `visitor`, as [`walk`] does.
    ///
    /// # Errors
    /// When they are not the bytes of a value of this shape.
    pub fn show(&self, bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Error> {
        walk(&self.value(bytes)?, visitor)
    }
}

thread_local! {
    /// Names of types and fields, for trees, whose names are those of a program's text: on each
    /// thread each is kept once, for good.
    static NAMES: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

fn kept(name: &str) -> &'static str {
    NAMES.with_borrow_mut(|names| {
        if let Some(kept) = names.get(name) {
            return *kept;
        }
        let kept: &'static str = Box::leak(name.to_string().into_boxed_str());
        names.insert(kept);
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::to_value;
    use crate::{Excerpt, Journal};
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Command {
        Nothing,
        Put(String, i32),
        Add { by: u8, if_odd: bool },
        Many(Vec<(u64, Option<char>)>),
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Message {
        term: u64,
        who: Option<usize>,
        log: Journal<Command>,
        news: Excerpt<Command>,
        place: (f64, u128, [i8; 2]),
    }

    fn command() -> impl Strategy<Value = Command> {
        prop_oneof![
            Just(Command::Nothing),
            (".{0,5}", any::<i32>()).prop_map(|(key, n)| Command::Put(key, n)),
            (any::<u8>(), any::<bool>()).prop_map(|(by, if_odd)| Command::Add { by, if_odd }),
            proptest::collection::vec((any::<u64>(), any::<Option<char>>()), 0..4)
                .prop_map(Command::Many),
        ]
    }

    fn message() -> impl Strategy<Value = Message> {
        let commands = || proptest::collection::vec(command(), 0..40);
        let place = (-1e9..1e9, any::<u128>(), any::<[i8; 2]>());
        let parts = (
            any::<u64>(),
            any::<Option<usize>>(),
            commands(),
            commands(),
            place,
        );
        parts.prop_map(|(term, who, log, news, place)| Message {
            term,
            who,
            log: log.into_iter().collect(),
            news: news.into(),
            place,
        })
    }

    proptest! {
        /// Who has the shape sees what who has the type sees, and writes the same bytes.
        #[test]
        fn the_shape_says_all(message in message()) {
            let schema = Schema::of::<Message>();
            prop_assert!(schema.is_sound());
            let tree = to_value(&message).unwrap();
            let bytes = crate::encode(&message).unwrap();
            prop_assert_eq!(&schema.value(&bytes).unwrap(), &tree);
            let again = schema.bytes(&tree).unwrap();
            prop_assert_eq!(schema.value(&again).unwrap(), tree);
        }

        /// Bytes of anything else are an error, and soon.
        #[test]
        fn other_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Schema::of::<Message>().value(&bytes);
            let _ = Schema::of::<Command>().value(&bytes);
        }

        /// A log that grows, is cut off at its end and dropped at its beginning.
        #[test]
        fn a_state_follows_its_bytes(
            steps in proptest::collection::vec((0u8..4, 0usize..20, command()), 0..60)
        ) {
            let mut log: Journal<Command> = Journal::new();
            let mut state = State::new(Schema::of::<(u64, Journal<Command>)>());
            for (term, (what, count, command)) in steps.into_iter().enumerate() {
                match what {
                    0 => log.truncate(count),
                    1 => log.drop_first(count.min(log.len())),
                    _ => log.push(command),
                }
                let value = (term as u64 / 3, &log);
                state.update(&crate::encode(&value).unwrap()).unwrap();
                prop_assert_eq!(to_value(&state).unwrap(), to_value(&value).unwrap());
            }
        }
    }

    /// A type that contains itself has no shape; neither has one that asks what comes.
    #[test]
    fn what_has_no_shape() {
        #[derive(Serialize, Deserialize)]
        struct Tree(Vec<Tree>);
        assert_eq!(Schema::of::<Tree>(), Schema::Opaque);
        #[derive(Serialize, Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        assert_eq!(Schema::of::<Either>(), Schema::Opaque);
    }

    #[test]
    fn bounds_of_what_is_told() {
        let mut deep = Schema::Unit;
        for _ in 0..LEVELS_MAX {
            deep = Schema::Option(Box::new(deep));
        }
        assert!(!deep.is_sound());
        assert!(!Schema::Tuple(vec![Schema::Unit; NODES_MAX]).is_sound());
        let named = |name: &str| Schema::Struct(name.to_string(), Vec::new());
        assert!(named("Vote").is_sound());
        assert!(!named("\u{1b}[2J").is_sound());
    }
}
