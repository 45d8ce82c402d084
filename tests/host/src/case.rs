//! The case's side: what stands in the place of a server that runs in a process of its own.
//!
//! | file | room |
//! | --- | --- |
//! | `settings` | the process that members are made from; how the present run is made |
//! | `member` | a member as the case has it: what is asked of it, and what it is told |
//! | `open` | what is asked of it, and not answered yet |
//! | `ends` | how its end is told |
//! | `effects` | what a member did, done in the case's world |
//! | `conductor` | a member in virtual time |
//! | `reader` | a member in real time |
//! | `proxies` | what the suites take for a Raft, a service, a clerk |

mod conductor;
mod effects;
mod ends;
mod member;
mod open;
mod proxies;
mod reader;
mod settings;

pub use proxies::in_processes;
pub use settings::{Members, prepare, set_run};
