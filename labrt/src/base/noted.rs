//! What the panic hook saw, until the panic reaches the bottom of its thread.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;

/// A panic that is under way.
pub(crate) struct Noted {
    pub(crate) message: String,
    pub(crate) backtrace: Backtrace,
}

thread_local! {
    static NOTED: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

/// Keeps the latest panic of this OS thread.
pub(crate) fn note(noted: Noted) {
    NOTED.set(Some(noted));
}

/// The latest panic that nobody has taken.
pub(crate) fn take() -> Option<Noted> {
    NOTED.take()
}

/// What a panic's payload says.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> &str {
    let fixed = payload.downcast_ref::<&'static str>().copied();
    fixed
        .or(payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}
