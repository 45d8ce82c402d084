//! What serde asks of the reader.

use super::{Decoder, Fault, mismatch};
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// A newtype of this name is a [`Journal`](crate::Journal) or an [`Excerpt`](crate::Excerpt) of
/// one: its elements are read by readers of their own, which must know how deep they begin.
pub(crate) const OWN_READERS: &str = "labcodec::Journal";

/// The methods that read one value and show it to the visitor.
macro_rules! values {
    ($($method:ident: $visit:ident($read:ident),)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.$read()?)
        })*
    };
}

/// The methods of types that ask what the bytes are. These bytes do not say.
macro_rules! not_told {
    ($($method:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
            Err(mismatch(
                "the type asks what comes next (as `untagged` and `flatten` do), and the bytes do \
                 not say"
                    .to_string(),
            ))
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Decoder<'de> {
    type Error = Fault;

    values! {
        deserialize_bool: visit_bool(truth),
        deserialize_i16: visit_i16(signed),
        deserialize_i32: visit_i32(signed),
        deserialize_i64: visit_i64(signed),
        deserialize_i128: visit_i128(signed_128),
        deserialize_u8: visit_u8(byte),
        deserialize_u16: visit_u16(unsigned),
        deserialize_u32: visit_u32(unsigned),
        deserialize_u64: visit_u64(number),
        deserialize_u128: visit_u128(number_128),
        deserialize_char: visit_char(character),
        deserialize_str: visit_borrowed_str(text),
        deserialize_bytes: visit_borrowed_bytes(counted),
    }

    not_told! {
        deserialize_any,
        deserialize_identifier,
        deserialize_ignored_any,
    }

    #[inline]
    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_i8(i8::from_le_bytes(self.array()?))
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f32(f32::from_le_bytes(self.array()?))
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(f64::from_le_bytes(self.array()?))
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text()?.to_string())
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_byte_buf(self.counted()?.to_vec())
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.truth()? {
            false => visitor.visit_none(),
            true => self.deeper(|this| visitor.visit_some(this)),
        }
    }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deeper(|this| match name == OWN_READERS {
            false => visitor.visit_newtype_struct(this),
            true => {
                let depth = Some(this.depth);
                visitor.visit_seq(JournalParts { this, depth })
            }
        })
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let left = self.length()?;
        self.deeper(|this| {
            visitor.visit_seq(Elements {
                this,
                left,
                is_seq: true,
            })
        })
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deeper(|this| {
            visitor.visit_seq(Elements {
                this,
                left,
                is_seq: false,
            })
        })
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let left = self.length()?;
        self.deeper(|this| {
            let before = this.left();
            visitor.visit_map(Pairs { this, left, before })
        })
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deeper(|this| visitor.visit_enum(this))
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The elements of a sequence, as many as the bytes say, or of a tuple or struct, as many as the
/// type says.
struct Elements<'a, 'de> {
    this: &'a mut Decoder<'de>,
    left: usize,
    /// The bytes said how many there are: those that take no bytes must be counted.
    is_seq: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let before = self.this.left();
        let element = seed.deserialize(&mut *self.this)?;
        if self.is_seq {
            self.this.count_nothing(before)?;
        }
        Ok(Some(element))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The pairs of a map, as many as the bytes say.
struct Pairs<'a, 'de> {
    this: &'a mut Decoder<'de>,
    left: usize,
    /// How many bytes there were before the key.
    before: usize,
}

impl<'de> MapAccess<'de> for Pairs<'_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.before = self.this.left();
        seed.deserialize(&mut *self.this).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = seed.deserialize(&mut *self.this)?;
        self.this.count_nothing(self.before)?;
        Ok(value)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// What a journal is read from: how deep it lies, then its bytes.
struct JournalParts<'a, 'de> {
    this: &'a mut Decoder<'de>,
    depth: Option<u32>,
}

impl<'de> SeqAccess<'de> for JournalParts<'_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        match self.depth.take() {
            Some(depth) => seed.deserialize(depth.into_deserializer()).map(Some),
            None => seed.deserialize(&mut *self.this).map(Some),
        }
    }
}

impl<'de> EnumAccess<'de> for &mut Decoder<'de> {
    type Error = Fault;
    type Variant = Self;

    #[inline]
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let index: U32Deserializer<Fault> = self.unsigned::<u32>()?.into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Decoder<'de> {
    type Error = Fault;

    #[inline]
    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(fields.len(), visitor)
    }
}
