//! Methods by name, with their types erased.

use crate::codec::Codec;
use crate::error::CallError;
use labrt::harness;
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

/// Decodes the arguments and leaves the encoded reply in their place. Whether there is a reply.
pub(crate) type Handler = Box<dyn Fn(&mut Vec<u8>) -> Result<bool, CallError> + Send + Sync>;

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
            let takes = type_name::<A>();
            let args: A =
                labcodec::decode(bytes).map_err(|error| CallError::Arguments { takes, error })?;
            let reply = f(args);
            bytes.clear();
            let returns = type_name::<R>();
            labcodec::encode_into(&reply, bytes)
                .map_err(|error| CallError::Reply { returns, error })?;
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

    /// Lets traces show the arguments of method `name` as what `f` makes of them: values with
    /// names, in place of bytes that only their own engine can read. If the description has the
    /// fields of the paper's Figure 2 (`term`, `prev_log_index`, `entries`, …), the harness reads
    /// them as it reads those of a message of its own.
    ///
    /// `f` is called when a message is shown, perhaps long after it was sent and on any thread. It
    /// must depend on nothing but the message, and not block. What it cannot read it describes as
    /// that: as `None`, or by an error's text.
    ///
    /// ```
    /// use labrpc::Service;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Beat {
    ///     term: u64,
    ///     commit: u64,
    /// }
    ///
    /// // The engine's messages are bytes: here, two numbers of one byte each.
    /// let service = Service::new("Raft")
    ///     .method("Step", |message: Vec<u8>| message.len())
    ///     .describe("Step", |message: &Vec<u8>| match message[..] {
    ///         [term, commit] => Ok(Beat { term: term.into(), commit: commit.into() }),
    ///         _ => Err("not a message of the engine"),
    ///     });
    /// # drop(service);
    /// ```
    ///
    /// A name that no method of this service has, and another type than the method's, fail the run.
    #[track_caller]
    pub fn describe<A, D>(
        mut self,
        name: &str,
        f: impl Fn(&A) -> D + Send + Sync + 'static,
    ) -> Service
    where
        A: DeserializeOwned + 'static,
        D: Serialize,
    {
        let kind = self.kind_mut(name);
        kind.args
            .describe(&format!("the argument of {}", kind.name), f);
        self
    }

    /// As [`Service::describe`], for the replies of method `name`.
    #[track_caller]
    pub fn describe_reply<R, D>(
        mut self,
        name: &str,
        f: impl Fn(&R) -> D + Send + Sync + 'static,
    ) -> Service
    where
        R: DeserializeOwned + 'static,
        D: Serialize,
    {
        let kind = self.kind_mut(name);
        kind.reply
            .describe(&format!("the reply of {}", kind.name), f);
        self
    }

    /// The method `name`, which this service must have.
    #[track_caller]
    fn kind_mut(&mut self, name: &str) -> &mut MethodKind {
        let full = format!("{}.{name}", self.name);
        let offered: Vec<_> = self
            .methods
            .iter()
            .map(|method| &*method.kind.name)
            .collect();
        let Some(at) = offered.iter().position(|offered| *offered == full) else {
            harness::fail(format!(
                "there is no method {full} to describe; the service offers {}",
                offered.join(", ")
            ));
        };
        Arc::make_mut(&mut self.methods[at].kind)
    }

    /// A service of methods that are made already.
    pub(crate) fn of(methods: Vec<Method>) -> Service {
        Service {
            name: String::new(),
            methods,
        }
    }

    /// The types of the methods that this service offers.
    pub(crate) fn kinds(&self) -> Vec<Arc<MethodKind>> {
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
    pub(crate) fn new(kind: Arc<MethodKind>, handler: Handler) -> Method {
        Method { kind, handler }
    }

    /// Turns the bytes of the arguments into those of the reply, if there is one.
    pub(crate) fn handle(&self, bytes: &mut Vec<u8>) -> Result<bool, CallError> {
        (self.handler)(bytes)
    }
}
