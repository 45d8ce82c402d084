//! From the tree to any `Deserialize` type.

mod access;

use super::Value;
use crate::{DEPTH_MAX, Error};
use access::{Chosen, Entries, Items};
use serde::de::{Deserializer, Expected, Unexpected, Visitor};

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

/// What a type of at most 64 bits is shown of a number.
enum Narrow {
    U64(u64),
    I64(i64),
}

impl FromValue {
    /// The error that the value is none of what a type takes. Not a part of each type's own code.
    #[cold]
    fn is_no(&self, expected: &dyn Expected) -> Error {
        let other;
        let unexpected = match &self.value {
            Value::Unit => Unexpected::Unit,
            Value::Bool(yes) => Unexpected::Bool(*yes),
            Value::U64(n) => Unexpected::Unsigned(*n),
            Value::I64(n) => Unexpected::Signed(*n),
            Value::F64(x) => Unexpected::Float(*x),
            Value::Char(c) => Unexpected::Char(*c),
            Value::Str(text) => Unexpected::Str(text),
            Value::Bytes(bytes) => Unexpected::Bytes(bytes),
            Value::Option(_) => Unexpected::Option,
            Value::Seq(_) => Unexpected::Seq,
            Value::Map(_) | Value::Struct { .. } => Unexpected::Map,
            Value::Variant { .. } => Unexpected::Enum,
            Value::U128(_) | Value::I128(_) => {
                other = format!("integer `{}`", self.value);
                Unexpected::Other(&other)
            }
            Value::More(more) => return lacks(*more),
        };
        serde::de::Error::invalid_type(unexpected, expected)
    }

    fn narrowed(&self, expected: &dyn Expected) -> Result<Narrow, Error> {
        let fits = match self.value {
            Value::U64(n) => Some(Narrow::U64(n)),
            Value::I64(n) => Some(Narrow::I64(n)),
            Value::U128(n) => u64::try_from(n).ok().map(Narrow::U64),
            Value::I128(n) => i64::try_from(n).ok().map(Narrow::I64),
            _ => None,
        };
        fits.ok_or_else(|| self.is_no(expected))
    }

    fn narrow<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.narrowed(&visitor)? {
            Narrow::U64(n) => visitor.visit_u64(n),
            Narrow::I64(n) => visitor.visit_i64(n),
        }
    }

    fn wide<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::U128(n) => visitor.visit_u128(n),
            Value::I128(n) => visitor.visit_i128(n),
            _ => self.narrow(visitor),
        }
    }

    fn float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::F64(x) => visitor.visit_f64(x),
            _ => self.narrow(visitor),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Str(text) => visitor.visit_string(text),
            Value::Char(c) => visitor.visit_char(c),
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes.into()),
            _ => Err(self.is_no(&visitor)),
        }
    }

    /// Of a field or variant: its name, in any form, or its number.
    fn name<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Str(name) => visitor.visit_str(name),
            Value::Bytes(name) => visitor.visit_bytes(name),
            Value::U64(number) => visitor.visit_u64(*number),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn unit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Unit => visitor.visit_unit(),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn elements<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Seq(items) => visitor.visit_seq(Items::of(items, self.depth)?),
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes.into()),
            Value::Str(text) => visitor.visit_string(text),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn named<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Struct { fields, .. } => {
                visitor.visit_map(Entries::of_struct(fields, self.depth)?)
            }
            Value::Map(pairs) => visitor.visit_map(Entries::of_map(pairs, self.depth)?),
            Value::Seq(items) => visitor.visit_seq(Items::of(items, self.depth)?),
            _ => Err(self.is_no(&visitor)),
        }
    }
}

#[cold]
fn lacks(more: usize) -> Error {
    Error::Mismatch(format!("an outline, which lacks {more} elements"))
}

/// Methods that differ in nothing but their names.
macro_rules! alike {
    ($($method:ident)* => $common:ident) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$common(visitor)
        })*
    };
}

/// Each method looks only for what a type that asks for it can take: `deserialize_any` shows a type
/// all that a value can be, and every type of a message would be compiled with all of that.
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
            Value::Seq(items) => visitor.visit_seq(Items::of(items, depth)?),
            Value::More(more) => Err(lacks(more)),
            Value::Map(pairs) => visitor.visit_map(Entries::of_map(pairs, depth)?),
            Value::Struct { fields, .. } => visitor.visit_map(Entries::of_struct(fields, depth)?),
            Value::Variant {
                variant, content, ..
            } => visitor.visit_enum(Chosen {
                variant,
                content: depth.deeper()?.within(*content),
            }),
        }
    }

    alike! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 => narrow
    }
    alike! { deserialize_i128 deserialize_u128 => wide }
    alike! { deserialize_f32 deserialize_f64 => float }
    alike! { deserialize_char deserialize_str deserialize_string => text }
    alike! { deserialize_bytes deserialize_byte_buf deserialize_seq => elements }
    alike! { deserialize_unit => unit }
    alike! { deserialize_map => named }
    alike! { deserialize_identifier => name }
    alike! { deserialize_ignored_any => deserialize_any }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Bool(yes) => visitor.visit_bool(yes),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Option(None) => visitor.visit_none(),
            Value::Option(Some(inner)) => visitor.visit_some(self.depth.deeper()?.within(*inner)),
            Value::Unit => visitor.visit_unit(),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.unit(visitor)
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

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.elements(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.elements(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.named(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Variant {
                variant, content, ..
            } => visitor.visit_enum(Chosen {
                variant,
                content: self.depth.deeper()?.within(*content),
            }),
            _ => Err(self.is_no(&visitor)),
        }
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

impl serde::de::Error for Error {
    fn custom<T: std::fmt::Display>(why: T) -> Error {
        Error::Mismatch(why.to_string())
    }
}
