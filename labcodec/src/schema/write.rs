//! A tree, as bytes of a shape.

use super::Schema;
use crate::encode;
use crate::value::Value;
use serde::ser::{Error, SerializeMap, SerializeSeq, SerializeTuple};
use serde::{Serialize, Serializer};

/// A tree that is to be a value of this shape.
pub(super) struct Fit<'a> {
    pub(super) value: &'a Value,
    pub(super) schema: &'a Schema,
}

impl Serialize for Fit<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Fit { value, schema } = *self;
        let misfit = || S::Error::custom(format!("{value} does not fit"));
        match (schema, value) {
            (Schema::Unit, _) => to.serialize_unit(),
            (Schema::Bool, Value::Bool(yes)) => to.serialize_bool(*yes),
            (Schema::Unsigned(bits), _) => unsigned(*bits, wide(value).ok_or_else(misfit)?, to),
            (Schema::Signed(bits), _) => signed(*bits, wide_signed(value).ok_or_else(misfit)?, to),
            (Schema::Float(32), Value::F64(n)) => to.serialize_f32(*n as f32),
            (Schema::Float(_), Value::F64(n)) => to.serialize_f64(*n),
            (Schema::Char, Value::Char(c)) => to.serialize_char(*c),
            (Schema::Str, Value::Str(text)) => to.serialize_str(text),
            (Schema::Bytes, _) => to.serialize_bytes(&value.as_bytes().ok_or_else(misfit)?),
            (Schema::Option(_), Value::Option(None)) => to.serialize_none(),
            (Schema::Option(schema), Value::Option(Some(value))) => {
                to.serialize_some(&Fit { value, schema })
            }
            (Schema::Option(schema), value) => to.serialize_some(&Fit { value, schema }),
            (Schema::Seq(schema), Value::Seq(items)) => {
                let mut seq = to.serialize_seq(Some(items.len()))?;
                for value in items {
                    seq.serialize_element(&Fit { value, schema })?;
                }
                seq.end()
            }
            (Schema::Excerpt(one), Value::Seq(items)) => to.serialize_bytes(&elements(one, items)?),
            (Schema::Journal(one), Value::Seq(items)) => {
                let mut pieces = to.serialize_seq(Some(1))?;
                pieces.serialize_element(&crate::rope::Raw(&elements(one, items)?))?;
                pieces.end()
            }
            (Schema::Tuple(shapes), Value::Seq(items)) if shapes.len() == items.len() => {
                tuple(shapes.iter().zip(items), to)
            }
            (Schema::Map(key_shape, shape), Value::Map(pairs)) => {
                let mut map = to.serialize_map(Some(pairs.len()))?;
                for (key, value) in pairs {
                    let (key_fit, fit) = (fit(key, key_shape), fit(value, shape));
                    map.serialize_entry(&key_fit, &fit)?;
                }
                map.end()
            }
            (Schema::Struct(_, shapes), Value::Struct { fields, .. })
                if shapes.len() == fields.len() =>
            {
                let shapes = shapes.iter().map(|(_, shape)| shape);
                tuple(shapes.zip(fields.iter().map(|(_, value)| value)), to)
            }
            (
                Schema::Enum(_, variants),
                Value::Variant {
                    variant, content, ..
                },
            ) => {
                let found = variants.iter().position(|(name, _)| name == variant);
                let index = found.ok_or_else(misfit)?;
                // Its number, and what it carries: what any serializer here makes of a variant.
                let number = Value::U64(index as u64);
                let parts = [
                    (&Schema::Unsigned(32), &number),
                    (&variants[index].1, &**content),
                ];
                tuple(parts.into_iter(), to)
            }
            _ => Err(misfit()),
        }
    }
}

fn fit<'a>(value: &'a Value, schema: &'a Schema) -> Fit<'a> {
    Fit { value, schema }
}

fn tuple<'a, S: Serializer>(
    parts: impl ExactSizeIterator<Item = (&'a Schema, &'a Value)>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut tuple = to.serialize_tuple(parts.len())?;
    for (schema, value) in parts {
        tuple.serialize_element(&Fit { value, schema })?;
    }
    tuple.end()
}

fn elements<E: Error>(schema: &Schema, items: &[Value]) -> Result<Vec<u8>, E> {
    let mut bytes = Vec::new();
    for value in items {
        bytes.extend(encode(&Fit { value, schema }).map_err(E::custom)?);
    }
    Ok(bytes)
}

fn wide(value: &Value) -> Option<u128> {
    match value {
        Value::U128(n) => Some(*n),
        other => other.as_u64().map(u128::from),
    }
}

fn wide_signed(value: &Value) -> Option<i128> {
    match value {
        Value::I128(n) => Some(*n),
        Value::I64(n) => Some(i128::from(*n)),
        other => other.as_u64().map(i128::from),
    }
}

fn unsigned<S: Serializer>(bits: u8, n: u128, to: S) -> Result<S::Ok, S::Error> {
    let too_large = |_| S::Error::custom(format!("{n} does not fit {bits} bits"));
    match bits {
        8 => to.serialize_u8(n.try_into().map_err(too_large)?),
        16 => to.serialize_u16(n.try_into().map_err(too_large)?),
        32 => to.serialize_u32(n.try_into().map_err(too_large)?),
        64 => to.serialize_u64(n.try_into().map_err(too_large)?),
        _ => to.serialize_u128(n),
    }
}

fn signed<S: Serializer>(bits: u8, n: i128, to: S) -> Result<S::Ok, S::Error> {
    let too_large = |_| S::Error::custom(format!("{n} does not fit {bits} bits"));
    match bits {
        8 => to.serialize_i8(n.try_into().map_err(too_large)?),
        16 => to.serialize_i16(n.try_into().map_err(too_large)?),
        32 => to.serialize_i32(n.try_into().map_err(too_large)?),
        64 => to.serialize_i64(n.try_into().map_err(too_large)?),
        _ => to.serialize_i128(n),
    }
}
