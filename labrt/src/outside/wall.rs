//! The wall: before any code under test runs in a process that is made for it, the process gives up
//! all but its socket.
//!
//! Of the system it may then ask for what computing needs: memory, waiting, its own signals, the
//! socket it has. No files, no network, no processes, no threads, no signals to others; so much
//! memory, so much of the processor's time. Whatever else it asks for is refused, and the harness
//! goes on.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};
use std::collections::BTreeMap;

/// Memory, in bytes of addresses: a run's threads have their stacks there, and few of it is used.
const MEMORY: u64 = 8 << 30;

/// The processor's time, in seconds, of one incarnation: no case needs two.
const PROCESSOR: u64 = 120;

/// What a member may ask for.
const ALLOWED: &[libc::c_long] = &[
    // Its socket.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    libc::SYS_close,
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // Time, and waiting.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    // Itself.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrandom,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Raises a wall around the calling process: from now on it may compute, wait, and use the
/// descriptors that it has, and nothing else; of memory and of the processor's time it has so much.
/// There is no way back.
///
/// # Errors
/// When this system does not let it: why.
pub fn raise_wall() -> Result<(), String> {
    let limits = [
        (libc::RLIMIT_AS, MEMORY),
        (libc::RLIMIT_CPU, PROCESSOR),
        (libc::RLIMIT_FSIZE, 0),
        (libc::RLIMIT_CORE, 0),
    ];
    for (resource, most) in limits {
        let limit = libc::rlimit {
            rlim_cur: most,
            rlim_max: most,
        };
        // SAFETY: `limit` is there to be read for as long as the call lasts.
        if unsafe { libc::setrlimit(resource, &raw const limit) } != 0 {
            let error = std::io::Error::last_os_error();
            return Err(format!("no limit could be set: {error}"));
        }
    }
    let program = filter().map_err(|error| error.to_string())?;
    apply_filter_all_threads(&program).map_err(|error| error.to_string())
}

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // The watchdog asks a thread of the same process where it is.
    let own = u64::from(std::process::id());
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself])?]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?;
    filter.try_into()
}
