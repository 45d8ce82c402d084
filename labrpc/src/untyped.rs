//! Calls and services of a harness that does not know the types: arguments and replies are trees.

use crate::end::ClientEnd;
use crate::error::CallError;
use crate::id::{EndId, ServerId};
use crate::line::Line;
use crate::service::{Method, MethodKind, Service};
use labcodec::value::Value;
use labrt::harness;
use std::sync::Arc;

/// As [`ClientEnd::call`], for a caller that does not know the types: arguments and reply are trees
/// of values. `Ok(None)` is no reply.
///
/// # Errors
/// When no server ever offered `method`, when `args` does not describe its arguments, and when what
/// comes back is no reply of this method.
#[track_caller]
pub fn call_value(end: &ClientEnd, method: &str, args: Value) -> Result<Option<Value>, CallError> {
    harness::about_to_block("an RPC");
    let Some(kind) = end.kind(method) else {
        let offered = end.offered();
        return Err(CallError::NoSuchMethod { offered });
    };
    let takes = kind.args.type_name();
    let bytes = kind
        .args
        .bytes(args)
        .map_err(|error| CallError::Arguments { takes, error })?;
    let Some(mut buffer) = end.begin() else {
        return Ok(None);
    };
    buffer.bytes = bytes;
    if !end.exchange(method, &mut buffer)? {
        return Ok(None);
    }
    let returns = kind.reply.type_name();
    let reply = kind
        .reply
        .value(&buffer.bytes)
        .map_err(|error| CallError::Reply { returns, error })?;
    end.end(buffer);
    Ok(Some(reply))
}

/// An end whose calls go by `line`.
pub fn end_over(line: Arc<dyn Line>, id: EndId, from: ServerId) -> ClientEnd {
    ClientEnd::over(line, id, from)
}

/// As [`ClientEnd::call`], for a caller that has the arguments' bytes and wants the reply's.
/// `Ok(None)` is no reply.
///
/// # Errors
/// When caller and server do not understand each other.
#[track_caller]
pub fn call_bytes(
    end: &ClientEnd,
    method: &str,
    args: Vec<u8>,
) -> Result<Option<Vec<u8>>, CallError> {
    let Some(mut buffer) = end.begin() else {
        return Ok(None);
    };
    buffer.bytes = args;
    if !end.exchange(method, &mut buffer)? {
        return Ok(None);
    }
    let reply = std::mem::take(&mut buffer.bytes);
    end.end(buffer);
    Ok(Some(reply))
}

/// A service whose methods are elsewhere: `f` is given the method and its arguments' bytes, and
/// returns those of the reply, if there is one. An error says in what both sides differ.
pub fn forward(
    kinds: &[Arc<MethodKind>],
    f: impl Fn(&MethodKind, Vec<u8>) -> Result<Option<Vec<u8>>, CallError> + Send + Sync + 'static,
) -> Service {
    let f = Arc::new(f);
    let methods = kinds.iter().map(|kind| {
        let (f, this) = (Arc::clone(&f), Arc::clone(kind));
        let handler = move |bytes: &mut Vec<u8>| match f(&this, std::mem::take(bytes))? {
            Some(reply) => {
                *bytes = reply;
                Ok(true)
            }
            None => Ok(false),
        };
        Method::new(Arc::clone(kind), Box::new(handler))
    });
    Service::of(methods.collect())
}

/// The methods of services, for who calls them by their bytes and without a network.
pub struct Handlers(Vec<Arc<Method>>);

impl Handlers {
    /// Those of all these services.
    pub fn of(services: Vec<Service>) -> Handlers {
        Handlers(
            services
                .into_iter()
                .flat_map(Service::into_methods)
                .collect(),
        )
    }

    /// Their names and types.
    pub fn kinds(&self) -> impl Iterator<Item = &MethodKind> {
        self.0.iter().map(|method| &*method.kind)
    }

    /// Calls the method of this name. The encoded reply, if there is one.
    ///
    /// # Errors
    /// When there is no such method, and when it takes other arguments.
    pub fn handle(&self, name: &str, args: Vec<u8>) -> Result<Option<Vec<u8>>, CallError> {
        let Some(method) = self.0.iter().find(|method| method.kind.name == name) else {
            let offered = self.kinds().map(|kind| kind.name.clone()).collect();
            return Err(CallError::NoSuchMethod { offered });
        };
        let mut bytes = args;
        Ok(method.handle(&mut bytes)?.then_some(bytes))
    }
}

/// A service with the methods `kinds` of another service, all answered by `f`, which is given the
/// method and its arguments. `None` is no reply. So a test plays a server whose types it does not
/// know. A reply that does not fit its method fails the run.
pub fn stand_in(
    kinds: &[Arc<MethodKind>],
    f: impl Fn(&MethodKind, Value) -> Option<Value> + Send + Sync + 'static,
) -> Service {
    let f = Arc::new(f);
    let methods = kinds.iter().map(|kind| {
        let (f, this) = (Arc::clone(&f), Arc::clone(kind));
        let handler = move |bytes: &mut Vec<u8>| {
            let (takes, returns) = (this.args.type_name(), this.reply.type_name());
            let args = this
                .args
                .value(bytes)
                .map_err(|error| CallError::Arguments { takes, error })?;
            let Some(reply) = f(&this, args) else {
                return Ok(false);
            };
            *bytes = this
                .reply
                .bytes(reply)
                .map_err(|error| CallError::Reply { returns, error })?;
            Ok(true)
        };
        Method::new(Arc::clone(kind), Box::new(handler))
    });
    Service::of(methods.collect())
}

/// The names and types of the methods that `service` offers.
pub fn methods(service: &Service) -> Vec<Arc<MethodKind>> {
    service.kinds()
}
