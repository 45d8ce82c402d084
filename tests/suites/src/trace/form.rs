//! How JSON writes what is not ours, and how what is ours crosses formats that are not JSON.

use log::Level;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serializer};
use std::fmt;
use std::time::Duration;

/// Reads a word without a copy of it.
pub(super) fn read_word<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Word<F>(F);
    impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for Word<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            (self.0)(word).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Word(read))
}

/// A time as a whole number of nanoseconds: exact, and the same in every language.
pub(super) mod nanoseconds {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(at.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_nanos)
    }
}

/// A level by its name, as `RUST_LOG` spells it.
pub(super) mod level {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(
        level: &Level,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(level.as_str())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Level, D::Error> {
        read_word(deserializer, |name| {
            let level: Result<Level, _> = name.parse();
            level.map_err(|_| format!("there is no level {name:?}"))
        })
    }
}

/// A time that is not always known.
pub(super) mod optional_nanoseconds {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let nanoseconds = |at: &Duration| u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        serde::Serialize::serialize(&at.as_ref().map(nanoseconds), serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let at = Option::<u64>::deserialize(deserializer)?;
        Ok(at.map(Duration::from_nanos))
    }
}

/// Between processes, in a format without names, what is made for JSON travels as JSON.
pub mod as_json {
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes `value` as a text of JSON.
    ///
    /// # Errors
    /// Those of the value's own `Serialize`.
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&json)
    }

    /// Reads what [`serialize`] wrote.
    ///
    /// # Errors
    /// When the text is none of a `T`.
    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let json = String::deserialize(deserializer)?;
        serde_json::from_str(&json).map_err(serde::de::Error::custom)
    }
}
