//! Calls and services of a harness that does not know the types: arguments and replies are trees.

use crate::end::ClientEnd;
use crate::error::CallError;
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
