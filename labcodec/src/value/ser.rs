//! From any `Serialize` type to the tree.

use super::Value;
use crate::{DEPTH_MAX, Error};
use bytes::Bytes;
use serde::ser::{self, Serialize, Serializer};

/// The serializer. It says that its output is read by people: types which know two forms show the
/// one that has names.
#[derive(Clone, Copy)]
pub(super) struct ToValue {
    /// So many elements of a sequence are read, and its last one where its length is told; the
    /// others are counted.
    most: usize,
    /// How many levels around this one.
    depth: u32,
}

impl ToValue {
    /// A serializer that reads so many elements of each sequence.
    pub(super) fn new(most: usize) -> ToValue {
        ToValue { most, depth: 0 }
    }

    /// The serializer of what lies within.
    fn deeper(self) -> Result<ToValue, Error> {
        if self.depth >= DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        Ok(ToValue {
            depth: self.depth + 1,
            ..self
        })
    }
}

/// Collects the elements of a sequence, tuple or array, or of a variant that is one.
pub(super) struct Items {
    items: Vec<Value>,
    /// The elements that were not read, behind those that were.
    more: usize,
    /// Where the last element stands, if its length was told.
    last: Option<usize>,
    to: ToValue,
    variant: Option<(&'static str, &'static str)>,
}

/// Collects a map.
pub(super) struct Pairs {
    pairs: Vec<(Value, Value)>,
    key: Option<Value>,
    to: ToValue,
}

/// Collects named fields, of a struct or of a variant that is one.
pub(super) struct Fields {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
    to: ToValue,
    variant: Option<&'static str>,
}

fn variant(name: &'static str, variant: &'static str, content: Value) -> Value {
    Value::Variant {
        name,
        variant,
        content: Box::new(content),
    }
}

/// The methods that only differ in a type and a variant of the tree.
macro_rules! scalars {
    ($($method:ident: $from:ty => $variant:ident as $to:ty,)*) => {
        $(fn $method(self, v: $from) -> Result<Value, Error> {
            Ok(Value::$variant(<$to>::from(v)))
        })*
    };
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Pairs;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    scalars! {
        serialize_bool: bool => Bool as bool,
        serialize_i8: i8 => I64 as i64,
        serialize_i16: i16 => I64 as i64,
        serialize_i32: i32 => I64 as i64,
        serialize_i64: i64 => I64 as i64,
        serialize_i128: i128 => I128 as i128,
        serialize_u8: u8 => U64 as u64,
        serialize_u16: u16 => U64 as u64,
        serialize_u32: u32 => U64 as u64,
        serialize_u64: u64 => U64 as u64,
        serialize_u128: u128 => U128 as u128,
        serialize_f32: f32 => F64 as f64,
        serialize_f64: f64 => F64 as f64,
        serialize_char: char => Char as char,
        serialize_str: &str => Str as String,
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Value, Error> {
        Ok(Value::Bytes(Bytes::copy_from_slice(v)))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Option(None))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<Value, Error> {
        Ok(Value::Option(Some(Box::new(v.serialize(self.deeper()?)?))))
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Unit)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Error> {
        Ok(Value::Unit)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _index: u32,
        chosen: &'static str,
    ) -> Result<Value, Error> {
        Ok(variant(name, chosen, Value::Unit))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        v: &T,
    ) -> Result<Value, Error> {
        v.serialize(self.deeper()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        chosen: &'static str,
        v: &T,
    ) -> Result<Value, Error> {
        Ok(variant(name, chosen, v.serialize(self.deeper()?)?))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items, Error> {
        Ok(Items {
            items: Vec::with_capacity(len.unwrap_or(0).min(self.most)),
            more: 0,
            last: len.and_then(|len| len.checked_sub(1)),
            to: self.deeper()?,
            variant: None,
        })
    }

    fn serialize_tuple(self, len: usize) -> Result<Items, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _name: &'static str, len: usize) -> Result<Items, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        chosen: &'static str,
        len: usize,
    ) -> Result<Items, Error> {
        Ok(Items {
            items: Vec::with_capacity(len.min(self.most)),
            more: 0,
            last: len.checked_sub(1),
            to: self.deeper()?.deeper()?,
            variant: Some((name, chosen)),
        })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Pairs, Error> {
        Ok(Pairs {
            pairs: Vec::with_capacity(len.unwrap_or(0)),
            key: None,
            to: self.deeper()?,
        })
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Fields, Error> {
        Ok(Fields {
            name,
            fields: Vec::with_capacity(len),
            to: self.deeper()?,
            variant: None,
        })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        chosen: &'static str,
        len: usize,
    ) -> Result<Fields, Error> {
        Ok(Fields {
            name,
            fields: Vec::with_capacity(len),
            to: self.deeper()?.deeper()?,
            variant: Some(chosen),
        })
    }

    /// The tree is for looking at: what has a compact form for bytes shows its meaning here.
    fn is_human_readable(&self) -> bool {
        true
    }
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
        let place = self.items.len() + self.more;
        if self.items.len() < self.to.most {
            self.items.push(v.serialize(self.to)?);
        } else if Some(place) == self.last {
            self.leave_out();
            self.items.push(v.serialize(self.to)?);
        } else {
            self.more += 1;
        }
        Ok(())
    }

    /// Puts a sign in the place of the elements that were not read.
    fn leave_out(&mut self) {
        let more = std::mem::take(&mut self.more);
        if more > 0 {
            self.items.push(Value::More(more));
        }
    }

    fn finish(mut self) -> Result<Value, Error> {
        self.leave_out();
        let items = Value::Seq(self.items);
        Ok(match self.variant {
            None => items,
            Some((name, chosen)) => variant(name, chosen, items),
        })
    }
}

/// The four traits of a sequence, which are one.
macro_rules! items {
    ($($trait:ident: $method:ident,)*) => {
        $(impl ser::$trait for Items {
            type Ok = Value;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
                self.push(v)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        })*
    };
}

items! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

impl ser::SerializeMap for Pairs {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(key.serialize(self.to)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
        let key = self.key.take();
        let key = key.ok_or_else(|| Error::Unsupported("a map's value without a key".into()))?;
        self.pairs.push((key, v.serialize(self.to)?));
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Map(self.pairs))
    }
}

impl Fields {
    fn push<T: Serialize + ?Sized>(&mut self, field: &'static str, v: &T) -> Result<(), Error> {
        self.fields.push((field, v.serialize(self.to)?));
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        let (name, fields) = (self.name, self.fields);
        Ok(match self.variant {
            None => Value::Struct { name, fields },
            Some(chosen) => variant(
                name,
                chosen,
                Value::Struct {
                    name: chosen,
                    fields,
                },
            ),
        })
    }
}

/// The two traits of named fields, which are one.
macro_rules! fields {
    ($($trait:ident,)*) => {
        $(impl ser::$trait for Fields {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                field: &'static str,
                v: &T,
            ) -> Result<(), Error> {
                self.push(field, v)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        })*
    };
}

fields! {
    SerializeStruct,
    SerializeStructVariant,
}

impl ser::Error for Error {
    fn custom<T: std::fmt::Display>(why: T) -> Error {
        Error::Unsupported(why.to_string())
    }
}
