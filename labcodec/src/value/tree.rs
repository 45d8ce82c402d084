//! A tree that is looked at once more, as the value that it is of.

use super::Value;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

/// For people and for those who look at it part by part. Its bytes say nothing of names: who wants
/// those of the value needs its type, or its [`Schema`](crate::schema::Schema).
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Unit | Value::More(_) => to.serialize_unit(),
            Value::Bool(yes) => to.serialize_bool(*yes),
            Value::U64(n) => to.serialize_u64(*n),
            Value::I64(n) => to.serialize_i64(*n),
            Value::U128(n) => to.serialize_u128(*n),
            Value::I128(n) => to.serialize_i128(*n),
            Value::F64(n) => to.serialize_f64(*n),
            Value::Char(c) => to.serialize_char(*c),
            Value::Str(text) => to.serialize_str(text),
            Value::Bytes(bytes) => to.serialize_bytes(bytes),
            Value::Option(None) => to.serialize_none(),
            Value::Option(Some(inner)) => to.serialize_some(inner),
            Value::Seq(items) => items.serialize(to),
            Value::Map(pairs) => {
                let mut map = to.serialize_map(Some(pairs.len()))?;
                for (key, value) in pairs {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Value::Struct { name, fields } => {
                let mut parts = to.serialize_struct(name, fields.len())?;
                for (name, value) in fields {
                    parts.serialize_field(name, value)?;
                }
                parts.end()
            }
            Value::Variant {
                name,
                variant,
                content,
            } => match &**content {
                Value::Unit => to.serialize_unit_variant(name, 0, variant),
                content => to.serialize_newtype_variant(name, 0, variant, content),
            },
        }
    }
}
