//! Linux with the GNU C library only: what std and others ask that library for without asking us -
//! randomness for hash maps, the clock for `Instant`, sleep - is answered from the simulation on a
//! simulation's thread. In the real world the library's own functions answer, at their own speed.

use super::next::Real;
#[cfg(not(tsan))]
use super::prints;
use crate::base::{BEGIN_WALL, FailureKind, ORIGIN, face, frames};
use crate::kernel::{Kernel, world};
use std::ffi::{c_int, c_long, c_uint, c_void};

/// Fills `buffer` with the run's own randomness.
///
/// # Safety
/// `buffer` points to `len` writable bytes, if that is not 0. They may be uninitialised.
unsafe fn fill(kernel: &Kernel, buffer: *mut c_void, len: usize) {
    let mut drawn = [0; 256];
    let mut done = 0;
    while done < len {
        let part = &mut drawn[..(len - done).min(256)];
        kernel.with_chance(|chance| rand::Rng::fill_bytes(chance, part));
        // SAFETY: the caller vouches for `len` bytes at `buffer`, of which `done` are written.
        unsafe {
            let to = buffer.cast::<u8>().add(done);
            to.copy_from_nonoverlapping(part.as_ptr(), part.len());
        }
        done += part.len();
    }
}

/// Fills `buffer` with random bytes (getrandom(2)).
///
/// # Safety
/// As the C library's: `buffer` points to `len` writable bytes.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, len: usize, flags: c_uint) -> isize {
    static REAL: Real = Real::new(c"getrandom");
    type Function = unsafe extern "C" fn(*mut c_void, usize, c_uint) -> isize;
    if let Some(kernel) = world::kernel_if_alive() {
        // SAFETY: the caller vouches for `len` bytes at `buffer`.
        unsafe { fill(&kernel, buffer, len) };
        return len as isize;
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(buffer, len, flags) }
}

/// Fills `buffer` with random bytes, at most 256 (getentropy(3)).
///
/// # Safety
/// As the C library's: `buffer` points to `len` writable bytes.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getentropy(buffer: *mut c_void, len: usize) -> c_int {
    static REAL: Real = Real::new(c"getentropy");
    type Function = unsafe extern "C" fn(*mut c_void, usize) -> c_int;
    if let Some(kernel) = world::kernel_if_alive().filter(|_| len <= 256) {
        // SAFETY: the caller vouches for `len` bytes at `buffer`.
        unsafe { fill(&kernel, buffer, len) };
        return 0;
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(buffer, len) }
}

/// Makes a system call (syscall(2)): how crates ask that do not wait for the C library to know
/// `getrandom`. What could tell a program of the machine is answered from the simulation.
///
/// The C library's function takes any number of arguments, and looks at six, whether they were
/// given or not; so does this one.
///
/// # Safety
/// As the C library's: the arguments are what the call of that number wants.
// SAFETY: the C library's symbol, with its contract; nobody else defines it. On these processors a
// function with variable arguments gets integers where one with fixed ones does.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syscall(
    number: c_long,
    a: usize,
    b: usize,
    c: usize,
    d: usize,
    e: usize,
    f: usize,
) -> c_long {
    static REAL: Real = Real::new(c"syscall");
    type Function =
        unsafe extern "C" fn(c_long, usize, usize, usize, usize, usize, usize) -> c_long;
    let kernel = match number {
        libc::SYS_getrandom | libc::SYS_clock_gettime => world::kernel_if_alive(),
        _ => None,
    };
    if let Some(kernel) = kernel {
        if number == libc::SYS_getrandom {
            // SAFETY: the first two arguments are a buffer and its length.
            unsafe { fill(&kernel, a as *mut c_void, b) };
            return b as c_long;
        }
        // SAFETY: the arguments are a clock and the timespec that it shall fill.
        return unsafe { c_long::from(clock_gettime(a as libc::clockid_t, b as *mut _)) };
    }
    // SAFETY: the symbol of that name takes these arguments; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(number, a, b, c, d, e, f) }
}

/// Reads a clock (clock_gettime(2)).
///
/// # Safety
/// As the C library's: `out` points to a writable timespec.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, out: *mut libc::timespec) -> c_int {
    static REAL: Real = Real::new(c"clock_gettime");
    type Function = unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> c_int;
    if let Some(kernel) = world::kernel_if_alive()
        && let Some(ns) = simulated_clock(&kernel, clock)
    {
        // SAFETY: the caller vouches for `out`.
        let out = unsafe { &mut *out };
        out.tv_sec = (ns / 1_000_000_000) as libc::time_t;
        out.tv_nsec = (ns % 1_000_000_000) as _;
        return 0;
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(clock, out) }
}

