//! Servers as processes: what the suites judge runs in a process of its own for each incarnation of
//! a server, and knows of nothing but its socket. Without any change in the code under test, and
//! without any in a case:
//!
//! | world | clock | a crash | what servers can share |
//! | --- | --- | --- | --- |
//! | simulation | virtual, one | unwinds the server's threads | the process's memory |
//! | isolated | virtual, told to each process | `SIGKILL` | nothing |
//! | processes | real | `SIGKILL` | nothing |
//! | real threads | real | a mark | the process's memory |
//!
//! The case, the network, the disks and all judgement stay where they are, in the case's process.
//! In the place of a server stands a *proxy*: it starts the process, does in the case's world
//! what the process does in its own (calls, saves, what is applied), at the time at which it was
//! done, and hands it what comes for it.
//!
//! | file | room |
//! | --- | --- |
//! | `frame`, `link` | what both sides say to each other, and how it travels |
//! | `member` | the process with the code under test |
//! | `zygote` | the process that members are made from |
//! | `case` | the proxies |
#![forbid(unsafe_code)]

mod case;
mod frame;
mod link;
mod member;
mod zygote;

pub use case::{Members, in_processes, prepare, set_run};

use suites::Submission;

/// Whether this process was started to make members.
pub fn is_zygote() -> bool {
    std::env::var_os(zygote::VARIABLE).is_some()
}

/// Whether this system lets a server's process be walled in: it has files, network and other
/// processes within its reach if not.
pub fn has_wall() -> bool {
    zygote::Zygote::start().is_ok_and(|mut zygote| zygote.has_wall().unwrap_or(false))
}

/// Makes members until the case's process hangs up; and is one, in each process that is made.
pub fn become_zygote(submission: Submission) -> ! {
    let socket = zygote::main();
    member::main(submission, socket)
}
