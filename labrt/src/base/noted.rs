//! What the panic hook saw, until the panic reaches the bottom of its thread.

use super::failure::Panicked;
use std::backtrace::Backtrace;

/// A panic that is under way, or was caught.
pub(crate) struct Noted {
    pub(crate) panic: Panicked,
    pub(crate) backtrace: Backtrace,
}
