//! What a tree shows of its parts: elements, entries, fields, what a variant carries.

use super::{Depth, FromValue};
use crate::Error;
use crate::value::Value;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

pub(super) struct Items {
    items: std::vec::IntoIter<Value>,
    depth: Depth,
}

impl Items {
    pub(super) fn of(items: Vec<Value>, around: Depth) -> Result<Items, Error> {
        Ok(Items {
            items: items.into_iter(),
            depth: around.deeper()?,
        })
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        seed.deserialize(self.depth.within(item)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a map, or the fields of a struct: to a type that takes the one, the other is the
/// same, and it is compiled once for both.
pub(super) struct Entries {
    entries: std::vec::IntoIter<(Key, Value)>,
    /// The one whose key was shown.
    current: Option<(Option<&'static str>, Value)>,
    depth: Depth,
}

enum Key {
    Field(&'static str),
    Entry(Value),
}

impl Entries {
    pub(super) fn of_map(pairs: Vec<(Value, Value)>, around: Depth) -> Result<Entries, Error> {
        let entries = pairs
            .into_iter()
            .map(|(key, value)| (Key::Entry(key), value));
        Entries::of(entries.collect(), around)
    }

    pub(super) fn of_struct(
        fields: Vec<(&'static str, Value)>,
        around: Depth,
    ) -> Result<Entries, Error> {
        let entries = fields
            .into_iter()
            .map(|(name, value)| (Key::Field(name), value));
        Entries::of(entries.collect(), around)
    }

    fn of(entries: Vec<(Key, Value)>, around: Depth) -> Result<Entries, Error> {
        Ok(Entries {
            entries: entries.into_iter(),
            current: None,
            depth: around.deeper()?,
        })
    }

    fn next_key(&mut self) -> Option<FromValue> {
        let (key, value) = self.entries.next()?;
        let (field, key) = match key {
            Key::Field(name) => (Some(name), Value::Str(name.to_string())),
            Key::Entry(key) => (None, key),
        };
        self.current = Some((field, value));
        Some(self.depth.within(key))
    }

    fn value(&mut self) -> (Option<&'static str>, FromValue) {
        let (field, value) = self.current.take().unwrap_or((None, Value::Unit));
        (field, self.depth.within(value))
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.next_key().map(|key| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (field, value) = self.value();
        let read = seed.deserialize(value);
        match field {
            Some(field) => read.map_err(|error| error.inside(field)),
            None => read,
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

pub(super) struct Chosen {
    pub(super) variant: &'static str,
    pub(super) content: FromValue,
}

impl<'de> EnumAccess<'de> for Chosen {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Error> {
        let name: StrDeserializer<'_, Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

pub(super) struct Content(FromValue);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0.value {
            Value::Unit => Ok(()),
            other => Err(Error::Mismatch(format!(
                "a variant without content, not {other}"
            ))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.0.elements(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.named(visitor)
    }
}
