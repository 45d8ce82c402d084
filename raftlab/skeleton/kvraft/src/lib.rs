//! Lab 4, by you: a replicated state machine, and a key/value service on it. It knows of Raft no
//! more than `labapi::Raft` says, so that it runs on any.
//!
//! ```text
//!  clerk ──RPC──▶ server ──submit──▶ rsm ──start──▶ Raft
//!                        ◀──reply───  ▲  ◀─apply──
//!                                     └── the state machine: `store`
//! ```
//!
//! | file | room | part |
//! | --- | --- | --- |
//! | `rsm` | submits, waits, applies; makes snapshots | 4A, 4C |
//! | `store` | the state machine: versioned values by key | 4B, 4C |
//! | `server` | the RPC handlers | 4B |
//! | `clerk` | the client's side | 4B |
//!
//! `make test-4A` runs the first part. The rooms are a proposal: what must stay is [`lab4`], and
//! what the traits of `labapi` ask for.

// While rooms are still empty. Take it out when the last one is furnished.
#![allow(dead_code, unused_mut, unused_variables)]
#![forbid(unsafe_code)]

mod clerk;
mod rsm;
mod server;
mod store;

use labapi::StateMachine;
use labapi::kv::Lab4;

/// What lab 4 asks for. The suites of 4A replicate a state machine of their own.
pub fn lab4<M: StateMachine>() -> Lab4<M> {
    Lab4 {
        rsm: rsm::make,
        server: server::make,
        clerk: clerk::make,
        // The course's form until 2024, if you like: `labapi::kv::append`, `make test-2024`.
        append: None,
    }
}
