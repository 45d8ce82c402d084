//! Panics of simulated threads: noted where they begin, reported where they end.

use super::prints;
use crate::base::{Noted, Panicked};
use crate::kernel::world;
use std::backtrace::Backtrace;
use std::panic;
use std::sync::Once;

/// Makes panics of simulated threads silent: their run's report tells them. Others are told as
/// before.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| match world::kernel_if_alive() {
            None => before(info),
            Some(kernel) => {
                if kernel.panics() > 1 {
                    // A panic in a destructor that a panic or crash runs: the process may end
                    // here, and no report be written.
                    prints::silently(|| {
                        before(info);
                        eprintln!("while {} was being unwound", kernel.here());
                    });
                }
                let noted = Noted {
                    panic: Panicked::of(info),
                    backtrace: Backtrace::force_capture(),
                };
                if !kernel.note_panic(noted) {
                    // A panic within the kernel, which had its threads' list in hand.
                    prints::silently(|| {
                        before(info);
                        eprintln!("within the simulation itself, {}", kernel.here());
                    });
                }
            }
        }));
    });
}
