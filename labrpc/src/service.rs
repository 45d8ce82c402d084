//! Methods by name, with their types erased.

use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::sync::Arc;

/// The methods of one server under one name.
pub struct Service {
    name: String,
    methods: Vec<Arc<Method>>,
}

/// A method that a server offers.
pub(crate) struct Method {
    /// Service and method, `Raft.RequestVote`.
    pub(crate) name: String,
    handler: Handler,
}

/// Decodes the arguments, runs the handler, and leaves the encoded reply in their place.
type Handler = Box<dyn Fn(&mut Vec<u8>) -> Result<(), String> + Send + Sync>;

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
                    "the arguments cannot be read as a {}: {error}",
                    type_name::<A>()
                )
            })?;
            let reply = f(args);
            bytes.clear();
            labcodec::encode_into(&reply, bytes)
                .map_err(|error| format!("the reply, a {}, {error}", type_name::<R>()))
        };
        self.methods.push(Arc::new(Method {
            name: format!("{}.{name}", self.name),
            handler: Box::new(handler),
        }));
        self
    }

    pub(crate) fn into_methods(self) -> Vec<Arc<Method>> {
        self.methods
    }
}

impl Method {
    /// Turns the bytes of the arguments into those of the reply. An error says what does not fit.
    pub(crate) fn handle(&self, bytes: &mut Vec<u8>) -> Result<(), String> {
        (self.handler)(bytes)
    }
}
