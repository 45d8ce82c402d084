//! A way to servers that are elsewhere: the caller runs in a process of its own, and the network in
//! another.

use crate::id::EndId;

/// What takes calls to wherever the network is.
pub trait Line: Send + Sync {
    /// Sends the encoded arguments of a call of `method` through the end of this number there, and
    /// waits. The encoded reply; `None` if none came.
    ///
    /// # Errors
    /// When caller and server do not understand each other: in what.
    fn call(&self, end: EndId, method: &str, args: Vec<u8>) -> Result<Option<Vec<u8>>, String>;
}
