//! A value of any type, as a tree with names.
//!
//! The harness looks into messages and saved states whose types it does not know, and makes new
//! messages by changing the fields that it recognises. [`to_value`] turns anything `Serialize` into
//! a tree, [`from_value`] turns a tree into anything `Deserialize`; for one type the two are
//! inverse. A newtype leaves no mark in the tree: `Term(3)` is 3.

mod de;
mod fields;
mod ser;
mod show;
mod tree;
mod walk;

pub use crate::look::Same;
pub use fields::same_name;
pub use walk::{Visitor, walk, walk_since};

use crate::Error;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// One node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `()`, and a struct without fields.
    Unit,
    /// A truth value.
    Bool(bool),
    /// An unsigned number of up to 64 bits.
    U64(u64),
    /// A signed number of up to 64 bits.
    I64(i64),
    /// A `u128`.
    U128(u128),
    /// An `i128`.
    I128(i128),
    /// An `f32` or `f64`.
    F64(f64),
    /// A character.
    Char(char),
    /// Text.
    Str(String),
    /// Bytes that know that they are bytes (`bytes::Bytes`); a `Vec<u8>` is a sequence.
    Bytes(Bytes),
    /// What may be missing.
    Option(Option<Box<Value>>),
    /// A sequence, tuple or array.
    Seq(Vec<Value>),
    /// In a sequence, before its last element or at its end: so many more elements, which were not
    /// read ([`outline`]).
    More(usize),
    /// A map, in its own order.
    Map(Vec<(Value, Value)>),
    /// A struct with named fields, in the order of the type.
    Struct {
        /// The type's name.
        name: &'static str,
        /// Each field's name and value.
        fields: Vec<(&'static str, Value)>,
    },
    /// A variant of an enum.
    Variant {
        /// The enum's name.
        name: &'static str,
        /// The variant's name.
        variant: &'static str,
        /// What it carries: [`Value::Unit`], the one value, a [`Value::Seq`] of them, or a
        /// [`Value::Struct`].
        content: Box<Value>,
    },
}

/// The tree of `value`.
///
/// # Errors
/// Those of the type's own `Serialize`, and [`Error::TooDeep`].
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(ser::ToValue::new(usize::MAX))
}

/// The tree of `value` with only the first `most` elements of each sequence, and the last one of
/// those that tell their length: enough to show it, and next to free however long they are.
///
/// # Errors
/// As [`to_value`].
pub fn outline<T: Serialize + ?Sized>(value: &T, most: usize) -> Result<Value, Error> {
    value.serialize(ser::ToValue::new(most))
}

/// The `T` whose tree is `value`.
///
/// # Errors
/// [`Error::Mismatch`] when the tree does not fit the type; the text says where. [`Error::TooDeep`]
/// when it is nested too deep.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(de::FromValue::new(value))
}

impl Value {
    /// The number, if it is one and not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::U64(n) => Some(*n),
            Value::I64(n) => u64::try_from(*n).ok(),
            Value::U128(n) => u64::try_from(*n).ok(),
            Value::I128(n) => u64::try_from(*n).ok(),
            Value::Option(Some(inner)) => inner.as_u64(),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(yes) => Some(*yes),
            Value::Option(Some(inner)) => inner.as_bool(),
            _ => None,
        }
    }

    /// The elements, if it is a sequence.
    pub fn as_seq(&self) -> Option<&[Value]> {
        match self {
            Value::Seq(items) => Some(items),
            Value::Option(Some(inner)) => inner.as_seq(),
            _ => None,
        }
    }

    /// The number of elements, if it is a sequence, those that were not read included.
    pub fn seq_len(&self) -> Option<usize> {
        let items = self.as_seq()?;
        let count = |item: &Value| match item {
            Value::More(more) => *more,
            _ => 1,
        };
        Some(items.iter().map(count).fold(0, usize::saturating_add))
    }

    /// The bytes, whether the type calls them bytes, text, or a sequence of small numbers.
    pub fn as_bytes(&self) -> Option<Bytes> {
        match self {
            Value::Bytes(bytes) => Some(bytes.clone()),
            Value::Str(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
            Value::Seq(items) => {
                let byte = |item: &Value| item.as_u64().and_then(|n| u8::try_from(n).ok());
                items.iter().map(byte).collect()
            }
            Value::Option(Some(inner)) => inner.as_bytes(),
            _ => None,
        }
    }

    /// Whether it is an `Option` that is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::Option(None))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Bool(yes)
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Value {
        Value::U64(n)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Value {
        Value::Bytes(bytes)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::Seq(items)
    }
}
