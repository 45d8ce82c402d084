//! Names of threads.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A thread's name: most are known when the program is built. A clone costs no allocation.
#[derive(Clone)]
pub enum Name {
    /// Known when the program was built.
    Fixed(&'static str),
    /// Made while it ran.
    Shared(Arc<str>),
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Name::Fixed(name) => name,
            Name::Shared(name) => name,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        **self == **other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
