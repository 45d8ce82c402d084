//! The shape of a type that can be read: it is given made-up values until it has asked for all that
//! it may.

use super::Schema;
use crate::Error;
use crate::decode::OWN_READERS;
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::cell::Cell;

/// So many rounds at most: each finds at least one variant more.
const ROUNDS: usize = 1_000;

/// Levels of nesting, beyond which a type is taken for one that contains itself.
const LEVELS: usize = 24;

/// One of this crate's own types, which are read in a way of their own.
#[derive(Clone, Copy)]
pub(crate) enum Own {
    Excerpt,
    Journal,
}

thread_local! {
    /// Set while a type's shape is looked for; and by one of the own types that is met.
    static TRACED: Cell<Option<Option<Own>>> = const { Cell::new(None) };
}

/// Says that one of the own types is being read. Whether its shape is looked for: then it reads a
/// sequence of its elements instead.
pub(crate) fn traced(own: Own) -> bool {
    let is_traced = TRACED.get().is_some();
    if is_traced {
        TRACED.set(Some(Some(own)));
    }
    is_traced
}

pub(super) fn of<T: DeserializeOwned>() -> Schema {
    let mut schema = Schema::Opaque;
    for _ in 0..ROUNDS {
        TRACED.set(Some(None));
        let read = T::deserialize(Tracer {
            found: &mut schema,
            levels: LEVELS,
        });
        TRACED.set(None);
        if read.is_err() {
            return Schema::Opaque;
        }
        if schema.is_whole() {
            return schema;
        }
    }
    Schema::Opaque
}

/// Reads one made-up value, and notes where it was asked for what.
struct Tracer<'s> {
    found: &'s mut Schema,
    levels: usize,
}

impl<'s> Tracer<'s> {
    fn deeper(self) -> Result<Tracer<'s>, Error> {
        match self.levels {
            0 => Err(Error::TooDeep),
            levels => Ok(Tracer {
                levels: levels - 1,
                ..self
            }),
        }
    }

    /// What was noted here in an earlier round, or `new`.
    fn node(&mut self, new: impl FnOnce() -> Schema) {
        if *self.found == Schema::Opaque {
            *self.found = new();
        }
    }

    fn unnamed(mut self, len: usize) -> Result<Parts<'s>, Error> {
        self.node(|| Schema::Tuple(vec![Schema::Opaque; len]));
        let this = self.deeper()?;
        match this.found {
            Schema::Tuple(parts) => Ok(Parts {
                parts: parts.iter_mut().collect(),
                levels: this.levels,
            }),
            _ => Err(changed()),
        }
    }

    fn named(mut self, name: &str, fields: &[&str]) -> Result<Parts<'s>, Error> {
        self.node(|| {
            let fields = fields
                .iter()
                .map(|field| (field.to_string(), Schema::Opaque));
            Schema::Struct(name.to_string(), fields.collect())
        });
        let this = self.deeper()?;
        match this.found {
            Schema::Struct(_, parts) => Ok(Parts {
                parts: parts.iter_mut().map(|(_, part)| part).collect(),
                levels: this.levels,
            }),
            _ => Err(changed()),
        }
    }
}

fn changed() -> Error {
    Error::Unsupported("the type reads itself now so, now otherwise".to_string())
}

/// The methods of types that ask what comes: nobody can say.
macro_rules! unknowable {
    ($($method:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
            Err(Error::Unsupported("the type asks what comes next".to_string()))
        })*
    };
}

/// The methods of what has no parts.
macro_rules! leaves {
    ($($method:ident: $visit:ident($value:expr) is $schema:expr,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            *self.found = $schema;
            visitor.$visit($value)
        })*
    };
}

/// The methods of what holds one thing.
macro_rules! boxes {
    ($this:ident, $inner:ident, $variant:ident) => {{
        let mut this = $this.deeper()?;
        this.node(|| Schema::$variant(Box::new(Schema::Opaque)));
        let Schema::$variant($inner) = this.found else {
            return Err(changed());
        };
        Tracer {
            found: $inner,
            levels: this.levels,
        }
    }};
}

