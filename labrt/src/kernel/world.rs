//! Which world the calling thread is in: a thread-local pointer, null in the real one.

use super::scheduler::Kernel;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr::{self, NonNull};

thread_local! {
    static KERNEL: Cell<*const Kernel> = const { Cell::new(ptr::null()) };
}

/// The running kernel, for as long as the asking function looks at it: what is borrowed from here
/// cannot be kept. Stays on its OS thread.
pub(crate) struct Running(NonNull<Kernel>);

impl Deref for Running {
    type Target = Kernel;

    #[inline(always)]
    fn deref(&self) -> &Kernel {
        // SAFETY: `enter` put the pointer there, and `Inside` takes it back before the kernel it
        // was made from is dropped. Every simulated thread, and with it all that stands on its
        // stack, ends or is abandoned for good before that. Sound unless somebody keeps a
        // `Running` in a static or a thread-local.
        unsafe { self.0.as_ref() }
    }
}

/// The kernel of the simulation that the calling OS thread runs; `None` in the real world.
#[inline(always)]
pub(crate) fn kernel() -> Option<Running> {
    NonNull::new(KERNEL.get().cast_mut()).map(Running)
}

/// Like [`kernel`], for code that may run while the thread's locals are being destroyed.
pub(crate) fn kernel_if_alive() -> Option<Running> {
    let kernel = KERNEL.try_with(Cell::get).unwrap_or(ptr::null());
    NonNull::new(kernel.cast_mut()).map(Running)
}

/// While it lives, the OS thread is in the simulated world.
pub(crate) struct Inside(());

/// Enters the world of `kernel`.
///
/// # Safety
/// `kernel` must outlive the returned value.
pub(crate) unsafe fn enter(kernel: &Kernel) -> Inside {
    assert!(
        KERNEL.get().is_null(),
        "a simulation cannot be started inside another"
    );
    KERNEL.set(kernel);
    Inside(())
}

impl Drop for Inside {
    fn drop(&mut self) {
        KERNEL.set(ptr::null());
    }
}
