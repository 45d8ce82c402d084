//! Models that come with the checker, each a small example of how one is written.

mod append;
mod register;
mod versioned;

pub use append::{Append, AppendInput, AppendOutput};
pub use register::{Register, RegisterInput, RegisterOutput};
pub use versioned::{Versioned, VersionedInput, VersionedOutput, VersionedState};
