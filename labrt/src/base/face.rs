//! How the code under test calls this crate.

use std::sync::OnceLock;

static FACE: OnceLock<&'static str> = OnceLock::new();

/// The crate whose `thread`, `sync` and `channel` a report tells its reader to use.
pub(crate) fn face() -> &'static str {
    FACE.get().copied().unwrap_or("labrt")
}

/// From now on, reports name `krate`, which offers this crate's modules under its own name.
pub(crate) fn set_face(krate: &'static str) {
    // Whoever comes second wants the same.
    let _ = FACE.set(krate);
}
