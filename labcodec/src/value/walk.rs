//! A look at a value part by part, without a tree of it.

use crate::look::{self, JOURNAL, Same};
use crate::{DEPTH_MAX, Error};
use serde::ser::{self, Serialize, Serializer};

/// Who is shown a value's parts, in their order.
///
/// What is skipped costs next to nothing: a field that [`Visitor::field`] does not want, and the
/// elements of a sequence that [`Visitor::sequence`] does not want.
pub trait Visitor {
    /// A number that is not negative and fits.
    fn number(&mut self, n: u64);

    /// A truth value.
    fn truth(&mut self, yes: bool);

    /// Bytes or text.
    fn bytes(&mut self, bytes: &[u8]);

    /// What may be missing, and is.
    fn nothing(&mut self);

    /// Anything else that has no parts.
    fn other(&mut self);

    /// The value that follows is what this variant of an enum carries.
    fn variant(&mut self, name: &'static str);

    /// The fields of a struct follow.
    fn open(&mut self);

    /// The value that follows is this field's. Whether to show it.
    fn field(&mut self, name: &'static str) -> bool;

    /// The fields of a struct have been shown.
    fn close(&mut self);

    /// Of the journal that follows, which was shown before, only what is new is shown.
    fn same(&mut self, _same: Same) {}

    /// The elements of a sequence (or of a tuple, an array, a map) follow, so many if that is
    /// known. Whether to show them.
    fn sequence(&mut self, len: Option<usize>) -> bool;

    /// The elements of a sequence have been shown, or passed over: there were so many.
    fn end(&mut self, len: usize);
}

/// Shows `value` to `visitor`, each part in its form for people, as in the tree.
///
/// # Errors
/// Those of the type's own `Serialize`, and [`Error::TooDeep`]. What came before was shown.
pub fn walk<T: Serialize + ?Sized>(value: &T, visitor: &mut dyn Visitor) -> Result<(), Error> {
    value.serialize(Walk { visitor, depth: 0 })
}

/// As [`walk`], but of each journal that was shown in the walk `last`, and in none since, only what
/// is behind its first elements that are still the same: [`Visitor::same`] says how many. The
/// number of this walk, for the next; 0 is none.
///
/// # Errors
/// As [`walk`].
pub fn walk_since<T: Serialize + ?Sized>(
    value: &T,
    last: u64,
    visitor: &mut dyn Visitor,
) -> Result<u64, Error> {
    let (this, walked) = look::since(last, || walk(value, visitor));
    walked.map(|()| this)
}

struct Walk<'v> {
    visitor: &'v mut dyn Visitor,
    /// How many levels around this one.
    depth: u32,
}

impl<'v> Walk<'v> {
    fn deeper(self) -> Result<Walk<'v>, Error> {
        if self.depth >= DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        Ok(Walk {
            depth: self.depth + 1,
            ..self
        })
    }

    fn elements(self, len: Option<usize>) -> Result<Elements<'v>, Error> {
        let walk = self.deeper()?;
        let shown = walk.visitor.sequence(len);
        Ok(Elements {
            walk,
            len: 0,
            shown,
        })
    }

    fn fields(self) -> Result<Fields<'v>, Error> {
        let walk = self.deeper()?;
        walk.visitor.open();
        Ok(Fields(walk))
    }
}

/// A sequence, tuple, array or map that is being shown.
struct Elements<'v> {
    walk: Walk<'v>,
    len: usize,
    shown: bool,
}

/// A struct that is being shown.
struct Fields<'v>(Walk<'v>);

/// The methods of numbers, which differ in a type only.
macro_rules! numbers {
    ($($method:ident: $from:ty,)*) => {
        $(fn $method(self, v: $from) -> Result<(), Error> {
            match u64::try_from(v) {
                Ok(n) => self.visitor.number(n),
                Err(_) => self.visitor.other(),
            }
            Ok(())
        })*
    };
}

/// The methods of scalars that are no numbers.
macro_rules! others {
    ($($method:ident: $from:ty,)*) => {
        $(fn $method(self, _v: $from) -> Result<(), Error> {
            self.visitor.other();
            Ok(())
        })*
    };
}

impl<'v> Serializer for Walk<'v> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Elements<'v>;
    type SerializeTuple = Elements<'v>;
    type SerializeTupleStruct = Elements<'v>;
    type SerializeTupleVariant = Elements<'v>;
    type SerializeMap = Elements<'v>;
    type SerializeStruct = Fields<'v>;
    type SerializeStructVariant = Fields<'v>;

    numbers! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    }

    others! {
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
    }

    fn serialize_bool(self, v: bool) -> Result<(), Error> {
        self.visitor.truth(v);
        Ok(())
    }

    fn serialize_str(self, v: &str) -> Result<(), Error> {
        self.serialize_bytes(v.as_bytes())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Error> {
        self.visitor.bytes(v);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.visitor.nothing();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), Error> {
        v.serialize(self.deeper()?)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.visitor.other();
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        chosen: &'static str,
    ) -> Result<(), Error> {
        self.visitor.variant(chosen);
        self.serialize_unit()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        v: &T,
    ) -> Result<(), Error> {
        if std::ptr::eq(name, JOURNAL) {
            self.visitor.same(look::same());
        }
        v.serialize(self.deeper()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        chosen: &'static str,
        v: &T,
    ) -> Result<(), Error> {
        self.visitor.variant(chosen);
        v.serialize(self.deeper()?)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Elements<'v>, Error> {
        self.elements(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Elements<'v>, Error> {
        self.elements(Some(len))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        len: usize,
    ) -> Result<Elements<'v>, Error> {
        self.elements(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        chosen: &'static str,
        len: usize,
    ) -> Result<Elements<'v>, Error> {
        self.visitor.variant(chosen);
        self.elements(Some(len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Elements<'v>, Error> {
        self.elements(len)
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Fields<'v>, Error> {
        self.fields()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        chosen: &'static str,
        _len: usize,
    ) -> Result<Fields<'v>, Error> {
        self.visitor.variant(chosen);
        self.fields()
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

impl Elements<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
        self.len += 1;
        match self.shown {
            true => v.serialize(Walk {
                visitor: &mut *self.walk.visitor,
                depth: self.walk.depth,
            }),
            false => Ok(()),
        }
    }

    fn finish(self) -> Result<(), Error> {
        self.walk.visitor.end(self.len);
        Ok(())
    }
}

/// The four traits of a sequence, which are one.
macro_rules! elements {
    ($($trait:ident: $method:ident,)*) => {
        $(impl ser::$trait for Elements<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
                self.element(v)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

impl ser::SerializeMap for Elements<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Error> {
        self.element(v)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

/// The two traits of named fields, which are one.
macro_rules! fields {
    ($($trait:ident,)*) => {
        $(impl ser::$trait for Fields<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                field: &'static str,
                v: &T,
            ) -> Result<(), Error> {
                match self.0.visitor.field(field) {
                    true => v.serialize(Walk {
                        visitor: &mut *self.0.visitor,
                        depth: self.0.depth,
                    }),
                    false => Ok(()),
                }
            }

            fn end(self) -> Result<(), Error> {
                self.0.visitor.close();
                Ok(())
            }
        })*
    };
}

fields! {
    SerializeStruct,
    SerializeStructVariant,
}
