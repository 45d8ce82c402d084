//! What a program asks of the system itself, past std and labrt: answered from the run's seed and
//! clock, in the system's own terms; and what the system does to a program.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use labrt::{Simulation, thread};
use std::ffi::{c_int, c_long, c_uint, c_void};
use std::process::Command;
use std::ptr;
use std::time::Duration;

unsafe extern "C" {
    fn getrandom(buffer: *mut c_void, len: usize, flags: c_uint) -> isize;
    fn getentropy(buffer: *mut c_void, len: usize) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
}

/// What `test` returns in a simulation.
fn run<R: Send + 'static>(simulation: Simulation, test: impl FnOnce() -> R + Send + 'static) -> R {
    match simulation.run(test).outcome {
        Ok(result) => result,
        Err(failure) => panic!("{failure}"),
    }
}

/// The results of `test` under the same seed twice and under another one.
fn thrice<R: Send + 'static>(test: fn() -> R) -> [R; 3] {
    [1, 1, 2].map(|seed| run(Simulation::new(seed), test))
}

fn by_function() -> Vec<u8> {
    let mut bytes = [0; 700];
    // SAFETY: the buffer has that many bytes.
    let got = unsafe { getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    assert_eq!(got, 700);
    bytes.into()
}

/// As crates do that do not trust the C library to be new enough, rand 0.8 among them.
fn by_system_call() -> Vec<u8> {
    let mut bytes = [0u8; 700];
    let (buffer, len) = (bytes.as_mut_ptr(), bytes.len());
    // SAFETY: the buffer has that many bytes; the call takes three arguments.
    let got = unsafe { syscall(libc::SYS_getrandom, buffer, len, 0 as c_uint) };
    assert_eq!(got, 700);
    bytes.into()
}

fn by_entropy() -> Vec<u8> {
    let mut bytes = [0; 256];
    // SAFETY: the buffer has that many bytes.
    assert_eq!(0, unsafe {
        getentropy(bytes.as_mut_ptr().cast(), bytes.len())
    });
    bytes.into()
}

#[test]
fn randomness_follows_the_seed_however_it_is_asked_for() {
    for ask in [by_function, by_system_call, by_entropy] {
        let [one, same, other] = thrice(ask);
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert!(one.iter().any(|byte| *byte != 0));
        assert_ne!(ask(), ask(), "outside, each draw is new");
    }
}

#[test]
fn no_randomness_at_all() {
    fn nothing() -> (isize, c_long, c_int) {
        let null: *mut c_void = ptr::null_mut();
        // SAFETY: no byte is written to.
        unsafe {
            (
                getrandom(null, 0, 0),
                syscall(libc::SYS_getrandom, null, 0usize, 0 as c_uint),
                getentropy(null, 0),
            )
        }
    }
    assert_eq!(nothing(), (0, 0, 0));
    assert_eq!(run(Simulation::new(1), nothing), (0, 0, 0));
}

#[test]
fn clocks_by_system_call_are_virtual() {
    fn now() -> Duration {
        let mut now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let clock = libc::CLOCK_MONOTONIC;
        // SAFETY: the struct is the call's to fill.
        let done = unsafe { syscall(libc::SYS_clock_gettime, clock, ptr::from_mut(&mut now)) };
        assert_eq!(done, 0);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    }
    let passed = run(Simulation::new(1), || {
        let begin = now();
        thread::sleep(Duration::from_secs(3600));
        now() - begin
    });
    assert!(passed >= Duration::from_secs(3600));
}

/// Other system calls, and all outside of a simulation, are the system's.
#[test]
fn other_system_calls_pass() {
    // SAFETY: takes no arguments.
    let ask = || unsafe { syscall(libc::SYS_getpid) };
    let own = c_long::from(std::process::id() as i32);
    assert_eq!((ask(), run(Simulation::new(1), ask)), (own, own));
}

/// Runs the test of this name once more in a process of its own; what that says.
fn in_a_child(test: &str) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "yes")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(!child.status.success(), "{told}");
    told
}

const CHILD: &str = "MAKES_THE_MISTAKE";

/// Needs a frame of its own for each step.
fn recurse(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    match depth {
        0 => 0,
        _ => recurse(std::hint::black_box(room[7]) + 1) + std::hint::black_box(room[9]),
    }
}

/// A stack that is none of a simulation's overflows as ever: std tells whose it was.
#[test]
fn an_overflow_outside_of_simulations() {
    if std::env::var_os(CHILD).is_some() {
        run(Simulation::new(1), || ());
        let deep = std::thread::Builder::new().name("deep".into());
        let _ = deep.spawn(|| recurse(1)).unwrap().join();
        return;
    }
    let told = in_a_child("an_overflow_outside_of_simulations");
    assert!(told.contains("has overflowed its stack"), "{told}");
    assert!(told.contains("deep"), "{told}");
}

/// A handler that was there before ours gets the faults that are not a simulation's.
#[test]
fn a_handler_of_somebody_elses() {
    extern "C" fn handler(_signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
        // SAFETY: the system passes a valid siginfo_t; `_exit` takes a number.
        unsafe {
            assert_eq!((*info).si_addr() as usize, 8);
            libc::write(2, c"mine".as_ptr().cast(), 4);
            libc::_exit(3);
        }
    }
    if std::env::var_os(CHILD).is_some() {
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = handler;
        // SAFETY: plain data, for which zeroes are valid; the handler has SA_SIGINFO's signature.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as usize;
            action.sa_flags = libc::SA_SIGINFO;
            libc::sigaction(libc::SIGSEGV, &action, ptr::null_mut());
        }
        run(Simulation::new(1), || {
            // SAFETY: none: the fault is the point.
            unsafe { ptr::with_exposed_provenance::<u64>(8).read_volatile() }
        });
        return;
    }
    let told = in_a_child("a_handler_of_somebody_elses");
    assert!(told.ends_with("mine"), "{told}");
}
