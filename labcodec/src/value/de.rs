//! From the tree to any `Deserialize` type.

use super::Value;
use crate::{DEPTH_MAX, Error};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// The deserializer.
pub(super) struct FromValue {
    value: Value,
    depth: Depth,
}

/// How many levels around a value.
#[derive(Clone, Copy)]
struct Depth(u32);

impl Depth {
    fn deeper(self) -> Result<Depth, Error> {
        match self.0 < DEPTH_MAX {
            true => Ok(Depth(self.0 + 1)),
            false => Err(Error::TooDeep),
        }
    }

    /// The deserializer of a value that lies so deep.
    fn within(self, value: Value) -> FromValue {
        FromValue { value, depth: self }
    }
}

impl FromValue {
    pub(super) fn new(value: Value) -> FromValue {
        Depth(0).within(value)
    }
}

impl<'de> Deserializer<'de> for FromValue {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let depth = self.depth;
        match self.value {
            Value::Unit => visitor.visit_unit(),
            Value::Bool(yes) => visitor.visit_bool(yes),
            Value::U64(n) => visitor.visit_u64(n),
            Value::I64(n) => visitor.visit_i64(n),
            Value::U128(n) => visitor.visit_u128(n),
            Value::I128(n) => visitor.visit_i128(n),
            Value::F64(x) => visitor.visit_f64(x),
            Value::Char(c) => visitor.visit_char(c),
            Value::Str(text) => visitor.visit_string(text),
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes.into()),
            Value::Option(None) => visitor.visit_none(),
            Value::Option(Some(inner)) => visitor.visit_some(depth.deeper()?.within(*inner)),
            Value::Seq(items) => visitor.visit_seq(Items {
                items: items.into_iter(),
                depth: depth.deeper()?,
            }),
            Value::More(more) => Err(Error::Mismatch(format!(
                "an outline, which lacks {more} elements"
            ))),
            Value::Map(pairs) => visitor.visit_map(Pairs {
                pairs: pairs.into_iter(),
                value: None,
                depth: depth.deeper()?,
            }),
            Value::Struct { fields, .. } => visitor.visit_map(Fields {
                fields: fields.into_iter(),
                current: None,
                depth: depth.deeper()?,
            }),
            Value::Variant {
                variant, content, ..
            } => visitor.visit_enum(Chosen {
                variant,
                content: depth.deeper()?.within(*content),
            }),
        }
    }

    /// A newtype leaves no mark in the tree.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let depth = self.depth.deeper()?;
        visitor.visit_newtype_struct(depth.within(self.value))
    }

    fn is_human_readable(&self) -> bool {
        true
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Items {
    items: std::vec::IntoIter<Value>,
    depth: Depth,
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

struct Pairs {
    pairs: std::vec::IntoIter<(Value, Value)>,
    value: Option<Value>,
    depth: Depth,
}

impl<'de> MapAccess<'de> for Pairs {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.pairs.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(self.depth.within(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().unwrap_or(Value::Unit);
        seed.deserialize(self.depth.within(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len())
    }
}

struct Fields {
    fields: std::vec::IntoIter<(&'static str, Value)>,
    current: Option<(&'static str, Value)>,
    depth: Depth,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((field, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.current = Some((field, value));
        seed.deserialize(StrDeserializer::<Error>::new(field))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (field, value) = self.current.take().unwrap_or(("", Value::Unit));
        seed.deserialize(self.depth.within(value))
            .map_err(|error| error.inside(field))
    }
}

struct Chosen {
    variant: &'static str,
    content: FromValue,
}

impl<'de> EnumAccess<'de> for Chosen {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Error> {
        let name: StrDeserializer<'_, Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

struct Content(FromValue);

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
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }
}

impl serde::de::Error for Error {
    fn custom<T: std::fmt::Display>(why: T) -> Error {
        Error::Mismatch(why.to_string())
    }
}
