//! Methods by name, with their types erased.

use labcodec::Error;
use labcodec::value::{Value, from_value, to_value};
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;

/// The methods of one server under one name.
pub struct Service {
    name: String,
    methods: Vec<Method>,
}

/// A method that a server offers.
pub(crate) struct Method {
    pub(crate) kind: Arc<MethodKind>,
    handler: Handler,
}

/// Decodes the arguments and leaves the encoded reply in their place. Whether there is a reply; an
/// error says what does not fit.
type Handler = Box<dyn Fn(&mut Vec<u8>) -> Result<bool, String> + Send + Sync>;

/// A method's name and types, without what it does: enough to look into its messages and to make
/// new ones.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodKind {
    /// Service and method, `Raft.RequestVote`.
    pub name: String,
    /// The type that the handler takes.
    pub args: Codec,
    /// The type that the handler returns.
    pub reply: Codec,
}

/// How the bytes of one type become a tree of values, and a tree becomes bytes.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    type_name: &'static str,
    to_value: fn(&[u8]) -> Result<Value, Error>,
    to_bytes: fn(Value) -> Result<Vec<u8>, Error>,
}

impl Codec {
    fn of<T: Serialize + DeserializeOwned>() -> Codec {
        Codec {
            type_name: type_name::<T>(),
            to_value: |bytes| to_value(&labcodec::decode::<T>(bytes)?),
            to_bytes: |value| labcodec::encode(&from_value::<T>(value)?),
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
        (self.to_value)(bytes)
    }

    /// The bytes of the value of this type that `value` describes.
    ///
    /// # Errors
    /// When it does not describe one.
    pub fn bytes(&self, value: Value) -> Result<Vec<u8>, Error> {
        (self.to_bytes)(value)
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Codec) -> bool {
        self.type_name == other.type_name
    }
}

impl Service {
    /// A service without methods; `name` is what stands before the dot.
    pub fn new(name: &str) -> Service {
        Service {
            name: name.to_string(),
            methods: Vec::new(),
        }
    }

    /// Adds a method. Handlers may block; each call has a thread of its own.
    pub fn method<A, R>(mut self, name: &str, f: impl Fn(A) -> R + Send + Sync + 'static) -> Service
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + 'static,
    {
        let handler = move |bytes: &mut Vec<u8>| {
            let args: A = labcodec::decode(bytes).map_err(|error| {
                format!(
                    "the server takes a {}; the arguments are {error}",
                    type_name::<A>()
                )
            })?;
            let reply = f(args);
            bytes.clear();
            labcodec::encode_into(&reply, bytes)
                .map_err(|error| format!("the server's reply, a {}, {error}", type_name::<R>()))?;
            Ok(true)
        };
        let kind = MethodKind {
            name: format!("{}.{name}", self.name),
            args: Codec::of::<A>(),
            reply: Codec::of::<R>(),
        };
        self.methods.push(Method {
            kind: Arc::new(kind),
            handler: Box::new(handler),
        });
        self
    }

    /// A service with the methods `kinds` of somebody else's, all answered by `f`, which is given
    /// the method and its arguments. `None` is no reply. So a test plays a server whose types it
    /// does not know. A reply that does not fit its method fails the run.
    pub fn stand_in(
        kinds: &[Arc<MethodKind>],
        f: impl Fn(&MethodKind, Value) -> Option<Value> + Send + Sync + 'static,
    ) -> Service {
        let f = Arc::new(f);
        let methods = kinds.iter().map(|kind| {
            let (f, kind) = (Arc::clone(&f), Arc::clone(kind));
            let this = Arc::clone(&kind);
            let handler = move |bytes: &mut Vec<u8>| {
                let told = |what: &str, error| format!("the stand-in's {what}: {error}");
                let args = this
                    .args
                    .value(bytes)
                    .map_err(|error| told("arguments", error))?;
                let Some(reply) = f(&this, args) else {
                    return Ok(false);
                };
                *bytes = this
                    .reply
                    .bytes(reply)
                    .map_err(|error| told("reply", error))?;
                Ok(true)
            };
            Method {
                kind,
                handler: Box::new(handler),
            }
        });
        Service {
            name: String::new(),
            methods: methods.collect(),
        }
    }

    /// What this service offers.
    pub fn kinds(&self) -> Vec<Arc<MethodKind>> {
        self.methods
            .iter()
            .map(|method| Arc::clone(&method.kind))
            .collect()
    }

    pub(crate) fn into_methods(self) -> Vec<Arc<Method>> {
        self.methods.into_iter().map(Arc::new).collect()
    }
}

impl Method {
    /// Turns the bytes of the arguments into those of the reply, if there is one. An error says
    /// what does not fit.
    pub(crate) fn handle(&self, bytes: &mut Vec<u8>) -> Result<bool, String> {
        (self.handler)(bytes)
    }
}