fn simulated_clock(kernel: &Kernel, clock: libc::clockid_t) -> Option<u64> {
    let now = kernel.local_now_even_inside();
    match clock {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE => Some(BEGIN_WALL + now),
        libc::CLOCK_MONOTONIC
        | libc::CLOCK_MONOTONIC_COARSE
        | libc::CLOCK_MONOTONIC_RAW
        | libc::CLOCK_BOOTTIME => Some(ORIGIN + now),
        _ => None, // processor time and the like: nobody's decisions should hang on them
    }
}

/// Sleeps (clock_nanosleep(2)); what `std::thread::sleep` calls.
///
/// # Safety
/// As the C library's: `wanted` points to a timespec, `left` is null or points to one.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_nanosleep(
    clock: libc::clockid_t,
    flags: c_int,
    wanted: *const libc::timespec,
    left: *mut libc::timespec,
) -> c_int {
    static REAL: Real = Real::new(c"clock_nanosleep");
    type Function = unsafe extern "C" fn(
        libc::clockid_t,
        c_int,
        *const libc::timespec,
        *mut libc::timespec,
    ) -> c_int;
    if let Some(kernel) = world::kernel_if_alive() {
        refuse(&kernel, &sleep());
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(clock, flags, wanted, left) }
}

/// Sleeps (nanosleep(2)).
///
/// # Safety
/// As the C library's: `wanted` points to a timespec, `left` is null or points to one.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nanosleep(
    wanted: *const libc::timespec,
    left: *mut libc::timespec,
) -> c_int {
    static REAL: Real = Real::new(c"nanosleep");
    type Function = unsafe extern "C" fn(*const libc::timespec, *mut libc::timespec) -> c_int;
    if let Some(kernel) = world::kernel_if_alive() {
        refuse(&kernel, &sleep());
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(wanted, left) }
}

/// Writes to a file (write(2)); what `println!` and `eprintln!` end in. Written it is, whoever is
/// told. (ThreadSanitizer has a symbol of its own here.)
///
/// # Safety
/// As the C library's: `bytes` points to `len` readable bytes, if that is not 0.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[cfg(not(tsan))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, bytes: *const c_void, len: usize) -> isize {
    static REAL: Real = Real::new(c"write");
    type Function = unsafe extern "C" fn(c_int, *const c_void, usize) -> isize;
    if matches!(file, libc::STDOUT_FILENO | libc::STDERR_FILENO) && len > 0 {
        // SAFETY: the caller vouches for `len` bytes at `bytes`.
        prints::tell(unsafe { std::slice::from_raw_parts(bytes.cast(), len) });
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(file, bytes, len) }
}

/// Starts a thread of the system's (pthread_create(3)); what `std::thread::spawn` calls. (For
/// ThreadSanitizer the symbol is its own: it has to know of each thread.)
///
/// # Safety
/// As the C library's: `thread` is writable, `attributes` are null or initialised, and `begin` may
/// be called with `argument` in another thread.
// SAFETY: the C library's symbol, with its signature and its contract; nobody else defines it.
#[cfg(not(tsan))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    begin: extern "C" fn(*mut c_void) -> *mut c_void,
    argument: *mut c_void,
) -> c_int {
    static REAL: Real = Real::new(c"pthread_create");
    type Function = unsafe extern "C" fn(
        *mut libc::pthread_t,
        *const libc::pthread_attr_t,
        extern "C" fn(*mut c_void) -> *mut c_void,
        *mut c_void,
    ) -> c_int;
    if let Some(kernel) = world::kernel_if_alive() {
        let what = "a thread of std::thread inside a simulation: no simulation sees what it does";
        refuse(
            &kernel,
            &format!("{what}; use {}'s thread::spawn instead", face()),
        );
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe {
        let real = std::mem::transmute::<*mut c_void, Function>(REAL.get());
        real(thread, attributes, begin, argument)
    }
}

/// Why nobody sleeps in real time.
fn sleep() -> String {
    format!(
        "std::thread::sleep inside a simulation: it would stop everybody's time; use {}'s \
         thread::sleep instead",
        face()
    )
}

/// Ends the run for something that would escape it, and the thread with it: no panic may pass
/// through the C library's frames.
fn refuse(kernel: &Kernel, what: &str) {
    kernel.abandon_current();
    let backtrace = std::backtrace::Backtrace::force_capture().to_string();
    let mut failure = kernel.failure(FailureKind::Stuck, what.to_string());
    failure.backtrace = frames::own_frames(&backtrace, 8).into();
    kernel.set_failure(failure);
    kernel.halt_for_good();
}
