//! What a worker process may say, and what is said to it: bytes that the code under test may have
//! written. Never a panic, nor more memory than there are bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| runner::fuzzing::wire(bytes));
