//! Panics of simulated threads: noted where they begin, reported where they end.

use crate::base::noted::{self, Noted, text_of};
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
                if kernel.is_unwinding() {
                    // A panic in a destructor that a panic or crash runs: the process may end
                    // here, and no report be written.
                    before(info);
                    eprintln!("while {} was being unwound", kernel.here());
                }
                kernel.begin_unwinding();
                let place = info
                    .location()
                    .map(|at| format!(" at {at}"))
                    .unwrap_or_default();
                let message = text_of(info.payload());
                let noted = Noted {
                    message: format!("panic{place}: {message}"),
                    backtrace: Backtrace::force_capture(),
                };
                noted::note(noted);
            }
        }));
    });
}
