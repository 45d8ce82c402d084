//! What serde asks of the writer.

use super::{Encoder, Sink};
use crate::error::{Error, Fault};
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

/// The methods that write one number.
macro_rules! numbers {
    ($($method:ident: $from:ty => $write:ident,)*) => {
        $(#[inline]
        fn $method(self, n: $from) -> Result<(), Fault> {
            self.$write(n.into());
            Ok(())
        })*
    };
}

impl<S: Sink> Serializer for &mut Encoder<'_, S> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_u16: u16 => number,
        serialize_u32: u32 => number,
        serialize_u64: u64 => number,
        serialize_u128: u128 => number_128,
        serialize_i16: i16 => signed,
        serialize_i32: i32 => signed,
        serialize_i64: i64 => signed,
        serialize_i128: i128 => signed_128,
    }

    #[inline]
    fn serialize_bool(self, v: bool) -> Result<(), Fault> {
        self.serialize_u8(v.into())
    }

    #[inline]
    fn serialize_u8(self, v: u8) -> Result<(), Fault> {
        self.0.byte(v);
        Ok(())
    }

    #[inline]
    fn serialize_i8(self, v: i8) -> Result<(), Fault> {
        self.0.bytes(&v.to_le_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_f32(self, v: f32) -> Result<(), Fault> {
        self.0.bytes(&v.to_le_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_f64(self, v: f64) -> Result<(), Fault> {
        self.0.bytes(&v.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, v: char) -> Result<(), Fault> {
        self.0.bytes(v.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_str(self, v: &str) -> Result<(), Fault> {
        self.serialize_bytes(v.as_bytes())
    }

    #[inline]
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Fault> {
        self.counted(v);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Fault> {
        self.serialize_u8(0)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), Fault> {
        self.0.byte(1);
        v.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
    ) -> Result<(), Fault> {
        self.serialize_u32(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        v: &T,
    ) -> Result<(), Fault> {
        v.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        v: &T,
    ) -> Result<(), Fault> {
        self.number(index.into());
        v.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Fault> {
        let len = len.ok_or_else(no_length)?;
        self.number(len as u64);
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _len: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self, Fault> {
        self.number(index.into());
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Fault> {
        self.serialize_seq(len)
    }

    #[inline]
    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self, Fault> {
        self.number(index.into());
        Ok(self)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The traits of what is written part by part, of which each part is just written.
macro_rules! parts {
    ($($trait:ident: $method:ident($($name:ident)?),)*) => {
        $(impl<S: Sink> $trait for &mut Encoder<'_, S> {
            type Ok = ();
            type Error = Fault;

            #[inline]
            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: &'static str,)?
                v: &T,
            ) -> Result<(), Fault> {
                v.serialize(&mut **self)
            }

            #[inline]
            fn end(self) -> Result<(), Fault> {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(_field),
    SerializeStructVariant: serialize_field(_field),
}

impl<S: Sink> SerializeMap for &mut Encoder<'_, S> {
    type Ok = ();
    type Error = Fault;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        key.serialize(&mut **self)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Fault> {
        v.serialize(&mut **self)
    }

    #[inline]
    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl serde::ser::Error for Fault {
    #[cold]
    fn custom<T: std::fmt::Display>(why: T) -> Fault {
        Error::Unsupported(why.to_string()).into()
    }
}

#[cold]
fn no_length() -> Fault {
    Error::Unsupported("a sequence or map whose length is not known in advance".to_string()).into()
}
