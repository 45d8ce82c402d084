//! The simulated world's core: one OS thread, many simulated threads, one virtual clock.
//!
//! Each simulated thread is a stackful coroutine. [`Kernel::run`] resumes one at a time; it gives
//! the processor back by suspending itself, and that happens at scheduling points only. Nothing
//! here reads the machine's clock or draws chance from anywhere but the run's seed.
//!
//! | file | room |
//! | --- | --- |
//! | `scheduler` | the loop: clock, scheduling points, switching |
//! | `strategy` | policy: who is next |
//! | `choices`, `planned` | what the harness could let go otherwise, and a plan that says how |
//! | `timers` | what is due when |
//! | `task`, `node_state` | what is known of one thread, of one node |
//! | `wait`, `wait_list`, `line`, `permit` | parking and waking, lists of waiters, `unpark` |
//! | `lifecycle`, `packet` | spawning, ending, crashing, tearing down; what a thread leaves behind |
//! | `locals`, `all_locals` | values of one thread each |
//! | `unwinding` | who is being unwound, by a panic or a crash |
//! | `nodes`, `fuses` | groups of threads: pauses, clock rates, crashes at a point |
//! | `diagnose`, `suspicions` | deadlocks, locks held across blocking calls, busy waiting |
//! | `port`, `port_state` | a thread that runs when the others rest: the run is a part of something larger |
//! | `standing` | what the threads of a node are at |
//! | `record`, `telling` | the trace and its hash, what threads tell for it |
//! | `stacks` | memory for the threads |
//! | `per_run`, `statics` | what belongs to the run, though it is a `static` |
//! | `world` | which kernel, if any, the calling thread is in |
//!
//! [`Kernel`] is one type, and each file below `scheduler` adds the methods of its own subject.
//!
//! No `RefCell` of the kernel stays borrowed across a switch.

mod all_locals;
mod choices;
mod diagnose;
mod fuses;
mod lifecycle;
mod line;
mod locals;
mod node_state;
mod nodes;
mod packet;
mod per_run;
mod permit;
mod planned;
mod port;
mod port_state;
mod record;
mod scheduler;
mod stacks;
mod standing;
mod statics;
mod strategy;
mod suspicions;
mod task;
mod telling;
mod timers;
mod unwinding;
mod wait;
mod wait_list;
pub(crate) mod world;

pub(crate) use packet::Packet;
pub(crate) use per_run::PerRun;
pub(crate) use scheduler::Kernel;
pub(crate) use stacks::STACK_SIZE;
pub(crate) use task::{Blocked, CrashToken, JOIN, Spawn, TaskRef, Wake};
pub(crate) use wait_list::WaitList;
