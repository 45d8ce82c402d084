//! Lab 4's tenants: a replicated state machine (4A), and the key/value service in both its forms.
//!
//! | file | room |
//! | --- | --- |
//! | `watch` | the harness between a service and its Raft: it sees all that is applied |
//! | `counter` | the state machine of 4A |
//! | `rsm` | servers that replicate a counter, and what a case says to them |
//! | `clients` | clerks, what they asked and were told, and the check of that history |
//! | `versioned`, `append` | the two forms of the key/value service |

mod append;
mod clients;
mod counter;
mod rsm;
mod versioned;
mod watch;

pub use append::AppendLab;
pub use clients::{Client, Service};
pub use counter::{Counter, CounterOp};
pub use rsm::RsmLab;
pub use versioned::{KvLab, Put};
