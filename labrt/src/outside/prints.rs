//! What code under test writes to standard output and standard error, told to whoever wants to
//! know. Only where the C library's `write` is ours: Linux with the GNU C library.

use std::cell::Cell;
use std::sync::OnceLock;

static LISTENER: OnceLock<fn(&[u8])> = OnceLock::new();

thread_local! {
    /// The listener runs, or what is written is none of the code under test.
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Whether anything can be told.
pub(crate) const CAN_TELL: bool = cfg!(all(target_os = "linux", target_env = "gnu", not(tsan)));

/// From now on `listener` is told. The first one stays.
pub(crate) fn on_print(listener: fn(&[u8])) {
    let _ = LISTENER.set(listener);
}

/// Tells nobody of what `f` writes.
pub(crate) fn silently<R>(f: impl FnOnce() -> R) -> R {
    let before = IS_SILENT.replace(true);
    let result = f();
    IS_SILENT.set(before);
    result
}

/// Somebody writes `bytes` to standard output or standard error.
#[cfg(all(target_os = "linux", target_env = "gnu", not(tsan)))]
pub(super) fn tell(bytes: &[u8]) {
    use crate::kernel::world;
    use crate::real_node;

    let Some(listener) = LISTENER.get() else {
        return;
    };
    let is_theirs = match world::kernel_if_alive() {
        Some(kernel) => kernel.runs_a_thread(),
        None => real_node::is_on_one(),
    };
    if is_theirs && !IS_SILENT.get() {
        silently(|| listener(bytes));
    }
}
