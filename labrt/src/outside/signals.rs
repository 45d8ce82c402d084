//! Signals: naming the simulated thread whose stack overflowed, and asking a stuck one where it is.

use crate::base::frames::{self, FRAMES};
use crate::base::{Failure, FailureKind};
use crate::kernel::world;
use parking_lot::Mutex;
use std::backtrace::Backtrace;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// What a stuck thread said of itself.
#[derive(Clone)]
pub(crate) struct Witness {
    pub(crate) thread: String,
    pub(crate) now: u64,
    pub(crate) backtrace: String,
}

static ANSWER: Mutex<Option<Witness>> = Mutex::new(None);
static ASKED: AtomicBool = AtomicBool::new(false);

/// Who is told of a stack overflow, in place of standard error.
static LISTENER: OnceLock<fn(&Failure)> = OnceLock::new();

/// From now on `listener` is told of a stack overflow, in its thread, before the process ends.
pub(crate) fn on_overflow(listener: fn(&Failure)) {
    // There is one harness in a process.
    let _ = LISTENER.set(listener);
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Who handled memory faults before.
static BEFORE: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];
const FAULTS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Puts a handler of memory faults before the process's own, which knows simulated threads' guard
/// pages. Other faults are still the other one's: std's tells of real threads' guard pages.
pub(crate) fn install_handler() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (signal, before) in FAULTS.into_iter().zip(&BEFORE) {
            let _ = before.set(install(signal, on_fault, libc::SA_ONSTACK));
        }
        // On the thread's own stack: a backtrace needs more room than a signal stack has.
        install(libc::SIGURG, on_question, libc::SA_RESTART);
    });
}

/// While it lives, this thread's handler of memory faults has room for what a listener does. std's
/// own alternate stack has eight kilobytes, which code without optimisation needs for a few calls.
pub(crate) struct SignalStack {
    _room: Box<[MaybeUninit<u8>]>,
    before: libc::stack_t,
}

impl SignalStack {
    const SIZE: usize = 128 * 1024;

    pub(crate) fn enter() -> SignalStack {
        let mut room = Box::<[u8]>::new_uninit_slice(SignalStack::SIZE);
        let stack = libc::stack_t {
            ss_sp: room.as_mut_ptr().cast(),
            ss_flags: 0,
            ss_size: SignalStack::SIZE,
        };
        // SAFETY: stack_t is plain data, for which zeroes are valid; the room lives, at its place
        // on the heap, until `drop` has put back the stack before.
        let before = unsafe {
            let mut before: libc::stack_t = std::mem::zeroed();
            libc::sigaltstack(&stack, &mut before);
            before
        };
        SignalStack {
            _room: room,
            before,
        }
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        // SAFETY: the stack before was this thread's, and is as long as the thread lives.
        unsafe { libc::sigaltstack(&self.before, std::ptr::null_mut()) };
    }
}

/// Installs a handler; the one before.
fn install(signal: c_int, handler: Handler, flags: c_int) -> libc::sigaction {
    // SAFETY: the structs are plain data, for which zeroes are valid; the handler has the signature
    // that SA_SIGINFO asks for. std gives each of its threads an alternate stack for SA_ONSTACK.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut before: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | flags;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(signal, &action, &mut before);
        before
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the system passes a valid siginfo_t.
    let address = unsafe { (*info).si_addr() } as usize;
    if let Some(kernel) = world::kernel_if_alive()
        && let Some(limit) = kernel.current_stack_limit()
        && (limit..limit + 2 * 4096).contains(&address)
    {
        // The process ends here, so that allocating on a signal's stack can do no more harm.
        let why = format!(
            "endless recursion, or more than {} KiB of locals",
            crate::kernel::STACK_SIZE / 1024
        );
        if let Some(listener) = LISTENER.get() {
            let reason = format!("stack overflow: {why}");
            listener(&kernel.failure(FailureKind::StackOverflow, reason));
        } else {
            let text = format!("stack overflow in {}: {why}\n", kernel.here());
            // SAFETY: writes from a live buffer of that length.
            unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        }
        return end(signal);
    }
    let at = FAULTS.iter().position(|fault| *fault == signal);
    let before = at.and_then(|at| BEFORE[at].get());
    match before.map(|before| (before.sa_sigaction, before.sa_flags & libc::SA_SIGINFO)) {
        None | Some((libc::SIG_DFL | libc::SIG_IGN, _)) => end(signal),
        Some((handler, 0)) => {
            // SAFETY: without SA_SIGINFO, this is what the system would call.
            unsafe { std::mem::transmute::<usize, extern "C" fn(c_int)>(handler)(signal) }
        }
        Some((handler, _)) => {
            // SAFETY: with SA_SIGINFO, this is what the system would call.
            unsafe { std::mem::transmute::<usize, Handler>(handler)(signal, info, context) }
        }
    }
}

/// Ends the process by the signal's default action, once its handler has returned.
fn end(signal: c_int) {
    // SAFETY: both take plain numbers.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

extern "C" fn on_question(_signal: c_int, _info: *mut libc::siginfo_t, _context: *mut c_void) {
    if !ASKED.swap(false, Ordering::AcqRel) {
        return;
    }
    let Some(kernel) = world::kernel_if_alive() else {
        return;
    };
    let backtrace = Backtrace::force_capture().to_string();
    let witness = Witness {
        thread: kernel.current_thread().unwrap_or_default(),
        now: kernel.true_now(),
        backtrace: frames::own_frames(&backtrace, FRAMES),
    };
    *ANSWER.lock() = Some(witness);
}

/// How long a question may go unanswered. A busy machine answers late; a thread that was stopped
/// inside the allocator never does.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Asks the OS thread of a stuck run which simulated thread it is in, and where. `None` when it
/// does not answer.
pub(crate) fn question(thread: i32) -> Option<Witness> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    *ANSWER.lock() = None;
    ASKED.store(true, Ordering::Release);
    signal(thread);
    let asked = Instant::now();
    while asked.elapsed() < ANSWER_WITHIN {
        std::thread::sleep(Duration::from_millis(5));
        if let Some(witness) = ANSWER.lock().take() {
            return Some(witness);
        }
    }
    None
}

#[cfg(target_os = "linux")]
fn signal(thread: i32) {
    // SAFETY: tgkill takes plain numbers; a thread that is gone makes it fail, no more.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGURG) };
}

#[cfg(not(target_os = "linux"))]
fn signal(_thread: i32) {}
