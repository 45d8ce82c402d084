//! What the panic hook saw, until the panic reaches the bottom of its thread.

use std::any::Any;
use std::backtrace::Backtrace;

/// A panic that is under way, or was caught.
pub(crate) struct Noted {
    /// Where it began, as reports say it.
    pub(crate) place: String,
    pub(crate) text: String,
    pub(crate) backtrace: Backtrace,
}

/// What a panic's payload says.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> &str {
    let fixed = payload.downcast_ref::<&'static str>().copied();
    fixed
        .or(payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}
