//! The reference replicated state machine, and the key/value service on it: lab 4, on any Raft that
//! keeps `labapi`'s contract.
//!
//! Whatever a clerk asks for, a get as well, goes through Raft's log, so that it takes effect at
//! one place in one order. What the layers pass to each other:
//!
//! ```text
//!  clerk ──RPC──▶ server ──submit──▶ rsm ──start──▶ Raft
//!                        ◀──reply───  ▲  ◀─apply──
//!                                     └── the state machine: `store`
//! ```
//!
//! | file | room | part |
//! | --- | --- | --- |
//! | `rsm` | submits, waits, applies, makes snapshots | 4A, 4C |
//! | `store` | the state machine: versioned values by key | 4B |
//! | `server` | the RPC handlers | 4B |
//! | `clerk` | the client's side | 4B |
//! | `leader` | how a clerk finds who leads | 4B |
//! | `append` | the older form of the service: Get, Put, Append, exactly once | |
//!
//! Left out: leases and read indices (§8 of the paper), with which a get need not enter the log.
#![forbid(unsafe_code)]

mod append;
mod clerk;
mod leader;
mod rsm;
mod server;
mod store;

use labapi::StateMachine;
use labapi::kv::Lab4;

/// What lab 4 asks for.
pub fn lab4<M: StateMachine>() -> Lab4<M> {
    Lab4 {
        rsm: rsm::make,
        server: server::make,
        clerk: clerk::make,
        append: Some(append::PARTS),
    }
}
