//! How a harness looks into the messages of types that it does not know.

use labcodec::Error;
use labcodec::schema::Schema;
use labcodec::value::{Value, Visitor, from_value, to_value, walk};
use labrt::harness;
use serde::{Serialize, de::DeserializeOwned};
use std::any::{TypeId, type_name};
use std::fmt;
use std::sync::Arc;

/// How the bytes of one type become a tree of values, and a tree becomes bytes.
#[derive(Clone)]
pub struct Codec {
    type_name: &'static str,
    how: How,
    /// What the service says that such bytes mean ([`describe`](crate::Service::describe)).
    describe: Option<Describe>,
}

/// Where the type is known from.
#[derive(Clone)]
enum How {
    /// It is compiled in.
    Typed(Typed),
    /// Its shape was told.
    Told(Arc<Schema>),
}

/// What can be done with a type that is compiled in.
#[derive(Clone, Copy)]
struct Typed {
    type_id: TypeId,
    to_value: fn(&[u8]) -> Result<Value, Error>,
    to_bytes: fn(Value) -> Result<Vec<u8>, Error>,
    show: fn(&[u8], &mut dyn Visitor) -> Result<(), Error>,
    schema: fn() -> Schema,
}

/// Shows what the bytes of a message are described as.
type Describe = Arc<dyn Fn(&[u8], Showing<'_>) -> Result<(), Error> + Send + Sync>;

/// In which way to show it.
enum Showing<'v> {
    /// As a tree, left there.
    Tree(&'v mut Value),
    /// Part by part.
    Walk(&'v mut dyn Visitor),
}

impl Codec {
    pub(crate) fn of<T: Serialize + DeserializeOwned + 'static>() -> Codec {
        Codec {
            type_name: type_name::<T>(),
            how: How::Typed(Typed {
                type_id: TypeId::of::<T>(),
                to_value: |bytes| to_value(&labcodec::decode::<T>(bytes)?),
                to_bytes: |value| labcodec::encode(&from_value::<T>(value)?),
                show: |bytes, visitor| walk(&labcodec::decode::<T>(bytes)?, visitor),
                schema: Schema::of::<T>,
            }),
            describe: None,
        }
    }

    /// Of a type that is compiled elsewhere, and of which only the shape is known.
    pub fn told(schema: Schema) -> Codec {
        Codec {
            type_name: "value of another process",
            how: How::Told(Arc::new(schema)),
            describe: None,
        }
    }

    /// The type's shape. What is described as something else has none that says anything.
    pub fn schema(&self) -> Schema {
        match (&self.describe, &self.how) {
            (Some(_), _) => Schema::Opaque,
            (None, How::Typed(typed)) => (typed.schema)(),
            (None, How::Told(schema)) => Schema::clone(schema),
        }
    }

    /// Describes messages of this type by `f` from now on.
    #[track_caller]
    pub(crate) fn describe<T, D>(
        &mut self,
        method: &str,
        f: impl Fn(&T) -> D + Send + Sync + 'static,
    ) where
        T: DeserializeOwned + 'static,
        D: Serialize,
    {
        let is_other = |typed: &Typed| typed.type_id != TypeId::of::<T>();
        if matches!(&self.how, How::Typed(typed) if is_other(typed)) {
            harness::fail(format!(
                "{method} is described as a {}, but it is a {}",
                type_name::<T>(),
                self.type_name
            ));
        }
        self.describe = Some(Arc::new(move |bytes, showing| {
            let described = f(&labcodec::decode::<T>(bytes)?);
            match showing {
                Showing::Tree(tree) => *tree = to_value(&described)?,
                Showing::Walk(visitor) => walk(&described, visitor)?,
            }
            Ok(())
        }));
    }

    /// What people are shown of the value that `bytes` are: its description if there is one,
    /// otherwise its tree.
    ///
    /// # Errors
    /// When they are not the bytes of this type.
    pub fn shown(&self, bytes: &[u8]) -> Result<Value, Error> {
        let Some(describe) = &self.describe else {
            return self.value(bytes);
        };
        let mut tree = Value::Unit;
        describe(bytes, Showing::Tree(&mut tree))?;
        Ok(tree)
    }

    /// As [`Codec::shown`], part by part: cheaper, for who looks at many messages.
    ///
    /// # Errors
    /// When they are not the bytes of this type.
    pub fn show(&self, bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Error> {
        match &self.describe {
            Some(describe) => describe(bytes, Showing::Walk(visitor)),
            None => match &self.how {
                How::Typed(typed) => (typed.show)(bytes, visitor),
                How::Told(schema) => schema.show(bytes, visitor),
            },
        }
    }

    /// The type's name.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The tree of the value that `bytes` are.
    ///
    /// # Errors
    /// When they are not the bytes of this type.
    pub fn value(&self, bytes: &[u8]) -> Result<Value, Error> {
        match &self.how {
            How::Typed(typed) => (typed.to_value)(bytes),
            How::Told(schema) => schema.value(bytes),
        }
    }

    /// The bytes of the value of this type that `value` describes.
    ///
    /// # Errors
    /// When it does not describe one.
    pub fn bytes(&self, value: Value) -> Result<Vec<u8>, Error> {
        match &self.how {
            How::Typed(typed) => (typed.to_bytes)(value),
            How::Told(schema) => schema.bytes(&value),
        }
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Codec) -> bool {
        match (&self.how, &other.how) {
            (How::Typed(one), How::Typed(other)) => one.type_id == other.type_id,
            (How::Told(one), How::Told(other)) => one == other,
            _ => false,
        }
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Codec").field(&self.type_name).finish()
    }
}
