//! Linux only: what std asks the C library for without asking us - randomness for hash maps, the
//! clock for `Instant`, sleep - is answered from the simulation on a simulation's thread. In the
//! real world the C library's own functions answer, at their own speed.

use crate::base::{BEGIN_WALL, FailureKind, ORIGIN, frames};
use crate::kernel::{Kernel, world};
use std::ffi::{CStr, c_int, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A function of the C library, looked up when it is first called.
struct Real {
    name: &'static CStr,
    found: AtomicPtr<c_void>,
}

impl Real {
    const fn new(name: &'static CStr) -> Real {
        Real {
            name,
            found: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    #[inline]
    fn get(&self) -> *mut c_void {
        let found = self.found.load(Ordering::Relaxed);
        if found.is_null() {
            self.look_up()
        } else {
            found
        }
    }

    #[cold]
    fn look_up(&self) -> *mut c_void {
        // SAFETY: the name is a C string; the next definition after ours is the C library's.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        assert!(!found.is_null(), "the C library lacks {:?}", self.name);
        self.found.store(found, Ordering::Relaxed);
        found
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
        let bytes = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), len) };
        kernel.with_chance(|chance| rand::Rng::fill_bytes(chance, bytes));
        return len as isize;
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(buffer, len, flags) }
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
        refuse_sleep(&kernel);
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
        refuse_sleep(&kernel);
    }
    // SAFETY: the symbol of that name has this signature; the caller's promises are passed on.
    unsafe { std::mem::transmute::<*mut c_void, Function>(REAL.get())(wanted, left) }
}

/// Sleeping in real time would stop virtual time for everybody. The run ends here, and the
/// thread with it: no panic may pass through the C library's frames.
fn refuse_sleep(kernel: &Kernel) {
    kernel.abandon_current();
    let backtrace = std::backtrace::Backtrace::force_capture().to_string();
    let mut failure = kernel.failure(
        FailureKind::Stuck,
        "std::thread::sleep inside a simulation: it would stop everybody's time; use labrt's \
         thread::sleep instead"
            .into(),
    );
    failure.backtrace = frames::own_frames(&backtrace, 8);
    kernel.set_failure(failure);
    kernel.halt_for_good();
}
