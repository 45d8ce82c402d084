//! A short wait without sleep, for real threads.

use labrt::channel::Receiver;
use labrt::thread::yield_now;

/// How often a thread looks for what it waits for before it sleeps: for a few microseconds.
const SPINS: u32 = 200;
const SPINS_PER_YIELD: u32 = 5;

/// What `receiver` gets within a few microseconds, on a real thread. Two threads that answer each
/// other at once are never put to sleep and woken, which would cost a call more than all the rest
/// of it. Now and then the processor goes to whoever shares it: that may be the other one.
pub(crate) fn soon<T>(receiver: &Receiver<T>) -> Option<T> {
    for spin in 1..=SPINS {
        if let Ok(received) = receiver.try_recv() {
            return Some(received);
        }
        match spin % SPINS_PER_YIELD {
            0 => yield_now(),
            _ => std::hint::spin_loop(),
        }
    }
    None
}