impl<'de> Deserializer<'de> for Tracer<'_> {
    type Error = Error;

    leaves! {
        deserialize_bool: visit_bool(false) is Schema::Bool,
        deserialize_u8: visit_u8(0) is Schema::Unsigned(8),
        deserialize_u16: visit_u16(0) is Schema::Unsigned(16),
        deserialize_u32: visit_u32(0) is Schema::Unsigned(32),
        deserialize_u64: visit_u64(0) is Schema::Unsigned(64),
        deserialize_u128: visit_u128(0) is Schema::Unsigned(128),
        deserialize_i8: visit_i8(0) is Schema::Signed(8),
        deserialize_i16: visit_i16(0) is Schema::Signed(16),
        deserialize_i32: visit_i32(0) is Schema::Signed(32),
        deserialize_i64: visit_i64(0) is Schema::Signed(64),
        deserialize_i128: visit_i128(0) is Schema::Signed(128),
        deserialize_f32: visit_f32(0.0) is Schema::Float(32),
        deserialize_f64: visit_f64(0.0) is Schema::Float(64),
        deserialize_char: visit_char('a') is Schema::Char,
        deserialize_str: visit_str("") is Schema::Str,
        deserialize_string: visit_string(String::new()) is Schema::Str,
        deserialize_bytes: visit_bytes(&[]) is Schema::Bytes,
        deserialize_byte_buf: visit_byte_buf(Vec::new()) is Schema::Bytes,
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.found = Schema::Unit;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(boxes!(self, inner, Option))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let this = self.deeper()?;
        if name != OWN_READERS {
            return visitor.visit_newtype_struct(this);
        }
        let levels = this.levels;
        let mut elements = match std::mem::replace(this.found, Schema::Opaque) {
            Schema::Excerpt(one) | Schema::Journal(one) => Schema::Seq(one),
            _ => Schema::Opaque,
        };
        let read = visitor.visit_newtype_struct(Tracer {
            found: &mut elements,
            levels,
        })?;
        let own = TRACED.replace(Some(None)).flatten();
        *this.found = match (own, elements) {
            (Some(Own::Excerpt), Schema::Seq(one)) => Schema::Excerpt(one),
            (Some(Own::Journal), Schema::Seq(one)) => Schema::Journal(one),
            _ => return Err(changed()),
        };
        Ok(read)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let tracer = boxes!(self, inner, Seq);
        visitor.visit_seq(Parts {
            parts: vec![tracer.found].into(),
            levels: tracer.levels,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.unnamed(len)?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.node(|| Schema::Map(Box::new(Schema::Opaque), Box::new(Schema::Opaque)));
        let this = self.deeper()?;
        let Schema::Map(key, value) = this.found else {
            return Err(changed());
        };
        visitor.visit_map(Parts {
            parts: vec![&mut **key, &mut **value].into(),
            levels: this.levels,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.named(name, fields)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.node(|| {
            let unknown = |variant: &&str| (variant.to_string(), Schema::Opaque);
            Schema::Enum(name.to_string(), variants.iter().map(unknown).collect())
        });
        let this = self.deeper()?;
        let Schema::Enum(_, parts) = this.found else {
            return Err(changed());
        };
        // One that is not wholly known, or any.
        let index = parts
            .iter()
            .position(|(_, part)| !part.is_whole())
            .unwrap_or(0);
        let Some((_, found)) = parts.get_mut(index) else {
            return Err(changed()); // an enum of no variants has no values
        };
        let levels = this.levels;
        visitor.visit_enum(Chosen {
            index: index as u32,
            name: variants.get(index).copied().unwrap_or_default(),
            content: Tracer { found, levels },
        })
    }

    unknowable! {
        deserialize_any,
        deserialize_identifier,
        deserialize_ignored_any,
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The parts of a sequence, tuple, struct or map, one after another.
struct Parts<'s> {
    parts: std::collections::VecDeque<&'s mut Schema>,
    levels: usize,
}

impl Parts<'_> {
    fn next<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let levels = self.levels;
        let next = self.parts.pop_front();
        next.map(|found| seed.deserialize(Tracer { found, levels }))
            .transpose()
    }
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.next(seed)
    }
}

impl<'de> MapAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.next(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        self.next(seed)?.ok_or_else(changed)
    }
}

/// One variant of an enum.
struct Chosen<'s> {
    index: u32,
    name: &'static str,
    content: Tracer<'s>,
}

impl<'de, 's> EnumAccess<'de> for Chosen<'s> {
    type Error = Error;
    type Variant = Chosen<'s>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Chosen<'s>), Error> {
        let chosen = seed.deserialize(U32Deserializer::<Error>::new(self.index))?;
        Ok((chosen, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        *self.content.found = Schema::Unit;
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.content.unnamed(len)?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.content.named(self.name, fields)?)
    }
}
