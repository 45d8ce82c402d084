//! A part of a journal on its way to somebody else's.

use crate::decode::OWN_READERS;
use crate::elements::{read_all, write_all};
use crate::error::Error;
use crate::schema::{Own, traced};
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Elements that follow one another in a [`Journal`](crate::Journal), as a message carries them.
/// Where they leave they are bytes, which the journal has already
/// ([`Journal::excerpt`](crate::Journal::excerpt)): no element is cloned or encoded for the
/// message. Where they arrive they are elements.
///
/// In the tree of a message it looks like a `Vec` of the elements.
#[derive(Clone)]
pub struct Excerpt<T> {
    form: Form<T>,
}

#[derive(Clone)]
enum Form<T> {
    /// So many elements have these bytes, or that is why they have none.
    Encoded(usize, Result<Vec<u8>, String>),
    Read(Vec<T>),
}

impl<T> Excerpt<T> {
    pub(crate) fn encoded(count: usize, bytes: Result<Vec<u8>, String>) -> Excerpt<T> {
        let form = Form::Encoded(count, bytes);
        Excerpt { form }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Encoded(count, _) => *count,
            Form::Read(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: DeserializeOwned> Excerpt<T> {
    /// The elements.
    ///
    /// # Panics
    /// Only for one that was not sent: if its elements have no bytes, or bytes that cannot be read
    /// back.
    pub fn into_vec(self) -> Vec<T> {
        let items = match self.form {
            Form::Read(items) => return items,
            Form::Encoded(_, Ok(bytes)) => read(&bytes.into(), 0),
            Form::Encoded(_, Err(why)) => Err(Error::Unsupported(why)),
        };
        items.unwrap_or_else(|error| panic!("an excerpt that {error}"))
    }
}

fn read<T: DeserializeOwned>(bytes: &Bytes, depth: u32) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    read_all(bytes, depth, |item, read| {
        if items.is_empty() {
            // The others will be about as long.
            items.reserve(bytes.len() / read);
        }
        items.push(item);
    })?;
    Ok(items)
}

impl<T> From<Vec<T>> for Excerpt<T> {
    fn from(items: Vec<T>) -> Excerpt<T> {
        let form = Form::Read(items);
        Excerpt { form }
    }
}

impl<T> fmt::Debug for Excerpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Excerpt of {}", self.len())
    }
}

impl<T: Serialize + DeserializeOwned> Serialize for Excerpt<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.form, serializer.is_human_readable()) {
            (Form::Encoded(_, Ok(bytes)), false) => serializer.serialize_bytes(bytes),
            (Form::Encoded(_, Ok(bytes)), true) => {
                let items = read::<T>(&Bytes::copy_from_slice(bytes), 0);
                items.map_err(S::Error::custom)?.serialize(serializer)
            }
            (Form::Encoded(_, Err(why)), _) => Err(S::Error::custom(why)),
            (Form::Read(items), false) => {
                let bytes = write_all(items).map_err(S::Error::custom)?;
                serializer.serialize_bytes(&bytes)
            }
            (Form::Read(items), true) => items.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Excerpt<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Excerpt<T>, D::Error> {
        if deserializer.is_human_readable() {
            return Vec::deserialize(deserializer).map(Excerpt::from);
        }
        deserializer.deserialize_newtype_struct(OWN_READERS, Arrived(PhantomData))
    }
}

/// Makes an excerpt of its bytes.
struct Arrived<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Arrived<T> {
    type Value = Excerpt<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an excerpt of a journal")
    }

    /// From this crate's decoder, which first says how deep the excerpt lies.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Excerpt<T>, A::Error> {
        let depth = parts.next_element()?.unwrap_or(0);
        let bytes = parts.next_element()?.unwrap_or_default();
        let items = read(&bytes, depth);
        items
            .map(Excerpt::from)
            .map_err(|error| A::Error::custom(error.why()))
    }

    /// From anybody else's.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Excerpt<T>, D::Error> {
        if traced(Own::Excerpt) {
            return Vec::deserialize(from).map(Excerpt::from);
        }
        let items = read(&Bytes::deserialize(from)?, 0);
        items
            .map(Excerpt::from)
            .map_err(|error| D::Error::custom(error.why()))
    }
}
