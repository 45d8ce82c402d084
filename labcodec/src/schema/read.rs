//! Bytes of a shape, as a tree.

use super::{Schema, kept};
use crate::decode::Decoder;
use crate::value::Value;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::fmt;

impl<'de> DeserializeSeed<'de> for &Schema {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let read = Read(self);
        match self {
            Schema::Opaque => Err(D::Error::custom("a part of an unknown shape")),
            Schema::Unit => Ok(Value::Unit),
            Schema::Bool => bool::deserialize(from).map(Value::Bool),
            Schema::Unsigned(8) => u8::deserialize(from).map(|n| Value::U64(n.into())),
            Schema::Unsigned(16) => u16::deserialize(from).map(|n| Value::U64(n.into())),
            Schema::Unsigned(32) => u32::deserialize(from).map(|n| Value::U64(n.into())),
            Schema::Unsigned(64) => u64::deserialize(from).map(Value::U64),
            Schema::Unsigned(_) => u128::deserialize(from).map(Value::U128),
            Schema::Signed(8) => i8::deserialize(from).map(|n| Value::I64(n.into())),
            Schema::Signed(16) => i16::deserialize(from).map(|n| Value::I64(n.into())),
            Schema::Signed(32) => i32::deserialize(from).map(|n| Value::I64(n.into())),
            Schema::Signed(64) => i64::deserialize(from).map(Value::I64),
            Schema::Signed(_) => i128::deserialize(from).map(Value::I128),
            Schema::Float(32) => f32::deserialize(from).map(|n| Value::F64(n.into())),
            Schema::Float(_) => f64::deserialize(from).map(Value::F64),
            Schema::Char => char::deserialize(from).map(Value::Char),
            Schema::Str => String::deserialize(from).map(Value::Str),
            Schema::Bytes => Bytes::deserialize(from).map(Value::Bytes),
            Schema::Option(_) => from.deserialize_option(read),
            Schema::Seq(_) => from.deserialize_seq(read),
            Schema::Excerpt(one) => {
                let mut items = Vec::new();
                elements(one, &Bytes::deserialize(from)?, &mut items)?;
                Ok(Value::Seq(items))
            }
            Schema::Journal(one) => {
                let mut items = Vec::new();
                for piece in Vec::<Bytes>::deserialize(from)? {
                    elements(one, &piece, &mut items)?;
                }
                Ok(Value::Seq(items))
            }
            Schema::Tuple(parts) => from.deserialize_tuple(parts.len(), read),
            Schema::Map(..) => from.deserialize_map(read),
            Schema::Struct(_, fields) => from.deserialize_tuple(fields.len(), read),
            Schema::Enum(..) => from.deserialize_enum("", &[], read),
        }
    }
}

/// Adds the elements that follow one another in `bytes`.
fn elements<E: Error>(one: &Schema, bytes: &[u8], items: &mut Vec<Value>) -> Result<(), E> {
    let mut decoder = Decoder::new(bytes, 0);
    let mut left = decoder.left();
    while left > 0 {
        items.push(one.deserialize(&mut decoder).map_err(E::custom)?);
        if decoder.left() == left {
            return Err(E::custom("an element of a journal takes no bytes"));
        }
        left = decoder.left();
    }
    Ok(())
}

/// Makes a tree of what is read.
struct Read<'s>(&'s Schema);

impl<'de> Visitor<'de> for Read<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a shape that is known")
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Option(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let Schema::Option(one) = self.0 else {
            return Err(D::Error::custom("an option"));
        };
        Ok(Value::Option(Some(Box::new(one.deserialize(from)?))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        match self.0 {
            Schema::Seq(one) => {
                while let Some(item) = parts.next_element_seed(&**one)? {
                    items.push(item);
                }
            }
            Schema::Tuple(shapes) => {
                for shape in shapes {
                    items.push(part(&mut parts, shape)?);
                }
            }
            Schema::Struct(name, shapes) => {
                let mut fields = Vec::with_capacity(shapes.len());
                for (field, shape) in shapes {
                    fields.push((kept(field), part(&mut parts, shape)?));
                }
                let name = kept(name);
                return Ok(Value::Struct { name, fields });
            }
            _ => return Err(A::Error::custom("a sequence")),
        }
        Ok(Value::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Schema::Map(key, value) = self.0 else {
            return Err(A::Error::custom("a map"));
        };
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry_seed(&**key, &**value)? {
            pairs.push(pair);
        }
        Ok(Value::Map(pairs))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        let Schema::Enum(name, variants) = self.0 else {
            return Err(A::Error::custom("an enum"));
        };
        let (index, content) = from.variant::<u32>()?;
        let Some((variant, shape)) = variants.get(index as usize) else {
            return Err(A::Error::custom(format!("variant {index} of {name}")));
        };
        let content = match shape {
            Schema::Unit => content.unit_variant().map(|()| Value::Unit)?,
            Schema::Tuple(parts) => content.tuple_variant(parts.len(), Read(shape))?,
            Schema::Struct(_, fields) => content.tuple_variant(fields.len(), Read(shape))?,
            one => content.newtype_variant_seed(one)?,
        };
        Ok(Value::Variant {
            name: kept(name),
            variant: kept(variant),
            content: Box::new(content),
        })
    }
}

fn part<'de, A: SeqAccess<'de>>(parts: &mut A, shape: &Schema) -> Result<Value, A::Error> {
    let part = parts.next_element_seed(shape)?;
    part.ok_or_else(|| A::Error::custom("the bytes end too early"))
}
