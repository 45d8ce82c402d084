//! Which world the calling thread is in: a thread-local pointer, null in the real one.

use crate::kernel::Kernel;
use std::cell::Cell;
use std::ptr;

thread_local! {
    static KERNEL: Cell<*const Kernel> = const { Cell::new(ptr::null()) };
}

/// The kernel of the simulation that the calling OS thread runs; `None` in the real world.
#[inline(always)]
pub(crate) fn kernel<'a>() -> Option<&'a Kernel> {
    let kernel = KERNEL.get();
    // SAFETY: `enter` put the pointer there and `Inside` takes it back before the kernel it was
    // made from is dropped; every simulated thread ends, or is abandoned for good, before that.
    unsafe { kernel.as_ref() }
}

/// Like [`kernel`], for code that may run while the thread's locals are being destroyed.
pub(crate) fn kernel_if_alive<'a>() -> Option<&'a Kernel> {
    let kernel = KERNEL.try_with(Cell::get).unwrap_or(ptr::null());
    // SAFETY: as in `kernel`.
    unsafe { kernel.as_ref() }
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
